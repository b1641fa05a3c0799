/**
 * The driver for GitHub's GraphQL and REST APIs, the one implementation of `src/environments/ports/forge.ts` and of
 * `src/assets/ports/review_comment.ts`.
 *
 * Four rules hold in this folder:
 *
 * - It decides nothing about environments: `src/environments/core/plan` does.
 * - No vendor type and no token leaves it: `errors.ts` translates at the edge.
 * - No value is written into the text of a GraphQL document: values are variables.
 * - If a write that must happen only once may have taken effect, the driver checks before it sends it again.
 *
 * Read `forge.ts` first: it lists every call. Then read `client.ts` (sends one request), `pace.ts` (waits and
 * sends it again) and `batch.ts` (turns many writes into one request).
 *
 * @module
 */

export { makeGithubCommitStatuses } from "./reports/commit_statuses.ts";
export { type GithubForgeOptions, makeGithubForge } from "./forge.ts";
export { makeGithubPullComments, makeGithubReviewComments } from "./review_comments.ts";
export type { Delays } from "./limits.ts";
