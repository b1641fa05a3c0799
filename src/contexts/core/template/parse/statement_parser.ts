import { PlacedFault } from "../limits.ts";
import { ExpressionParser } from "./expression_parser.ts";
import { tokenize } from "./lexer.ts";
import type { NamedUse } from "./name_uses.ts";
import type {
  Body,
  Expression,
  ForStatement,
  MacroDefinition,
  MacroParameter,
  Statement,
  Target,
} from "./nodes.ts";
import { TokenStream } from "./token_stream.ts";

/** Statements of Jinja that need other templates. */
const OF_FILES: readonly string[] = ["block", "extends", "include", "import", "from"];

/** Says why a filter or test cannot be used; undefined if it can. */
export type ObjectionToUse = (use: Pick<NamedUse, "kind" | "name">) => string | undefined;

/** Parses a template. Throws {@link PlacedFault}. */
export function parseTemplate(text: string, objection: ObjectionToUse): Body {
  const parser = new StatementParser(new TokenStream(tokenize(text)));
  const statements = parser.template();
  for (const use of parser.uses.named) {
    const reason = use.soft ? undefined : objection(use);
    if (reason !== undefined) throw new PlacedFault(reason, use.at);
  }
  return statements;
}

/** How a target may look. */
interface TargetOptions {
  /** Whether `namespace.member` is a target. */
  readonly members?: boolean;
  /** Whether it is a name of `with` or a parameter, which may be `loop`. */
  readonly parameter?: boolean;
}

/** Parses the statements of a template. */
class StatementParser extends ExpressionParser {
  /** Whether `break` has a loop to leave. */
  #inLoop: boolean = false;
  /** Whether a filter has to exist only when it runs. */
  #soft: boolean = false;
  /** How many loops there are around, in which `loop` cannot be assigned. */
  #loops = 0;

  /** Parses the whole template. */
  template(): Body {
    return this.#body([]);
  }

