/**
 * A stateful GitHub, in memory: REST and GraphQL as a `(Request) => Promise<Response>`, with GitHub's rules about
 * labels, permissions and pages, faults on demand and requests that can be held. It serves `showtime simulate`,
 * `test-lifecycle` and the tests. In short: a {@link Seed} is planted in a `World` of tables; REST and GraphQL are
 * two ways to the same functions (`labels.ts`, `comments.ts`, `deployments.ts`, `pulls.ts`).
 *
 * The state (`GET /_simulator/state`, {@link Simulator.state}) is one JSON document:
 *
 * - `clock`, `repository`, `token_owner`, `collaborators`;
 * - `labels`: the definitions, with id, node_id, name, color, description, created_at;
 * - `pulls`: each with number, title, state, draft, head, pusher, commits, names of its `labels`, `comments`,
 *   `deployments` of its commits, and its `timeline` in order (labeled, unlabeled, commit, force_push, closed, reopened);
 * - `deployments` of the repository, each with its `state` and `statuses`; `runs`;
 * - `held`: how many requests wait, by hold.
 *
 * Beyond the seed's keys that a repository always needs it takes `private`, `default_branch`, `commits` (the base
 * branch, oldest first), `rate_limit`, for a pull request `body`, `merged`, `base`, `files` and `comments`, for a run
 * `conclusion` and `actor`, and null for a token that is refused. A fault can also `duplicate` a definition.
 *
 * What must not happen here: kindness that GitHub does not show (a rule that is missing here is a bug that a test
 * cannot find), module state, knowledge of Showtime's labels. Every answer is checked against GitHub's own
 * descriptions in tests/contract/github/github_conformance_test.ts. Read next: `simulator.ts`, `label_rules.ts`, `rest/mod.ts`.
 *
 * @module
 */

export type { LabelControl, PullControl, PushControl, RunControl } from "./control/controls.ts";
export { defaultSeed } from "./seed/default_seed.ts";
export { type Fault, parseFaults } from "./control/faults.ts";
export { LABEL_LIMITS } from "./state/label_rules.ts";
export { parseSeed } from "./seed/parse_seed.ts";
export type { LoggedRequest } from "./control/request_log.ts";
export type { Seed, SeedPull } from "./seed/seed.ts";
export { makeSimulator, Simulator, type SimulatorOptions } from "./simulator.ts";
export { type ServedSimulator, serveSimulator } from "./serve_simulator.ts";
export type { SimulatorState } from "./state/state_view.ts";
export { lastIdByClock } from "./state/world.ts";
