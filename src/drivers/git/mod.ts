/** Git: folders of assets, as they are on disk and at a revision. */

export { type AssetSourcesOptions, makeAssetSources } from "./asset_sources.ts";
