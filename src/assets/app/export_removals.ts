/** Decides which files an export may remove: those whose asset is proven gone (assets.md, "The stored form"). */

import type { Asset, Uuid } from "../core/asset.ts";
import { isMapped } from "../core/mapping/databases.ts";
import type { InstanceFacts } from "../ports/superset.ts";
import type { ObservedInstance } from "./observe_instance.ts";
import type { ExportRecord, StoredAssets } from "./read_folder.ts";

/** The share of the assets that may be gone before removals need a flag. */
const REMOVALS_AT_MOST = 0.2;

/** A file whose asset is gone. */
export interface Gone {
  readonly asset: Asset;
  readonly path: string;
}

/** Finds files whose asset this instance's last export had, and which the instance no longer has. */
export function goneAssets({ stored, before, observed, kept }: {
  readonly stored: StoredAssets;
  readonly before: ExportRecord | undefined;
  readonly observed: ObservedInstance;
  readonly kept: (asset: Asset) => boolean;
}): readonly Gone[] {
  if (before === undefined) return [];
  return [...stored.assets.values()].flatMap((asset) => {
    const path = stored.paths.get(asset.uuid);
    const was = Object.hasOwn(before.assets, asset.uuid);
    const isGone = was && !isOnInstance(asset.uuid, observed);
    return isGone && path !== undefined && !kept(asset) ? [{ asset, path }] : [];
  });
}

/** Whether an instance lists an asset or exports it. A database is known by the folder's UUID. */
export function isOnInstance(uuid: Uuid, { assets, rows, databases }: ObservedInstance): boolean {
  // A database that no dataset uses is in no export, but in the listing.
  return assets.has(uuid) || rows.has(uuid) ||
    databases.some((row) => isMapped(row) && row.from.uuid === uuid);
}

/**
 * Says why files must not be removed; undefined if they may, or if there are none. The flag overrides a doubt about what
 * is complete, and never what is known to be incomplete.
 */
export function withhold(
  { gone, before, facts, incomplete }: {
    readonly gone: readonly Gone[];
    readonly before: ExportRecord | undefined;
    readonly facts: InstanceFacts;
    readonly incomplete: readonly string[];
  },
  { allowRemovals }: { readonly allowRemovals: boolean },
): string | undefined {
  if (gone.length === 0) return undefined;
  const files = `${gone.length} file${gone.length === 1 ? " was" : "s were"} not removed`;
  if (incomplete.length > 0) return `${files}, because the export is incomplete`;
  if (allowRemovals) return undefined;
  if (before !== undefined && before.rights !== rightsText(facts)) {
    return `${files}, because the account has other rights than at the last export (--allow-removals removes them)`;
  }
  const known = Object.keys(before?.assets ?? {}).length;
  if (gone.length >= known * REMOVALS_AT_MOST) {
    return `${files}, because ${gone.length} of ${known} assets are gone at once (--allow-removals removes them)`;
  }
  return undefined;
}

/** The account and its rights as a text that changes with them. */
export function rightsText({ user, rights }: InstanceFacts): string {
  const kinds = Object.entries(rights).map(([kind, { read, write, export: may }]) =>
    `${kind}:${read ? "r" : "-"}${write ? "w" : "-"}${may ? "x" : "-"}`
  );
  return `${user ?? "?"} ${kinds.join(" ")}`;
}
