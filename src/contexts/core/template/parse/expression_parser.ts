import type { BinaryOperator, Comparison, Expression } from "./nodes.ts";
import { OperandParser, type TupleOptions } from "./operand_parser.ts";

const COMPARISONS: readonly Comparison[] = ["==", "!=", "<", "<=", ">", ">=", "in"];
const SUMS: readonly BinaryOperator[] = ["+", "-"];
const PRODUCTS: readonly BinaryOperator[] = ["*", "/", "//", "%"];

/** Parses expressions with the precedence of Jinja's parser: each method parses one level, the loosest first. */
export class ExpressionParser extends OperandParser {
  /** Parses an expression; without `conditional`, `if` ends it. */
  override expression(conditional = true): Expression {
    return this.nested(() => conditional ? this.#condition() : this.#or());
  }

  /** Parses an expression, or several with commas as a tuple. */
  override tuple(options: TupleOptions = {}): Expression {
    const { at } = this.stream.current;
    const items: Expression[] = [];
    let isTuple = false;
    while (!this.#endsTuple()) {
      items.push(this.expression(options.conditional));
      if (!this.stream.skip(",")) break;
      isTuple = true;
    }
    const [only] = items;
    if (!isTuple && only !== undefined) return only;
    if (!isTuple && options.parenthesized !== true) throw this.stream.unexpected("an expression");
    return { kind: "tuple", items, at };
  }

  #endsTuple(): boolean {
    const { kind } = this.stream.current;
    return kind === "print_end" || kind === "block_end" || this.stream.is(")");
  }

  #condition(): Expression {
    const { at } = this.stream.current;
    const before = this.uses.named.length;
    let value = this.#or();
    while (this.stream.skip("if")) {
      const test = this.#or();
      const then = value;
      const otherwise = this.stream.skip("else") ? this.nested(() => this.#condition()) : undefined;
      value = { kind: "condition", test, then, otherwise, at };
      this.link(at);
      this.uses.soften(before);
    }
    return value;
  }

  #or(): Expression {
    return this.#chain(["or"], () => this.#chain(["and"], () => this.#not()));
  }

  #not(): Expression {
    if (!this.stream.is("not")) return this.#comparison();
    const { at } = this.stream.next();
    return { kind: "unary", operator: "not", of: this.nested(() => this.#not()), at };
  }

  #comparison(): Expression {
    const { at } = this.stream.current;
    const first = this.#sum();
    const rest: (readonly [Comparison, Expression])[] = [];
    for (let operator = this.#compares(); operator !== undefined; operator = this.#compares()) {
      rest.push([operator, this.#sum()]);
    }
    return rest.length === 0 ? first : { kind: "compare", first, rest, at };
  }

  #compares(): Comparison | undefined {
    if (!this.stream.is("not") || !this.stream.isFollowedBy("in")) return this.#operator(COMPARISONS);
    this.stream.next();
    this.stream.next();
    return "not in";
  }

  #sum(): Expression {
    return this.#chain(SUMS, () => this.#concat());
  }

  #concat(): Expression {
    const { at } = this.stream.current;
    const first = this.#product();
    if (!this.stream.is("~")) return first;
    const items = [first];
    while (this.stream.skip("~")) items.push(this.#product());
    return { kind: "concat", items, at };
  }

  #product(): Expression {
    return this.#chain(PRODUCTS, () => this.#chain(["**"], () => this.#unary(true)));
  }

  /** Parses binary operators of one level, from left to right. */
  #chain(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    while (true) {
      const { at } = this.stream.current;
      const operator = this.#operator(operators);
      if (operator === undefined) return left;
      this.link(at);
      left = { kind: "binary", operator, left, right: operand(), at };
    }
  }

  /** Goes on if the current token is one of some operators, and returns it. */
  #operator<Operator extends string>(operators: readonly Operator[]): Operator | undefined {
    const { kind, text } = this.stream.current;
    if (kind !== "operator" && kind !== "name") return undefined;
    const found = operators.find((each) => each === text);
    if (found !== undefined) this.stream.next();
    return found;
  }

  #unary(withFilters: boolean): Expression {
    const { at } = this.stream.current;
    const sign = (["-", "+"] as const).find((each) => this.stream.skip(each));
    const node = this.postfix(
      sign === undefined
        ? this.primary()
        : { kind: "unary", operator: sign, of: this.nested(() => this.#unary(false)), at },
    );
    return withFilters ? this.filtersAndTests(node) : node;
  }
}
