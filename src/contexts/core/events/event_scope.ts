import { AppError, usageError } from "../../../lib/errors.ts";
import { formatPath, type Path } from "../tree/path.ts";
import { pythonText } from "../tree/python_text.ts";
import type { Value, ValueMap } from "../tree/value.ts";
import type { EventRules } from "./event_rules.ts";
import type { Handler } from "./handler.ts";

/**
 * Renders a template. The names in `more` hide those of the tree and `configData`. Throws AppError
 * `template_failed` (exit code 1), which names the place `at`.
 */
export type Render = (
  source: string,
  names: { readonly tree: ValueMap; readonly more: ValueMap },
  options: { readonly at: string },
) => string;

/** Finds what a path or a JSONPath names: one value, a list of several, undefined for none. */
export type Find = (tree: ValueMap, expression: string) => Value | undefined;

/** The things that a handler or generator reads. */
export interface EventScope {
  readonly tree: ValueMap;
  /** Variables of the call, which hide keys of the tree. */
  readonly vars: ValueMap;
  readonly render: Render;
  readonly find: Find;
  readonly rules: EventRules;
}

/** Renders what stands at a path. A value that is no text is rendered as Python prints it. */
export function renderValue(
  { tree, render }: Pick<EventScope, "tree" | "render">,
  value: Value,
  { more, at }: { readonly more: ValueMap; readonly at: Path },
): string {
  return render(pythonText(value), { tree, more }, { at: formatPath(at) });
}

/** The reason why the `if` of a block skips it; undefined if the block runs. */
export function skippedByIf(
  scope: EventScope,
  block: ValueMap,
  { more, at, trimmed }: { readonly more: ValueMap; readonly at: Path; readonly trimmed: boolean },
): string | undefined {
  if (!block.has("if")) return undefined;
  const result = renderIf(scope, block.get("if") ?? null, { more, at: [...at, "if"] });
  const text = trimmed ? result.trim() : result;
  if (text === "") return "its `if` is blank";
  return scope.rules.falseTexts.includes(text) ? `its \`if\` is ${text}` : undefined;
}

function renderIf(
  scope: EventScope,
  value: Value,
  options: { readonly more: ValueMap; readonly at: Path },
): string {
  if (!scope.rules.ifErrorFails && (value === null || value === false || value === "")) return "";
  try {
    return renderValue(scope, value, options);
  } catch (error) {
    if (scope.rules.ifErrorFails || !(error instanceof AppError)) throw error;
    return "";
  }
}

/** Whether the result of `if` is trimmed for a handler. */
export function trimsIf({ rules }: EventScope, { kind }: Pick<Handler, "kind">): boolean {
  return !rules.untrimmedIf.includes(kind);
}

/** Makes the error for a block of the configuration that lacks something, or has it in another shape. */
export function blockInvalid(at: Path, problem: string, { hint }: { readonly hint?: string } = {}): AppError {
  return usageError("handler_invalid", `Reading ${formatPath(at)}: ${problem}`, hint);
}
