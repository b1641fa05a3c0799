/** Makes the files of one import: the assets of a chunk with their whole chain of dependencies. */

import {
  type Asset,
  type AssetKind,
  FOLDERS,
  parseUuid,
  type PushedKind,
  type Uuid,
} from "../../core/asset.ts";
import type { BundleFile } from "../../core/bundle.ts";
import { referencesOf } from "../../core/stored_form/normalize.ts";
import { type Receiver, toSupersetFile } from "../../core/superset_file.ts";
import { formatJson, without } from "../../core/tree.ts";
import type { MemberFile } from "../../ports/superset.ts";

/** The content that bundles are made from, in the instance's vocabulary. */
export interface BundleSource {
  /** The assets that are pushed. */
  readonly ours: ReadonlyMap<Uuid, Asset>;
  /** The instance's own files, by UUID: databases, themes, and what is not pushed. */
  readonly raw: ReadonlyMap<Uuid, BundleFile>;
  readonly receiver: Omit<Receiver, "hasTheme">;
}

/** Fields of a database's file that change a connection, or that the importer refuses. */
const UNSENT = ["ssh_tunnel", "encrypted_extra", "masked_encrypted_extra", "password"];

/**
 * Returns the files of a chunk. Databases are the instance's own, so that the import changes no connection. Charts and
 * datasets that only come along are ours if they are pushed, else the instance's own. A theme that the instance lacks
 * is ours.
 */
export function bundleChunk(chunk: readonly Uuid[], source: BundleSource): readonly MemberFile[] {
  const files = new Map<Uuid, MemberFile>();
  const add = (uuid: Uuid) => {
    if (files.has(uuid)) return;
    const asset = source.ours.get(uuid);
    const own = source.raw.get(uuid);
    const kind = own?.kind === "database" || own?.kind === "theme" ? own.kind : asset?.kind ?? own?.kind;
    if (kind === undefined) return;
    // The place in the map is taken before the references are followed.
    files.set(uuid, { path: memberPath(kind, uuid), text: "" });
    const references = asset !== undefined && kind === asset.kind
      ? referencesOf(asset)
      : referencesOfRaw(own);
    references.forEach((each) => add(each.uuid));
    const hasTheme = (theme: string) => source.raw.has(theme as Uuid) || source.ours.has(theme as Uuid);
    const receiver: Receiver = { ...source.receiver, hasTheme };
    const tree = kind === "database" || asset === undefined
      ? without(own?.tree ?? {}, kind === "database" ? UNSENT : [])
      : toSupersetFile(asset, receiver);
    files.set(uuid, { path: memberPath(kind, uuid), text: formatJson(tree) });
  };
  chunk.forEach(add);
  return [...files.values()];
}

function memberPath(kind: AssetKind, uuid: Uuid): string {
  return kind === "dataset" ? `${FOLDERS.dataset}/all/${uuid}.yaml` : `${FOLDERS[kind]}/${uuid}.yaml`;
}

/** Returns the UUID that a member's path was made from. */
export function uuidOfMember(path: string): Uuid | undefined {
  return parseUuid(/([0-9a-f-]{36})\.yaml$/.exec(path)?.[1]);
}

/** Lists the UUIDs that a file of an instance refers to directly. */
export function referencesOfRaw(file: BundleFile | undefined): readonly { readonly uuid: Uuid }[] {
  const uuid = parseUuid(file?.tree["uuid"]);
  if (file === undefined || uuid === undefined) return [];
  return referencesOf({ kind: file.kind, uuid, name: "", tree: file.tree });
}

/** The most that an import carries (assets.md, "Push"). A dashboard brings all its charts and their datasets along. */
const CHUNK: Readonly<Record<PushedKind, number>> = { dataset: 50, chart: 50, dashboard: 20 };

/** Splits assets of a kind into the chunks of its imports. */
export function chunksOf(kind: PushedKind, uuids: readonly Uuid[]): readonly (readonly Uuid[])[] {
  const chunks: (readonly Uuid[])[] = [];
  for (let start = 0; start < uuids.length; start += CHUNK[kind]) {
    chunks.push(uuids.slice(start, start + CHUNK[kind]));
  }
  return chunks;
}
