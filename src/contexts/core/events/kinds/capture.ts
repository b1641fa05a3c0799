import { AppError } from "../../../../lib/errors.ts";
import type { Operation } from "../../tree/operations.ts";
import type { Path } from "../../tree/path.ts";
import { isValueList, toValue, type Value, type ValueMap } from "../../tree/value.ts";
import type { EventScope } from "../event_scope.ts";
import type { Handler, HandlerSettings } from "../handler.ts";
import { planRule } from "./set_values.ts";

/** Rules that put parts of an answer into the tree, with their place in the configuration. */
export interface Captures {
  readonly at: Path;
  readonly rules: readonly Value[];
}

/** Returns the rules for the answer of a handler: those of the configuration, then those of its block. */
export function capturesOf(
  { kind, block, path }: Handler,
  { capture }: Pick<HandlerSettings, "capture">,
): readonly Captures[] {
  if (kind !== "notify" && kind !== "manual-choice") return [];
  const own = block.get("capture-response-data");
  return [
    { at: [kind, "auto-capture-response-data"], rules: capture[kind].map((rule) => toValue(rule)) },
    { at: [...path, "capture-response-data"], rules: isValueList(own) ? own : [] },
  ].filter(({ rules }) => rules.length > 0);
}

/**
 * Makes the operations that put parts of an answer into the tree. Rules see the tree, the configuration and
 * the answer as `body`, not the variables of the call and not each other. A rule that fails leaves the others
 * alone.
 */
export function planCaptures(
  scope: Pick<EventScope, "tree" | "render" | "rules">,
  captures: readonly Captures[],
  { body }: { readonly body: Value },
): { readonly operations: readonly Operation[]; readonly problems: readonly AppError[] } {
  const more: ValueMap = new Map([["body", body]]);
  const operations: Operation[] = [];
  const problems: AppError[] = [];
  for (const { at, rules } of captures) {
    rules.forEach((rule, index) => {
      try {
        operations.push(...planRule(scope, rule, { more, at: [...at, index] }));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        problems.push(error);
      }
    });
  }
  return { operations, problems };
}
