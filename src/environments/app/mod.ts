/**
 * The use-cases: one file for each thing a person can ask for. Each looks through the ports, lets `src/environments/core` decide,
 * applies the decision under the pull request's lock, and looks again. All that it works with comes in an
 * `AppContext`, so that two runs with different contexts can work in one process.
 *
 * What must not happen here: a decision that could be pure (it belongs in `src/environments/core/plan`), a vendor's name, a write
 * to GitHub or the platform without the lock, text for a terminal beyond what a port says.
 *
 * Read `sync_pull.ts` first, then `observe.ts`, `apply.ts` and `hold.ts`; `cleanup.ts` stands beside them, and
 * `under_lock.ts` is how use-cases other than sync change something.
 *
 * @module
 */

export { applyCleanup, planCleanup } from "./cleanup/cleanup.ts";
export { checkOnly } from "./sync/check_only.ts";
export { explainPull } from "./show/explain.ts";
export { extendPull } from "./sync/extend.ts";
export { readHistory } from "./show/history.ts";
export { type InitFile, initRepository } from "./setup/init.ts";
export { listEnvironments } from "./show/list_environments.ts";
export { openLogs } from "./show/logs.ts";
export { setupLabels } from "./setup/setup_labels.ts";
export { planOnce, syncPull } from "./sync/sync_pull.ts";
export { readLock, removeLock } from "./lock/unlock.ts";
