import type {
  Expression,
  ForStatement,
  MacroDefinition,
  MacroParameter,
  Statement,
  Target,
} from "./nodes.ts";
import { PlacedFault } from "./placed_fault.ts";
import { TargetParser } from "./target_parser.ts";

const REFUSED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["block", "extends", "include", "import", "from"].map((name) => [
    name,
    `"${name}" is not available: a template stands for itself, and macros are in the configuration`,
  ])),
  autoescape: '"autoescape" is for HTML and not available',
};

/** Parses the statements of a template. */
export class StatementParser extends TargetParser {
  /** Whether `break` has a loop to leave. */
  #inLoop: boolean = false;
  /** Whether a filter has to exist only when it runs. */
  #soft: boolean = false;

  /** Parses the whole template. */
  template(): readonly Statement[] {
    return this.#body([]);
  }

  /** Parses until a statement with one of the names; the name is then the current token. */
  #body(ends: readonly string[]): readonly Statement[] {
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
        this.stream.expect("print_end", '"}}"');
      } else {
        const { kind, text } = this.stream.current;
        if (kind === "name" && ends.includes(text)) return statements;
        statements.push(...this.nested(() => this.#statement()));
        this.stream.expect("block_end", '"%}"');
      }
    }
  }

  /** Parses what follows the beginning of a statement, up to the name that ends it. */
  #block(ends: readonly string[], options: { readonly loop?: boolean; readonly soft?: boolean } = {}) {
    this.stream.skipOperator(":");
    this.stream.expect("block_end", '"%}"');
    const outer = { loop: this.#inLoop, soft: this.#soft };
    this.#inLoop = options.loop ?? outer.loop;
    this.#soft = options.soft ?? false;
    const body = this.#body(ends);
    this.#inLoop = outer.loop;
    this.#soft = outer.soft;
    return body;
  }

  /** Parses expressions; in an `if`, their filters have to exist only when they run. */
  #hard<T>(parse: () => T): T {
    const before = this.uses.named.length;
    const result = parse();
    if (this.#soft) { for (const use of this.uses.named.slice(before)) use.soft = true; }
    return result;
  }

  #softly<T>(parse: () => T): T {
    const outer = this.#soft;
    this.#soft = true;
    const result = this.#hard(parse);
    this.#soft = outer;
    return result;
  }

  #statement(): readonly Statement[] {
    const { at, text } = this.stream.expect("name", "the name of a statement");
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
      case "filter":
        return [this.#filter(at)];
      case "print":
        return this.#print(at);
      case "break":
      case "continue":
        if (!this.#inLoop) throw new PlacedFault(`"${text}" stands outside of a loop`, at);
        return [{ kind: text, at }];
      default:
        throw new PlacedFault(
          (Object.hasOwn(REFUSED, text) ? REFUSED[text] : undefined) ?? `no statement is called "${text}"`,
          at,
        );
    }
  }

  #for(at: number): ForStatement {
    return this.inLoopStatement(() => {
      const target = this.target();
      this.stream.expectWord("in");
      const items = this.#hard(() => this.tuple({ conditional: false }));
      const test = this.stream.skipName("if") ? this.expression() : undefined;
      const recursive = this.stream.skipName("recursive");
      // The body of a recursive loop is a function: an outer loop cannot be left from its "else".
      const loop = recursive ? { loop: false } : {};
      const body = this.#block(["else", "endfor"], { loop: true });
      const hasElse = this.stream.next().text === "else";
      const otherwise = hasElse ? this.#block(["endfor"], loop) : [];
      if (hasElse) this.stream.next();
      return { kind: "for", target, items, test, recursive, body, otherwise, at };
    });
  }

  #if(at: number): Statement {
    const branches: { readonly test: Expression; readonly body: readonly Statement[] }[] = [];
    while (true) {
      const test = this.#softly(() => this.tuple({ conditional: false }));
      branches.push({ test, body: this.#block(["elif", "else", "endif"], { soft: true }) });
      const end = this.stream.next().text;
      if (end === "elif") continue;
      const otherwise = end === "else" ? this.#block(["endif"], { soft: true }) : [];
      if (end === "else") this.stream.next();
      return { kind: "if", branches, otherwise, at };
    }
  }

  #set(at: number): Statement {
    const target = this.target({ members: true });
    if (this.stream.skipOperator("=")) {
      return { kind: "set", target, value: this.#hard(() => this.tuple()), at };
    }
    const filter = this.filters(undefined);
    const body = this.#block(["endset"]);
    this.stream.next();
    return { kind: "set_block", target, filter, body, at };
  }

  #with(at: number): Statement {
    const assignments: (readonly [Target, Expression])[] = [];
    while (this.stream.current.kind !== "block_end") {
      if (assignments.length > 0) this.stream.expectOperator(",");
      const target = this.target({ parameter: true });
      this.stream.expectOperator("=");
      assignments.push([target, this.#hard(() => this.expression())]);
    }
    const body = this.#block(["endwith"]);
    this.stream.next();
    return { kind: "with", assignments, body, at };
  }

  #macro(at: number): MacroDefinition {
    const { name } = this.assignedName(false);
    this.uses.store(name);
    return { name, ...this.#definition(this.#signature(), { end: "endmacro", at }), at };
  }

  /** Parses the body after the parameters, and notes the special names that it uses. */
  #definition(
    parameters: readonly MacroParameter[],
    { end, at }: { readonly end: string; readonly at: number },
  ): Omit<MacroDefinition, "name" | "at"> {
    const { result: body, uses } = this.uses.recording(() => this.#block([end], { loop: false }));
    this.stream.next();
    const caller = parameters.find((each) => each.name === "caller");
    if (caller !== undefined && caller.fallback === undefined && uses.has("caller")) {
      throw new PlacedFault('the parameter "caller" needs a default', at);
    }
    return { parameters, body, uses };
  }

  #signature(): readonly MacroParameter[] {
    const parameters: MacroParameter[] = [];
    this.stream.expectOperator("(");
    while (!this.stream.isOperator(")")) {
      if (parameters.length > 0) this.stream.expectOperator(",");
      const { name, at } = this.assignedName(true);
      if (parameters.some((each) => each.name === name)) {
        throw new PlacedFault(`the parameter "${name}" stands twice`, at);
      }
      const fallback = this.stream.skipOperator("=") ? this.expression() : undefined;
      if (fallback === undefined && parameters.at(-1)?.fallback !== undefined) {
        throw new PlacedFault(`the parameter "${name}" needs a default, as the one before it has one`, at);
      }
      parameters.push({ name, fallback });
    }
    this.stream.expectOperator(")");
    return parameters;
  }

  #call(at: number): Statement {
    const parameters = this.stream.isOperator("(") ? this.#signature() : [];
    const call = this.#hard(() => this.expression());
    if (call.kind !== "call") throw new PlacedFault('"call" needs a call of a macro', at);
    const caller = { name: undefined, ...this.#definition(parameters, { end: "endcall", at }), at };
    return { kind: "call_block", call, caller, at };
  }

  #filter(at: number): Statement {
    const filter = this.filters(undefined, true);
    if (filter === undefined) throw this.stream.unexpected("a filter");
    const body = this.#block(["endfilter"]);
    this.stream.next();
    return { kind: "filter_block", filter, body, at };
  }

  #print(at: number): readonly Statement[] {
    const statements: Statement[] = [];
    while (this.stream.current.kind !== "block_end") {
      if (statements.length > 0) this.stream.expectOperator(",");
      statements.push({ kind: "print", value: this.#hard(() => this.expression()), at });
    }
    return statements;
  }
}
