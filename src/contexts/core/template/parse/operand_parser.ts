import { NameUses } from "./name_uses.ts";
import type { ArgumentList, Expression, FilterExpression, SliceBounds } from "./nodes.ts";
import { MOST_DIGITS } from "../values/numbers.ts";
import { PlacedFault } from "./placed_fault.ts";
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

  /** Parses filters; with `inline`, the first has no `|` before it. */
  protected filters(of: Expression | undefined, inline = false): FilterExpression | undefined {
    let node: Expression | undefined = of;
    let result: FilterExpression | undefined;
    let isFirst = inline;
    while (isFirst || this.stream.skipOperator("|")) {
      isFirst = false;
      const { at, name } = this.#dottedName();
      this.uses.named.push({ kind: "filter", name, at, soft: false });
      const args = this.stream.isOperator("(") ? this.#arguments() : NO_ARGUMENTS;
      this.link(at);
      result = { kind: "filter", of: node, name, args, at };
      node = result;
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

  /** Parses a name or a literal. */
  protected primary(): Expression {
    const token = this.stream.current;
    const { at, text } = token;
    if (token.kind === "name") {
      this.stream.next();
      const constant = CONSTANTS.get(text);
      if (constant !== undefined) return { kind: "constant", value: constant, at };
      this.uses.load(text);
      return { kind: "name", name: text, at };
    }
    if (token.kind === "string") return this.#strings(at);
    if (token.kind === "integer" || token.kind === "float") {
      this.stream.next();
      const digits = text.replaceAll("_", "");
      if (token.kind === "integer" && digits.length > MOST_DIGITS) {
        throw new PlacedFault(`an integer has more than ${MOST_DIGITS} digits`, at);
      }
      return { kind: "constant", value: { digits, isFloat: token.kind === "float" }, at };
    }
    if (this.stream.skipOperator("(")) {
      const node = this.nested(() => this.tuple({ parenthesized: true }));
      this.stream.expectOperator(")");
      return node;
    }
    if (this.stream.skipOperator("[")) {
      return {
        kind: "list",
        items: this.#listed("]", () => this.expression()),
        at,
      };
    }
    if (!this.stream.skipOperator("{")) throw this.stream.unexpected();
    const entries = this.#listed("}", () => {
      const key = this.expression();
      this.stream.expectOperator(":");
      return [key, this.expression()] as const;
    });
    return { kind: "dict", entries, at };
  }

  /** Strings side by side are one. */
  #strings(at: number): Expression {
    const parts: string[] = [];
    while (this.stream.current.kind === "string") parts.push(this.stream.next().text);
    return { kind: "constant", value: parts.join(""), at };
  }

  #listed<T>(close: string, parse: () => T): T[] {
    const items: T[] = [];
    while (!this.stream.isOperator(close)) {
      if (items.length > 0) {
        this.stream.expectOperator(",");
        if (this.stream.isOperator(close)) break;
      }
      items.push(parse());
    }
    this.stream.expectOperator(close);
    return items;
  }

  /** Parses members, elements and calls. */
  protected postfix(node: Expression): Expression {
    let result = node;
    while (true) {
      const { at } = this.stream.current;
      if (this.stream.skipOperator(".")) result = this.#member(result, at);
      else if (this.stream.skipOperator("[")) result = this.#subscript(result, at);
      else if (this.stream.isOperator("(")) {
        result = { kind: "call", of: result, args: this.#arguments(), at };
      } else return result;
      this.link(at);
    }
  }

  /** Parses filters and tests. */
  protected filtersAndTests(node: Expression): Expression {
    let result = node;
    while (true) {
      const { at } = this.stream.current;
      if (this.stream.isOperator("|")) result = this.filters(result) ?? result;
      else if (this.stream.isName("is")) result = this.#test(result);
      else if (this.stream.isOperator("(")) {
        result = { kind: "call", of: result, args: this.#arguments(), at };
      } else return result;
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
    const keys: (Expression | SliceBounds)[] = [];
    while (!this.stream.isOperator("]")) {
      if (keys.length > 0) this.stream.expectOperator(",");
      keys.push(this.#subscripted());
    }
    this.stream.expectOperator("]");
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

  #subscripted(): Expression | SliceBounds {
    const start = this.stream.isOperator(":") ? undefined : this.expression();
    if (start !== undefined && !this.stream.isOperator(":")) return start;
    this.stream.expectOperator(":");
    const stop = this.#endsBound(true) ? undefined : this.expression();
    const step = this.stream.skipOperator(":") && !this.#endsBound(false) ? this.expression() : undefined;
    return { start, stop, step };
  }

  #endsBound(orColon: boolean): boolean {
    return this.stream.isOperator("]") || this.stream.isOperator(",") ||
      (orColon && this.stream.isOperator(":"));
  }

  #arguments(): ArgumentList {
    const { at } = this.stream.expectOperator("(");
    const positional: Expression[] = [];
    const named: (readonly [string, Expression])[] = [];
    let spread: Expression | undefined;
    let spreadNamed: Expression | undefined;
    const ensure = (holds: boolean) => {
      if (!holds) throw new PlacedFault("the arguments are in a wrong order", at);
    };
    for (let isFirst = true; !this.stream.isOperator(")"); isFirst = false) {
      if (!isFirst) {
        this.stream.expectOperator(",");
        if (this.stream.isOperator(")")) break;
      }
      const { following } = this.stream;
      if (this.stream.skipOperator("*")) {
        ensure(spread === undefined && spreadNamed === undefined);
        spread = this.expression();
      } else if (this.stream.skipOperator("**")) {
        ensure(spreadNamed === undefined);
        spreadNamed = this.expression();
      } else if (
        this.stream.current.kind === "name" && following.kind === "operator" && following.text === "="
      ) {
        ensure(spreadNamed === undefined);
        const name = this.stream.next().text;
        if (named.some(([other]) => other === name)) {
          throw new PlacedFault(`the argument "${name}" stands twice`, at);
        }
        this.stream.next();
        named.push([name, this.expression()]);
      } else {
        ensure(spread === undefined && spreadNamed === undefined && named.length === 0);
        positional.push(this.expression());
      }
    }
    this.stream.expectOperator(")");
    return { positional, named, spread, spreadNamed };
  }

  #dottedName(): { readonly at: number; readonly name: string } {
    const { at, text } = this.stream.expectName();
    let name = text;
    while (this.stream.skipOperator(".")) name += `.${this.stream.expectName().text}`;
    return { at, name };
  }

  #test(of: Expression): Expression {
    const { at } = this.stream.next();
    const isNegated = this.stream.skipName("not");
    const { name } = this.#dottedName();
    this.uses.named.push({ kind: "test", name, at, soft: false });
    const node: Expression = { kind: "test", of, name, args: this.#testArguments(), at };
    return isNegated ? { kind: "unary", operator: "not", of: node, at } : node;
  }

  /** A test takes arguments in parentheses, or one value without. */
  #testArguments(): ArgumentList {
    if (this.stream.isOperator("(")) return this.#arguments();
    const { kind, text } = this.stream.current;
    const begins = kind === "string" || kind === "integer" || kind === "float" ||
      (kind === "operator" && (text === "[" || text === "{")) ||
      (kind === "name" && text !== "else" && text !== "or" && text !== "and");
    if (!begins) return NO_ARGUMENTS;
    if (kind === "name" && text === "is") {
      throw new PlacedFault('tests cannot be chained with "is"', this.stream.current.at);
    }
    const value = this.nested(() => this.postfix(this.primary()));
    return { ...NO_ARGUMENTS, positional: [value] };
  }
}
