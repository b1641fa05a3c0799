/** GitHub's expressions, evaluated by GitHub's own package. */

import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

/** What an expression may speak of: `github`, `inputs`, `steps` … */
export type Contexts = Readonly<Record<string, unknown>>;

/** Status functions: only what these tests play. */
const FUNCTIONS = ["success", "always"].map((name) => ({
  name,
  minArgs: 0,
  maxArgs: 0,
  call: () => new data.BooleanData(true),
}));

/** The value of an expression, without its braces. */
export function evaluate(expression: string, contexts: Contexts): unknown {
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), FUNCTIONS).parse();
  const world: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(world instanceof data.Dictionary)) throw new Error("Evaluating: the contexts are no dictionary");
  const functions = new Map(FUNCTIONS.map((each) => [each.name, each]));
  return plain(new Evaluator(parsed, world, functions).evaluate());
}

/** Text with every `${{ }}` in it replaced, as GitHub writes values into text. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{([\s\S]*?)\}\}/g, (_, expression: string) => {
    const value = evaluate(expression.trim(), contexts);
    return value === null || value === undefined ? "" : typeof value === "object" ? "Object" : String(value);
  });
}

/** Whether a condition holds; braces around it are optional. */
export function holds(condition: string | undefined, contexts: Contexts): boolean {
  if (condition === undefined) return true;
  const inner = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(condition)?.[1] ?? condition;
  const value = evaluate(inner.trim(), contexts);
  return value !== null && value !== false && value !== "" && value !== 0;
}

function plain(value: data.ExpressionData): unknown {
  if (value instanceof data.Array) return value.values().map(plain);
  if (value instanceof data.Dictionary) {
    return Object.fromEntries(value.pairs().map((pair) => [pair.key, plain(pair.value)]));
  }
  if (value instanceof data.Null) return null;
  if (
    value instanceof data.BooleanData || value instanceof data.NumberData || value instanceof data.StringData
  ) {
    return value.value;
  }
  throw new Error("Evaluating: a value of an unknown kind");
}
