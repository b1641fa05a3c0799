/**
 * What can be made to go wrong with the tasks of a world:
 *
 *     capacity      Fargate has no room: the service says so, and tries again
 *     quota         the account may not run more: the same
 *     secrets       the task cannot be set up, because a secret or the registry's password cannot be had
 *     log_group     the task cannot be set up, because the log group is not there
 *     no_public_ip  the task runs without a public address
 *     unhealthy     the health check in the container fails, whatever the application answers
 */
export type ScriptedFailure =
  | "capacity"
  | "quota"
  | "secrets"
  | "log_group"
  | "no_public_ip"
  | "unhealthy";

const PLACING = "was unable to place a task. Reason: ";

/** What ECS says, where a sentence of its own says it. */
export const SENTENCES = {
  capacity: `${PLACING}Capacity is unavailable at this time. Please try again later or in a different ` +
    "availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
  quota: `${PLACING}You've reached the limit on the number of vCPUs you can run concurrently.`,
  secrets:
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval " +
    "failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send " +
    "request failed caused by: Post https://api.ecr.us-east-1.amazonaws.com/: dial tcp: i/o timeout",
  log_group:
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: " +
    "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
} as const;

/** The failures that are still to come, for the tasks of one world. */
export class ScriptedFailures {
  readonly #left = new Map<ScriptedFailure, number>();

  /** Has the next `times` tasks fail so; all of them unless given. */
  script(failure: ScriptedFailure, { times = Infinity }: { readonly times?: number } = {}): void {
    this.#left.set(failure, times);
  }

  clear(): void {
    this.#left.clear();
  }

  /** Whether this failure hits now. */
  take(failure: ScriptedFailure): boolean {
    const left = this.#left.get(failure) ?? 0;
    if (left > 0) this.#left.set(failure, left - 1);
    return left > 0;
  }
}
