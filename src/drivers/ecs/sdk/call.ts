import { type Attempt, awsErrorName, translateAwsError } from "../errors.ts";

/** Makes one call; a failure is told in our own words, an abort as what the signal says. */
export async function call<Result>(
  attempt: Attempt,
  send: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted();
  try {
    return await send();
  } catch (error) {
    signal.throwIfAborted();
    throw translateAwsError(error, attempt);
  }
}

/** Makes one call to which "there is no such thing" is an answer: undefined. `names` are AWS's words for that. */
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
