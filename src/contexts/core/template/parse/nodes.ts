/** The syntax tree of a template. `at` is an offset in the source. */

/** An expression. */
export type Expression =
  | { readonly kind: "constant"; readonly value: Constant; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "tuple" | "list" | "concat"; readonly items: readonly Expression[]; readonly at: number }
  | {
    readonly kind: "dict";
    readonly entries: readonly (readonly [Expression, Expression])[];
    readonly at: number;
  }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string; readonly at: number }
  | { readonly kind: "item"; readonly of: Expression; readonly key: Expression; readonly at: number }
  | { readonly kind: "slice"; readonly of: Expression; readonly bounds: SliceBounds; readonly at: number }
  | CallExpression
  | FilterExpression
  | {
    readonly kind: "test";
    readonly of: Expression;
    readonly name: string;
    readonly args: ArgumentList;
    readonly at: number;
  }
  | {
    readonly kind: "unary";
    readonly operator: "+" | "-" | "not";
    readonly of: Expression;
    readonly at: number;
  }
  | {
    readonly kind: "binary";
    readonly operator: BinaryOperator;
    readonly left: Expression;
    readonly right: Expression;
    readonly at: number;
  }
  | {
    readonly kind: "compare";
    readonly first: Expression;
    readonly rest: readonly (readonly [Comparison, Expression])[];
    readonly at: number;
  }
  | {
    readonly kind: "condition";
    readonly test: Expression;
    readonly then: Expression;
    readonly otherwise: Expression | undefined;
    readonly at: number;
  };

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
export interface SliceBounds {
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
}

/** A call of a macro, method or function. */
export interface CallExpression {
  readonly kind: "call";
  readonly of: Expression;
  readonly args: ArgumentList;
  readonly at: number;
}

/** A filter; without `of` it takes the text of its block. */
export interface FilterExpression {
  readonly kind: "filter";
  readonly of: Expression | undefined;
  readonly name: string;
  readonly args: ArgumentList;
  readonly at: number;
}

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
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "member"; readonly name: string; readonly member: string; readonly at: number }
  | { readonly kind: "tuple"; readonly items: readonly Target[]; readonly at: number };

/** A statement, or text that is printed. */
export type Statement =
  | { readonly kind: "text"; readonly text: string; readonly at: number }
  | { readonly kind: "print"; readonly value: Expression; readonly at: number }
  | ForStatement
  | {
    readonly kind: "if";
    readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
    readonly otherwise: readonly Statement[];
    readonly at: number;
  }
  | { readonly kind: "set"; readonly target: Target; readonly value: Expression; readonly at: number }
  | {
    readonly kind: "set_block";
    readonly target: Target;
    readonly filter: FilterExpression | undefined;
    readonly body: readonly Statement[];
    readonly at: number;
  }
  | {
    readonly kind: "with";
    readonly assignments: readonly (readonly [Target, Expression])[];
    readonly body: readonly Statement[];
    readonly at: number;
  }
  | { readonly kind: "macro"; readonly macro: MacroDefinition; readonly at: number }
  | {
    readonly kind: "call_block";
    readonly call: CallExpression;
    readonly caller: MacroDefinition;
    readonly at: number;
  }
  | {
    readonly kind: "filter_block";
    readonly filter: FilterExpression;
    readonly body: readonly Statement[];
    readonly at: number;
  }
  | { readonly kind: "break" | "continue"; readonly at: number };

/** A loop. */
export interface ForStatement {
  readonly kind: "for";
  readonly target: Target;
  readonly items: Expression;
  readonly test: Expression | undefined;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
  readonly at: number;
}

/** A macro, or the body of a `call` block. */
export interface MacroDefinition {
  /** Undefined for the body of a `call` block. */
  readonly name: string | undefined;
  readonly parameters: readonly MacroParameter[];
  readonly body: readonly Statement[];
  /** The special names that the body uses; a macro takes no others than its parameters without them. */
  readonly uses: ReadonlySet<string>;
  readonly at: number;
}

/** A parameter of a macro. */
export interface MacroParameter {
  readonly name: string;
  readonly fallback: Expression | undefined;
}
