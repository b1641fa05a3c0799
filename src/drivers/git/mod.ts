/**
 * Git, through its command: the clone in the working folder, folders of assets on disk and at a revision, the ledger on a
 * branch, and checkouts of commits for builds.
 *
 * What must not happen here: a change of the clone's work tree or index, a rule about which repository counts or about
 * assets, or a program other than git. Next: `clone.ts` and `asset_sources.ts`, then `src/ports/clone.ts` and
 * `src/assets/ports/folder.ts`.
 *
 * @module
 */

export { type AssetSourcesOptions, makeAssetSources, readRevision } from "./asset_sources.ts";
export { type CheckoutsOptions, makeCheckouts } from "./checkouts.ts";
export { makeClone } from "./clone.ts";
export { type LedgerBranchOptions, makeLedgerBranch } from "./ledger_branch.ts";
export { makeRemoteRefs } from "./remote_refs.ts";
export { makeTrackedCheck } from "./tracked.ts";
