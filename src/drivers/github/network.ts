/** What kept a request from being answered, in words that a person understands. */

import { oneLine } from "./errors.ts";
import { valueAt } from "./json.ts";

/** An error that says why there was no answer; `answerMs` is given where there was none in that time. */
export function networkError(
  thrown: unknown,
  { answerMs }: { readonly answerMs: number | undefined },
): Error {
  if (answerMs !== undefined) {
    return new Error(`no answer within ${Math.ceil(answerMs / 1000)} s`, { cause: thrown });
  }
  return new Error(reasonOf(innermost(thrown)), { cause: thrown });
}

/** Deno says what happened in the message or, as "fetch failed", in what caused it. */
function innermost(thrown: unknown): string {
  const cause = valueAt(thrown, "cause");
  const said = cause instanceof Error ? cause : thrown;
  return said instanceof Error ? said.message : String(said);
}

function reasonOf(message: string): string {
  if (/\bdns error\b/i.test(message)) return "the name is not found";
  // The last part of a nested message is the one that tells; what comes before names addresses.
  const last = (message.split(": ").at(-1) ?? message).replace(/ \(os error \d+\)$/, "");
  return /refused/i.test(last) ? "connection refused" : oneLine(last) || "no answer";
}
