/**
 * Git: folders of assets, as they are on disk and at a revision.
 *
 * What must not happen here: a rule about assets, or a program other than git. Paths from Git's answers stay below the
 * folder that was asked for. Next: `asset_sources.ts`, then `src/assets/ports/folder.ts`.
 *
 * @module
 */

export { type AssetSourcesOptions, makeAssetSources } from "./asset_sources.ts";
