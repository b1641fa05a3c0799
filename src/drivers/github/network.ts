/** Describes network failures in plain words. */

import { oneLine, valueAt } from "./json.ts";

/** Makes an error that says why no answer came. `answerMs` is the time limit if the request exceeded it. */
export function networkError(
  thrown: unknown,
  { answerMs }: { readonly answerMs: number | undefined },
): Error {
  if (answerMs !== undefined) {
    return new Error(`no answer within ${Math.ceil(answerMs / 1000)} s`, { cause: thrown });
  }
  return new Error(reasonOf(innermost(thrown)), { cause: thrown });
}

/** Deno puts the reason into the message or, if the message is "fetch failed", into the cause. */
function innermost(thrown: unknown): string {
  const cause = valueAt(thrown, "cause");
  const said = cause instanceof Error ? cause : thrown;
  return said instanceof Error ? said.message : String(said);
}

function reasonOf(message: string): string {
  if (/\bdns error\b/i.test(message)) return "the host name was not found";
  // The last part of a nested message is the reason; the parts before it name addresses.
  const last = (message.split(": ").at(-1) ?? message).replace(/ \(os error \d+\)$/, "");
  return /refused/i.test(last) ? "connection refused" : oneLine(last) || "no answer";
}
