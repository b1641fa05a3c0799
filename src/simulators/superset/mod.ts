/**
 * A stateful Superset in memory, for `showtime assets simulate`, the demo and the tests.
 *
 * It answers the part of the API that moves assets: logins with tokens, sessions and CSRF tokens, rights, lists,
 * exports, imports in two phases, changes and deletions, by the rules of Superset 6.1 or 6.0. It has Superset's traps:
 * rows that are found by their names, members of a dashboard that the layout does not have, files that are skipped
 * without a word. Faults are played on demand.
 *
 * A seed has `profile` (`6.1` or `6.0`), `files` (by path, as Superset's ZIPs have them), `users` beside admin/admin,
 * `public_role`, `page_cap`, `token_seconds`, `last_id` and `alerts`. Below `/_simulator/` are `GET state`,
 * `GET requests`, `POST faults` and `POST edit`.
 *
 * tests/contract/superset runs one suite on this simulator and on a real Superset. Read next: `simulator.ts`,
 * `api/route.ts`, `imports/write_bundle.ts`.
 *
 * @module
 */

export { type Edit, type Fault, parseFaults } from "./control/faults.ts";
export { parseSeed, type Seed } from "./seed.ts";
export { makeSupersetSimulator, SupersetSimulator, type SupersetSimulatorOptions } from "./simulator.ts";
export type { Profile } from "./state/kinds.ts";
