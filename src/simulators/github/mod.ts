/**
 * A stateful GitHub in memory, for `showtime simulate`, `test-lifecycle` and the tests.
 *
 * It answers REST and GraphQL as a `(Request) => Promise<Response>`, with GitHub's rules about labels,
 * permissions and pages. It plays faults on demand, and can hold requests. A {@link Seed} is planted in a
 * `World` of tables. REST and GraphQL call the same functions of `state/`: those of `labels.ts`,
 * `comments.ts`, `deployments.ts` and `pulls.ts`.
 *
 * The state (`GET /_simulator/state`, {@link Simulator.state}) is one JSON document:
 *
 * - `clock`, `repository`, `token_owner`, `collaborators`;
 * - `labels`: the definitions, with id, node_id, name, color, description, created_at;
 * - `pulls`: each with number, title, body, author, state, merged, draft, head, pusher, commits, the names of
 *   its `labels`, `comments`, the `deployments` of its commits, and its `timeline` in order (labeled,
 *   unlabeled, commit, force_push, closed, reopened);
 * - `deployments` of the repository, each with its `state` and `statuses`;
 * - `runs`: the workflow runs;
 * - `held`: the number of waiting requests of each hold.
 *
 * A seed has `repository`, `token_owner`, `tokens`, `collaborators`, `labels`, `pulls` and `runs`. It can
 * also have `private`, `default_branch`, `files`, `commits` (the base branch, oldest first) and `rate_limit`.
 * `hooks` are receivers of signed webhooks, which {@link Simulator.deliveries} lists once they were sent.
 * A pull request can also have `body`, `merged`, `base`, `files` and `comments`, and its head a `date`. A run
 * can also have `conclusion`, `actor`, `head_sha`, `head_branch`, `head_repository` and `created_at`; each push
 * starts one. With `timeline_order: "commit_dates"` a timeline has commits where their dates belong. A token
 * whose login is null is refused. A fault can also `duplicate` a definition.
 *
 * The simulator is never kinder than GitHub: a rule that is missing here is a bug that tests cannot find. It
 * has no module state, and knows nothing about Showtime's labels. Every answer is checked against GitHub's
 * own descriptions in tests/contract/github/github_conformance_test.ts. Read next: `simulator.ts`,
 * `state/label_rules.ts`, `rest/mod.ts`.
 *
 * @module
 */

export type {
  CommentControl,
  LabelControl,
  PullControl,
  PushControl,
  RunControl,
} from "./control/controls.ts";
export { defaultSeed } from "./seed/default_seed.ts";
export { type Fault, parseFaults } from "./control/faults.ts";
export type { Delivery } from "./hooks/send_hooks.ts";
export type { PullEvent } from "./hooks/pull_event.ts";
export { LABEL_LIMITS } from "./state/label_rules.ts";
export { parseSeed } from "./seed/parse_seed.ts";
export type { LoggedRequest } from "./control/request_log.ts";
export type { Seed, SeedPull } from "./seed/seed.ts";
export { makeSimulator, Simulator, type SimulatorOptions, type SimulatorWatch } from "./simulator.ts";
export { type Served, type ServedSimulator, serveSimulator } from "./serve_simulator.ts";
export type { SimulatorState } from "./state/state_view.ts";
export { lastIdByClock } from "./state/world.ts";
