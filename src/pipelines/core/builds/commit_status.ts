import type { Build } from "./build.ts";

/** The status that a build gives its commit; undefined while its commit is not known, or if its result is not. */
export function statusOf(build: Build): {
  readonly sha: string;
  readonly context: string;
  readonly state: "pending" | "success" | "failure" | "error";
  readonly description: string;
} | undefined {
  if (build.sha === undefined) return undefined;
  const status = { sha: build.sha, context: `showtime/${build.pipeline}` };
  const why = build.reason === undefined ? "" : `: ${build.reason}`;
  switch (build.state) {
    case "queued":
      return { ...status, state: "pending", description: `Build ${build.id} waits` };
    case "running":
    case "cancelling":
      return { ...status, state: "pending", description: `Build ${build.id} runs` };
    case "passed":
      return { ...status, state: "success", description: `Build ${build.id} passed` };
    case "failed":
    case "timed_out":
      return {
        ...status,
        state: "failure",
        description: `Build ${build.id} ${build.state === "failed" ? "failed" : "timed out"}${why}`,
      };
    case "cancelled":
    case "lost":
      return {
        ...status,
        state: "error",
        description: `Build ${build.id} ${build.state === "lost" ? "was lost" : "was cancelled"}${why}`,
      };
    case "handed_over":
      return undefined;
  }
}
