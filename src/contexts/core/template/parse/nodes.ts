/** The syntax tree of a template. */

/** A node of the tree. `at` is an offset in the source. */
type Node<Kind extends string, Parts = unknown> = Parts & { readonly kind: Kind; readonly at: number };

/** An expression. */
export type Expression =
  | Node<"constant", { readonly value: Constant }>
  | Node<"name", { readonly name: string }>
  | Node<"tuple" | "list" | "concat", { readonly items: readonly Expression[] }>
  | Node<"dict", { readonly entries: readonly (readonly [Expression, Expression])[] }>
  | Node<"attribute", { readonly of: Expression; readonly name: string }>
  | Node<"item", { readonly of: Expression; readonly key: Expression }>
  | Node<"slice", { readonly of: Expression; readonly bounds: SliceExpression }>
  | CallExpression
  | FilterExpression
  | Node<"test", { readonly of: Expression; readonly name: string; readonly args: ArgumentList }>
  | Node<"unary", { readonly operator: "+" | "-" | "not"; readonly of: Expression }>
  | Node<
    "binary",
    { readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  >
  | Node<
    "compare",
    { readonly first: Expression; readonly rest: readonly (readonly [Comparison, Expression])[] }
  >
  | Node<
    "condition",
    { readonly test: Expression; readonly then: Expression; readonly otherwise: Expression | undefined }
  >;

/** A literal. */
export type Constant = null | boolean | string | Numeral;

/** A number as it is written, without underscores. */
export interface Numeral {
  readonly digits: string;
  readonly isFloat: boolean;
}

/** The operators between two values. */
export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**" | "and" | "or";

/** The operators that can be chained: `1 < x < 3`. */
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

/** The parts of `[start:stop:step]`. */
export interface SliceExpression {
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
}

/** A call of a macro, method or function. */
export type CallExpression = Node<"call", { readonly of: Expression; readonly args: ArgumentList }>;

/** A filter; without `of` it takes the text of its block. */
export type FilterExpression = Node<
  "filter",
  { readonly of: Expression | undefined; readonly name: string; readonly args: ArgumentList }
>;

/** The arguments of a call. */
export interface ArgumentList {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  /** After `*`. */
  readonly spread: Expression | undefined;
  /** After `**`. */
  readonly spreadNamed: Expression | undefined;
}

/** The names that an assignment fills. */
export type Target =
  | Node<"name", { readonly name: string }>
  | Node<"member", { readonly name: string; readonly member: string }>
  | Node<"tuple", { readonly items: readonly Target[] }>;

/** Statements that run one after the other. */
export type Body = readonly Statement[];

/** A statement, or text that is printed. */
export type Statement =
  | Node<"text", { readonly text: string }>
  | Node<"print", { readonly value: Expression }>
  | ForStatement
  | Node<
    "if",
    {
      readonly branches: readonly { readonly test: Expression; readonly body: Body }[];
      readonly otherwise: Body;
    }
  >
  | Node<"set", { readonly target: Target; readonly value: Expression }>
  | BlockStatement
  | Node<"with", { readonly assignments: readonly (readonly [Target, Expression])[]; readonly body: Body }>
  | Node<"macro", { readonly macro: MacroDefinition }>
  | Node<"call_block", { readonly call: CallExpression; readonly caller: MacroDefinition }>
  | Node<"break" | "continue">;

/** A block whose text is filtered, and then printed, or assigned if it has a target. */
export type BlockStatement = Node<
  "block",
  {
    readonly target: Target | undefined;
    readonly filter: FilterExpression | undefined;
    readonly body: Body;
  }
>;

/** A loop. */
export type ForStatement = Node<
  "for",
  {
    readonly target: Target;
    readonly items: Expression;
    readonly test: Expression | undefined;
    readonly recursive: boolean;
    readonly body: Body;
    readonly otherwise: Body;
  }
>;

/** A macro, or the body of a `call` block. */
export interface MacroDefinition {
  /** Undefined for the body of a `call` block. */
  readonly name: string | undefined;
  readonly parameters: readonly MacroParameter[];
  readonly body: Body;
  /** The special names that the body uses; a macro takes no others than its parameters without them. */
  readonly uses: ReadonlySet<string>;
}

/** A parameter of a macro. */
export interface MacroParameter {
  readonly name: string;
  readonly fallback: Expression | undefined;
}
