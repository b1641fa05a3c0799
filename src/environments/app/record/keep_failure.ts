import type { PullWriter } from "./pull_writer.ts";

/** Keeps the failure in the comment, if its commit still counts as failed. Its log is not on record. */
export function keepFailure(writer: PullWriter): void {
  const { failure } = writer.record;
  if (failure === undefined || writer.labels.environments.get(failure.sha)?.status !== "failed") return;
  const { sha: short, reason, message, hint } = failure;
  writer.say({ failure: { short, reason, message, hint, logTail: [] } });
}