  /** Parses until a statement with one of the names; the name is then the current token. */
  #body(ends: readonly string[]): Body {
    const statements: Statement[] = [];
    while (true) {
      const token = this.stream.next();
      const { at } = token;
      if (token.kind === "end") {
        if (ends.length === 0) return statements;
        throw new PlacedFault(`the template ends, but "${ends.at(-1)}" is expected`, at);
      }
      if (token.kind === "data") statements.push({ kind: "text", text: token.text, at });
      else if (token.kind === "print_begin") {
        statements.push({ kind: "print", value: this.#hard(() => this.tuple()), at });
        this.stream.expectKind("print_end");
      } else {
        if (ends.some((end) => this.stream.is(end))) return statements;
        statements.push(...this.nested(() => this.#statement()));
        this.stream.expectKind("block_end");
      }
    }
  }

  /** Parses what follows the beginning of a statement, up to the name that ends it. */
  #block(ends: readonly string[], options: { readonly loop?: boolean; readonly soft?: boolean } = {}): Body {
    this.stream.skip(":");
    this.stream.expectKind("block_end");
    const outer = { loop: this.#inLoop, soft: this.#soft };
    this.#inLoop = options.loop ?? outer.loop;
    this.#soft = options.soft ?? false;
    const body = this.#body(ends);
    this.#inLoop = outer.loop;
    this.#soft = outer.soft;
    return body;
  }

  /** Parses a block that has one end, and reads its name. */
  #blockUntil(end: string, options: { readonly loop?: boolean; readonly soft?: boolean } = {}): Body {
    const body = this.#block([end], options);
    this.stream.next();
    return body;
  }

  /** Parses expressions; in an `if`, their filters have to exist only when they run. */
  #hard<T>(parse: () => T, soft = this.#soft): T {
    const before = this.uses.named.length;
    const result = parse();
    if (soft) this.uses.soften(before);
    return result;
  }

  #statement(): Body {
    const { at, text } = this.stream.expectKind("name", "the name of a statement");
    switch (text) {
      case "for":
        return [this.#for(at)];
      case "if":
        return [this.#if(at)];
      case "set":
        return [this.#set(at)];
      case "with":
        return [this.#with(at)];
      case "macro":
        return [{ kind: "macro", macro: this.#macro(at), at }];
      case "call":
        return [this.#call(at)];
      case "filter": {
        const filter = this.filters(undefined, true);
        return [{ kind: "block", target: undefined, filter, body: this.#blockUntil("endfilter"), at }];
      }
      case "print":
        return this.#print(at);
      case "break":
      case "continue":
        if (!this.#inLoop) throw new PlacedFault(`"${text}" stands outside of a loop`, at);
        return [{ kind: text, at }];
      case "autoescape":
        throw new PlacedFault('"autoescape" is for HTML and not available', at);
    }
    throw new PlacedFault(
      OF_FILES.includes(text)
        ? `"${text}" is not available: a template stands for itself, and macros are in the configuration`
        : `no statement is called "${text}"`,
      at,
    );
  }

  #for(at: number): ForStatement {
    this.#loops++;
    const target = this.#target();
    this.stream.expect("in");
    const items = this.#hard(() => this.tuple({ conditional: false }));
    const test = this.stream.skip("if") ? this.expression() : undefined;
    const recursive = this.stream.skip("recursive");
    // The body of a recursive loop is a function: an outer loop cannot be left from its "else".
    const loop = recursive ? { loop: false } : {};
    const body = this.#block(["else", "endfor"], { loop: true });
    const otherwise = this.stream.next().text === "else" ? this.#blockUntil("endfor", loop) : [];
    this.#loops--;
    return { kind: "for", target, items, test, recursive, body, otherwise, at };
  }

  #if(at: number): Statement {
    const branches: { readonly test: Expression; readonly body: Body }[] = [];
    while (true) {
      const test = this.#hard(() => this.tuple({ conditional: false }), true);
      branches.push({ test, body: this.#block(["elif", "else", "endif"], { soft: true }) });
      const end = this.stream.next().text;
      if (end === "elif") continue;
      const otherwise = end === "else" ? this.#blockUntil("endif", { soft: true }) : [];
      return { kind: "if", branches, otherwise, at };
    }
  }

  #set(at: number): Statement {
    const target = this.#target({ members: true });
    if (this.stream.skip("=")) return { kind: "set", target, value: this.#hard(() => this.tuple()), at };
    const filter = this.filters(undefined);
    return { kind: "block", target, filter, body: this.#blockUntil("endset"), at };
  }

  #with(at: number): Statement {
    const assignments: (readonly [Target, Expression])[] = [];
    while (this.stream.current.kind !== "block_end") {
      if (assignments.length > 0) this.stream.expect(",");
      const target = this.#target({ parameter: true });
      this.stream.expect("=");
      assignments.push([target, this.#hard(() => this.expression())]);
    }
    return { kind: "with", assignments, body: this.#blockUntil("endwith"), at };
  }

  #macro(at: number): MacroDefinition {
    const { name } = this.#assignedName({});
    this.uses.store(name);
    return { name, ...this.#definition(this.#signature(), { end: "endmacro", at }) };
  }

  /** Parses the body after the parameters, and notes the special names that it uses. */
  #definition(
    parameters: readonly MacroParameter[],
    { end, at }: { readonly end: string; readonly at: number },
  ): Omit<MacroDefinition, "name"> {
    const { result: body, uses } = this.uses.recording(() => this.#blockUntil(end, { loop: false }));
    const caller = parameters.find((each) => each.name === "caller");
    if (caller !== undefined && caller.fallback === undefined && uses.has("caller")) {
      throw new PlacedFault('the parameter "caller" needs a default', at);
    }
    return { parameters, body, uses };
  }

  #signature(): readonly MacroParameter[] {
    const parameters: MacroParameter[] = [];
    this.stream.expect("(");
    while (!this.stream.is(")")) {
      if (parameters.length > 0) this.stream.expect(",");
      const { name, at } = this.#assignedName({ parameter: true });
      if (parameters.some((each) => each.name === name)) {
        throw new PlacedFault(`the parameter "${name}" stands twice`, at);
      }
      const fallback = this.stream.skip("=") ? this.expression() : undefined;
      if (fallback === undefined && parameters.at(-1)?.fallback !== undefined) {
        throw new PlacedFault(`the parameter "${name}" needs a default, as the one before it has one`, at);
      }
      parameters.push({ name, fallback });
    }
    this.stream.expect(")");
    return parameters;
  }

  #call(at: number): Statement {
    const parameters = this.stream.is("(") ? this.#signature() : [];
    const call = this.#hard(() => this.expression());
    if (call.kind !== "call") throw new PlacedFault('"call" needs a call of a macro', at);
    const caller = { name: undefined, ...this.#definition(parameters, { end: "endcall", at }) };
    return { kind: "call_block", call, caller, at };
  }

  #print(at: number): Body {
    const statements: Statement[] = [];
    while (this.stream.current.kind !== "block_end") {
      if (statements.length > 0) this.stream.expect(",");
      statements.push({ kind: "print", value: this.#hard(() => this.expression()), at });
    }
    return statements;
  }

  /** Parses a name that is assigned, or several with commas. */
  #target(options: TargetOptions = {}): Target {
    const { at } = this.stream.current;
    const items: Target[] = [];
    let isTuple = false;
    while (this.stream.current.kind !== "block_end" && !this.stream.is(")")) {
      items.push(this.#singleTarget(options));
      if (!this.stream.skip(",")) break;
      isTuple = true;
    }
    const [only] = items;
    if (isTuple) return { kind: "tuple", items, at };
    if (only === undefined) throw this.stream.unexpected("a name");
    return only;
  }

  #singleTarget(options: TargetOptions): Target {
    const { at } = this.stream.current;
    if (this.stream.skip("(")) {
      if (this.stream.skip(")")) return { kind: "tuple", items: [], at };
      const target = this.nested(() => this.#target({ ...options, members: false }));
      this.stream.expect(")");
      return target;
    }
    if (options.members === true && this.stream.isFollowedBy(".")) {
      const { text: name } = this.stream.expectKind("name");
      this.stream.next();
      this.uses.load(name);
      return { kind: "member", name, member: this.stream.expectKind("name").text, at };
    }
    const { name } = this.#assignedName(options);
    this.uses.store(name);
    return { kind: "name", name, at };
  }

  #assignedName({ parameter = false }: TargetOptions): { readonly name: string; readonly at: number } {
    const { text: name, at } = this.stream.expectKind("name");
    if (this.isReserved(name)) throw new PlacedFault(`"${name}" cannot be assigned`, at);
    if (!parameter && name === "loop" && this.#loops > 0) {
      throw new PlacedFault('"loop" cannot be assigned inside of a loop', at);
    }
    return { name, at };
  }
}
