import { PlacedFault } from "../limits.ts";
import { MOST_DIGITS } from "../values/numbers.ts";
import { NameUses } from "./name_uses.ts";
import type { ArgumentList, Expression, FilterExpression, SliceExpression } from "./nodes.ts";
import type { TokenStream } from "./token_stream.ts";

/** Deeper expressions and statements are refused, before they end the stack. */
const DEEPEST = 100;
/** Longer chains such as `a + b + c` are refused: each link is a level of the tree. */
const LONGEST_CHAIN = 250;

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);
const NO_ARGUMENTS: ArgumentList = { positional: [], named: [], spread: undefined, spreadNamed: undefined };

/** How a tuple may look. */
export interface TupleOptions {
  /** Whether `if` belongs to an expression; otherwise it ends it. */
  readonly conditional?: boolean;
  readonly parenthesized?: boolean;
}

/** Parses names, literals, and what follows them: members, calls, filters and tests. */
export abstract class OperandParser {
  protected readonly stream: TokenStream;
  /** The names that the template uses. */
  readonly uses = new NameUses();
  #depth = 0;
  #chain = 0;

  /** Makes a parser of tokens. */
  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  /** Parses an expression; without `conditional`, `if` ends it. */
  abstract expression(conditional?: boolean): Expression;

  /** Parses an expression, or several with commas as a tuple. */
  abstract tuple(options?: TupleOptions): Expression;

  /** Whether a name cannot be assigned, since it is a constant. */
  protected isReserved(name: string): boolean {
    return CONSTANTS.has(name);
  }

  /** Parses filters; with `inline`, the first has no `|` before it. */
  protected filters(of: Expression | undefined, inline = false): FilterExpression | undefined {
    let result: FilterExpression | undefined;
    let isFirst = inline;
    while (isFirst || this.stream.skip("|")) {
      isFirst = false;
      const { at, name } = this.#usedName("filter");
      const args = this.stream.is("(") ? this.#arguments() : NO_ARGUMENTS;
      this.link(at);
      result = { kind: "filter", of: result ?? of, name, args, at };
    }
    return result;
  }

  /** Runs a parser one level deeper. */
  protected nested<T>(parse: () => T): T {
    if (++this.#depth > DEEPEST) {
      throw new PlacedFault(`it is nested deeper than ${DEEPEST} levels`, this.stream.current.at);
    }
    const outer = this.#chain;
    this.#chain = 0;
    const result = parse();
    this.#chain = outer;
    this.#depth--;
    return result;
  }

  /** Counts a link of a chain. */
  protected link(at: number): void {
    if (++this.#chain > LONGEST_CHAIN) {
      throw new PlacedFault(`an expression has more than ${LONGEST_CHAIN} operators in a row`, at);
    }
  }

  /** Parses parts with commas between them, up to the sign that closes them. */
  protected listed<T>(close: string, parse: () => T): T[] {
    const items: T[] = [];
    while (!this.stream.is(close)) {
      if (items.length > 0) {
        this.stream.expect(",");
        if (this.stream.is(close)) break;
      }
      items.push(parse());
    }
    this.stream.expect(close);
    return items;
  }

  /** Parses a name or a literal. */
  protected primary(): Expression {
    const { kind, at, text } = this.stream.current;
    if (kind === "name") {
      this.stream.next();
      const constant = CONSTANTS.get(text);
      if (constant !== undefined) return { kind: "constant", value: constant, at };
      this.uses.load(text);
      return { kind: "name", name: text, at };
    }
    if (kind === "string") {
      // Strings side by side are one.
      let value = "";
      while (this.stream.current.kind === "string") value += this.stream.next().text;
      return { kind: "constant", value, at };
    }
    if (kind === "integer" || kind === "float") {
      this.stream.next();
      const digits = text.replaceAll("_", "");
      if (kind === "integer" && digits.length > MOST_DIGITS) {
        throw new PlacedFault(`an integer has more than ${MOST_DIGITS} digits`, at);
      }
      return { kind: "constant", value: { digits, isFloat: kind === "float" }, at };
    }
    if (this.stream.skip("(")) {
      const node = this.nested(() => this.tuple({ parenthesized: true }));
      this.stream.expect(")");
      return node;
    }
    if (this.stream.skip("[")) return { kind: "list", items: this.listed("]", () => this.expression()), at };
    if (!this.stream.skip("{")) throw this.stream.unexpected();
    const entries = this.listed("}", () => {
      const key = this.expression();
      this.stream.expect(":");
      return [key, this.expression()] as const;
    });
    return { kind: "dict", entries, at };
  }

