import { AppError, usageError } from "../../../lib/errors.ts";
import { formatPath, type Path } from "../tree/path.ts";
import { pythonText } from "../tree/python_text.ts";
import type { Value, ValueMap } from "../tree/value.ts";
import type { EventRules } from "./event_rules.ts";

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

/** A block of the configuration while it is rendered. */
export interface OpenBlock {
  readonly scope: EventScope;
  /** The name under which templates see the block. */
  readonly name: string;
  readonly block: ValueMap;
  /** The place of the block. */
  readonly at: Path;
}

/** Renders what stands at a path. A value that is no text is rendered as Python prints it. */
export function renderValue(
  { tree, render }: Pick<EventScope, "tree" | "render">,
  value: Value,
  { more, at }: { readonly more: ValueMap; readonly at: Path },
): string {
  return render(pythonText(value), { tree, more }, { at: formatPath(at) });
}

/** Returns what templates see besides the tree: the variables of the call, and the block. */
export function namesOf({ scope: { vars }, name, block }: Omit<OpenBlock, "at">): ValueMap {
  return new Map<string, Value>([...vars, [name, block]]);
}

/** Renders one key of a block; an absent key is blank. `more` may show the block with changes. */
export function renderKey(
  open: OpenBlock,
  key: string,
  { more = namesOf(open) }: { readonly more?: ValueMap } = {},
): string {
  return renderValue(open.scope, open.block.get(key) ?? "", { more, at: [...open.at, key] });
}

/** The reason why the `if` of a block skips it; undefined if the block runs. */
export function skippedByIf(open: OpenBlock, { trimmed }: { readonly trimmed: boolean }): string | undefined {
  if (!open.block.has("if")) return undefined;
  const result = renderIf(open);
  const text = trimmed ? result.trim() : result;
  if (text === "") return "its `if` is blank";
  return open.scope.rules.falseTexts.includes(text) ? `its \`if\` is ${text}` : undefined;
}

function renderIf(open: OpenBlock): string {
  const { block, scope: { rules: { ifErrorFails } } } = open;
  if (!ifErrorFails && [null, false, ""].some((blank) => block.get("if") === blank)) return "";
  try {
    return renderValue(open.scope, block.get("if") ?? null, { more: namesOf(open), at: [...open.at, "if"] });
  } catch (error) {
    if (ifErrorFails || !(error instanceof AppError)) throw error;
    return "";
  }
}

/** Makes the error for a block of the configuration that lacks something, or has it in another shape. */
export function blockInvalid(at: Path, problem: string, { hint }: { readonly hint?: string } = {}): AppError {
  return usageError("handler_invalid", `Reading ${formatPath(at)}: ${problem}`, hint);
}
