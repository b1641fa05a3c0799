import { AppError, EXIT } from "../../../lib/errors.ts";
import type { Handler } from "../../core/events/handler.ts";
import type { HandlerResult } from "./event_call.ts";

/** Makes the result of a handler, with what went wrong, if anything did. */
export function resultOf(
  { name, kind }: Handler,
  state: HandlerResult["state"],
  { error, exitCode = error === undefined ? EXIT.done : EXIT.failed, ...more }:
    & Partial<Pick<HandlerResult, "exitCode" | "warnings" | "planned" | "why">>
    & { readonly error?: AppError | undefined } = {},
): HandlerResult {
  const why = error === undefined ? {} : { why: error.message };
  const hint = error?.hint === undefined ? {} : { hint: error.hint };
  return { handler: name, kind, state, ...why, ...hint, exitCode, warnings: [], ...more };
}

/** Makes the result of a handler that does not run. */
export function skipped(handler: Handler, why: string): HandlerResult {
  return resultOf(handler, "skipped", { why });
}

/** Makes the result of a handler that failed before it had an effect. Throws what is no AppError. */
export function failed(handler: Handler, error: unknown): HandlerResult {
  if (!(error instanceof AppError)) throw error;
  const exitCode = error.exitCode === EXIT.refused ? EXIT.refused : EXIT.failed;
  return resultOf(handler, "failed", { error, exitCode });
}

/** Masks secrets in the texts of a result. */
export function concealResult(
  result: HandlerResult,
  { conceal }: { readonly conceal: (text: string) => string },
): HandlerResult {
  return {
    ...result,
    ...result.why === undefined ? {} : { why: conceal(result.why) },
    ...result.hint === undefined ? {} : { hint: conceal(result.hint) },
    warnings: result.warnings.map(conceal),
  };
}

/** The codes of errors that say why a tree cannot take an operation. */
const TREE_REFUSALS: ReadonlySet<string> = new Set([
  "path_protected",
  "path_blocked",
  "index_beyond",
  "not_a_list",
  "tree_too_large",
  "tree_too_deep",
  "number_invalid",
]);

/** Whether an error says that the tree cannot take an operation, rather than that the store fails. */
export function isTreeRefusal(error: unknown): error is AppError {
  return error instanceof AppError && TREE_REFUSALS.has(error.code);
}