  /** Parses members, elements and calls. */
  protected postfix(node: Expression): Expression {
    let result = node;
    while (true) {
      const { at } = this.stream.current;
      if (this.stream.skip(".")) result = this.#member(result, at);
      else if (this.stream.skip("[")) result = this.#subscript(result, at);
      else if (this.stream.is("(")) result = { kind: "call", of: result, args: this.#arguments(), at };
      else return result;
      this.link(at);
    }
  }

  /** Parses filters and tests. */
  protected filtersAndTests(node: Expression): Expression {
    let result = node;
    while (true) {
      const { at } = this.stream.current;
      if (this.stream.is("|")) result = this.filters(result) ?? result;
      else if (this.stream.is("is")) result = this.#test(result);
      else if (this.stream.is("(")) result = { kind: "call", of: result, args: this.#arguments(), at };
      else return result;
      this.link(at);
    }
  }

  #member(of: Expression, at: number): Expression {
    const token = this.stream.next();
    if (token.kind === "name") return { kind: "attribute", of, name: token.text, at };
    if (token.kind !== "integer") {
      throw new PlacedFault("a name or a number is expected after the dot", token.at);
    }
    const value = { digits: token.text.replaceAll("_", ""), isFloat: false };
    return { kind: "item", of, key: { kind: "constant", value, at: token.at }, at };
  }

  #subscript(of: Expression, at: number): Expression {
    const keys: (Expression | SliceExpression)[] = [];
    while (!this.stream.is("]")) {
      if (keys.length > 0) this.stream.expect(",");
      keys.push(this.#subscripted());
    }
    this.stream.expect("]");
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) {
      return "kind" in only ? { kind: "item", of, key: only, at } : { kind: "slice", of, bounds: only, at };
    }
    const items = keys.map((key) => {
      if (!("kind" in key)) throw new PlacedFault("a slice cannot stand beside another index", at);
      return key;
    });
    return { kind: "item", of, key: { kind: "tuple", items, at }, at };
  }

  #subscripted(): Expression | SliceExpression {
    const bound = () => [":", "]", ","].some((end) => this.stream.is(end)) ? undefined : this.expression();
    const start = this.stream.is(":") ? undefined : this.expression();
    if (start !== undefined && !this.stream.is(":")) return start;
    this.stream.expect(":");
    const stop = bound();
    return { start, stop, step: this.stream.skip(":") ? bound() : undefined };
  }

  #arguments(): ArgumentList {
    const { at } = this.stream.expect("(");
    const positional: Expression[] = [];
    const named = new Map<string, Expression>();
    let spread: Expression | undefined;
    let spreadNamed: Expression | undefined;
    const ensure = (holds: boolean) => {
      if (!holds) throw new PlacedFault("the arguments are in a wrong order", at);
    };
    this.listed(")", () => {
      ensure(spreadNamed === undefined);
      if (this.stream.skip("*")) {
        ensure(spread === undefined);
        spread = this.expression();
      } else if (this.stream.skip("**")) spreadNamed = this.expression();
      else if (this.stream.current.kind === "name" && this.stream.isFollowedBy("=")) {
        const name = this.stream.next().text;
        if (named.has(name)) throw new PlacedFault(`the argument "${name}" stands twice`, at);
        this.stream.next();
        named.set(name, this.expression());
      } else {
        ensure(spread === undefined && named.size === 0);
        positional.push(this.expression());
      }
    });
    return { positional, named: [...named], spread, spreadNamed };
  }

  /** Reads the name of a filter or test, which may have dots, and notes it. */
  #usedName(kind: "filter" | "test"): { readonly at: number; readonly name: string } {
    const { at, text } = this.stream.expectKind("name");
    let name = text;
    while (this.stream.skip(".")) name += `.${this.stream.expectKind("name").text}`;
    this.uses.named.push({ kind, name, at, soft: false });
    return { at, name };
  }

  #test(of: Expression): Expression {
    const { at } = this.stream.next();
    const isNegated = this.stream.skip("not");
    const { name } = this.#usedName("test");
    const node: Expression = { kind: "test", of, name, args: this.#testArguments(), at };
    return isNegated ? { kind: "unary", operator: "not", of: node, at } : node;
  }

  /** A test takes arguments in parentheses, or one value without. */
  #testArguments(): ArgumentList {
    if (this.stream.is("(")) return this.#arguments();
    const { kind, at } = this.stream.current;
    const begins = kind === "name"
      ? !["else", "or", "and"].some((word) => this.stream.is(word))
      : ["string", "integer", "float"].includes(kind) || this.stream.is("[") || this.stream.is("{");
    if (!begins) return NO_ARGUMENTS;
    if (this.stream.is("is")) throw new PlacedFault('tests cannot be chained with "is"', at);
    const value = this.nested(() => this.postfix(this.primary()));
    return { ...NO_ARGUMENTS, positional: [value] };
  }
}
