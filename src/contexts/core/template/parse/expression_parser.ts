import type { BinaryOperator, Comparison, Expression } from "./nodes.ts";
import { OperandParser, type TupleOptions } from "./operand_parser.ts";

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

/** Binary operators of one precedence, the loosest first; `~` stands between the two levels of arithmetic. */
const SUMS: readonly BinaryOperator[] = ["+", "-"];
const PRODUCTS: readonly BinaryOperator[] = ["*", "/", "//", "%"];

/** Parses expressions with the precedence of Jinja's parser. */
export class ExpressionParser extends OperandParser {
  /** Parses an expression; without `conditional`, `if` ends it. */
  override expression(conditional = true): Expression {
    return this.nested(() => conditional ? this.#condition() : this.#or());
  }

  /** Parses an expression, or several with commas as a tuple. `end` is a name that ends it. */
  override tuple(options: TupleOptions = {}): Expression {
    const { at } = this.stream.current;
    const items: Expression[] = [];
    let isTuple = false;
    while (!this.#endsTuple()) {
      items.push(this.expression(options.conditional));
      if (!this.stream.skipOperator(",")) break;
      isTuple = true;
    }
    const [only] = items;
    if (!isTuple && only !== undefined) return only;
    if (!isTuple && options.parenthesized !== true) throw this.stream.unexpected("an expression");
    return { kind: "tuple", items, at };
  }

  #endsTuple(): boolean {
    const { kind } = this.stream.current;
    return kind === "print_end" || kind === "block_end" || this.stream.isOperator(")");
  }

  #condition(): Expression {
    const { at } = this.stream.current;
    const before = this.uses.named.length;
    let value = this.#or();
    while (this.stream.skipName("if")) {
      const test = this.#or();
      const then = value;
      const otherwise = this.stream.skipName("else") ? this.nested(() => this.#condition()) : undefined;
      value = { kind: "condition", test, then, otherwise, at };
      this.link(at);
      for (const use of this.uses.named.slice(before)) use.soft = true;
    }
    return value;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.stream.isName("or")) left = this.#binary(left, "or", { right: () => this.#and() });
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.stream.isName("and")) left = this.#binary(left, "and", { right: () => this.#not() });
    return left;
  }

  #not(): Expression {
    if (!this.stream.isName("not")) return this.#comparison();
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
    const { kind, text } = this.stream.current;
    if (kind === "operator" && COMPARISONS.has(text)) {
      this.stream.next();
      return text as Comparison;
    }
    if (this.stream.skipName("in")) return "in";
    const { following } = this.stream;
    if (!this.stream.isName("not") || following.kind !== "name" || following.text !== "in") return undefined;
    this.stream.next();
    this.stream.next();
    return "not in";
  }

  #sum(): Expression {
    let left = this.#concat();
    for (let operator = this.#operator(SUMS); operator !== undefined; operator = this.#operator(SUMS)) {
      left = this.#binary(left, operator, { right: () => this.#concat() });
    }
    return left;
  }

  #concat(): Expression {
    const { at } = this.stream.current;
    const items = [this.#product()];
    while (this.stream.skipOperator("~")) items.push(this.#product());
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: "concat", items, at };
  }

  #product(): Expression {
    let left = this.#power();
    for (
      let operator = this.#operator(PRODUCTS);
      operator !== undefined;
      operator = this.#operator(PRODUCTS)
    ) {
      left = this.#binary(left, operator, { right: () => this.#power() });
    }
    return left;
  }

  #power(): Expression {
    let left = this.#unary(true);
    while (this.stream.isOperator("**")) left = this.#binary(left, "**", { right: () => this.#unary(true) });
    return left;
  }

  #operator(operators: readonly BinaryOperator[]): BinaryOperator | undefined {
    const { kind, text } = this.stream.current;
    return kind === "operator" ? operators.find((each) => each === text) : undefined;
  }

  #binary(
    left: Expression,
    operator: BinaryOperator,
    { right }: { readonly right: () => Expression },
  ): Expression {
    const { at } = this.stream.next();
    this.link(at);
    return { kind: "binary", operator, left, right: right(), at };
  }

  #unary(withFilters: boolean): Expression {
    const { at } = this.stream.current;
    const sign = this.stream.isOperator("-") ? "-" : this.stream.isOperator("+") ? "+" : undefined;
    let node: Expression;
    if (sign === undefined) node = this.primary();
    else {
      this.stream.next();
      node = { kind: "unary", operator: sign, of: this.nested(() => this.#unary(false)), at };
    }
    node = this.postfix(node);
    return withFilters ? this.filtersAndTests(node) : node;
  }
}
