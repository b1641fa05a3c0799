import { type Attempt, awsErrorName, translateAwsError } from "../errors.ts";

/** Makes one call, and returns its answer {@link withoutNulls}. Throws an AppError if the call fails, and the signal's reason if it is aborted. */
export async function call<Result>(
  attempt: Attempt,
  send: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted();
  try {
    return withoutNulls(await send());
  } catch (error) {
    signal.throwIfAborted();
    throw translateAwsError(error, attempt);
  }
}

/** Makes one call that returns undefined if AWS answers with one of the error names in `absent`. */
export async function callForSome<Result>(
  attempt: Attempt & { readonly absent: readonly string[] },
  send: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result | undefined> {
  return await call(attempt, async () => {
    try {
      return await send();
    } catch (error) {
      if (attempt.absent.includes(awsErrorName(error))) return undefined;
      throw error;
    }
  }, signal);
}

/**
 * Removes nulls from an answer: entries of lists and fields that are null count as absent. The types of the
 * SDK do not have them, but AWS and services that speak its protocol send them.
 */
export function withoutNulls<Answer>(answer: Answer): Answer {
  return (clean(answer) ?? answer) as Answer;
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((each) => each === null || each === undefined ? [] : [clean(each)]);
  }
  if (value === null) return undefined;
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
      const kept = clean(each);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}
