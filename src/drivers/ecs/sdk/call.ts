import { type Attempt, awsErrorName, translateAwsError } from "../errors.ts";

/** Makes one call. Throws an AppError if the call fails, and the signal's reason if it is aborted. */
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
