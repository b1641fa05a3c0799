/** The paths of stored files: readable, the same for equal content, distinct without regard to letter case. */

import { type Asset, type Assets, FOLDERS, parseUuid, type Uuid } from "../asset.ts";
import { maskUrl } from "../secrets.ts";
import { valueOf } from "../tree.ts";

/** Slugs are cut at this many characters. */
const LONGEST = 60;

/**
 * Makes the readable part of a file's name: lower-case ASCII letters and digits, `_` in place of everything else; empty
 * if nothing is left.
 */
export function slugOf(name: string): string {
  return name.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_")
    .replace(/^_/, "").slice(0, LONGEST).replace(/_$/, "");
}

/** Returns the path of each asset within the folder. Assets whose UUIDs begin alike get their whole UUID. */
export function pathsOf(assets: Assets): ReadonlyMap<Uuid, string> {
  const short = new Map<string, number>();
  for (const asset of assets.values()) {
    const key = beginning(asset);
    short.set(key, (short.get(key) ?? 0) + 1);
  }
  return new Map([...assets.values()].map((asset) => {
    const alike = (short.get(beginning(asset)) ?? 0) > 1;
    return [asset.uuid, `${folderOf(asset, assets)}/${fileName(asset, alike)}.yaml`];
  }));
}

function beginning({ kind, uuid }: Asset): string {
  return `${kind} ${uuid.slice(0, 8)}`;
}

function fileName({ name, uuid }: Asset, whole: boolean): string {
  const slug = slugOf(maskUrl(name));
  return slug === "" || name === uuid ? uuid : `${slug}__${whole ? uuid : uuid.slice(0, 8)}`;
}

function folderOf({ kind, tree }: Asset, assets: Assets): string {
  if (kind !== "dataset") return FOLDERS[kind];
  const database = parseUuid(valueOf(tree, "database_uuid"));
  if (database === undefined) return `${FOLDERS.dataset}/unknown`;
  return `${FOLDERS.dataset}/${slugOf(maskUrl(assets.get(database)?.name ?? "")) || database}`;
}
