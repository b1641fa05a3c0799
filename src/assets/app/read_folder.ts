/** Reads a folder of assets into the stored form, with what is wrong with it. */

import { type Asset, type AssetKind, type Assets, type Uuid } from "../core/asset.ts";
import { type BundleProblem, kindOfPath, readBundle } from "../core/bundle.ts";
import { type Hash } from "../core/hash.ts";
import { normalize } from "../core/stored_form/normalize.ts";
import { parseUuid } from "../core/asset.ts";
import type { Texts } from "../ports/folder.ts";

/** Where the folder keeps what each instance held at its last export. */
export const EXPORT_FOLDER = ".export";

/** The record of the last export from an instance, committed with the files. */
export interface ExportRecord {
  readonly url: string;
  readonly version: string;
  /** The rights of the account at that time, as a text to compare. */
  readonly rights: string;
  readonly assets: Readonly<Record<Uuid, Hash>>;
}

/** A folder, revision or ZIP as it was read. */
export interface StoredAssets {
  readonly assets: Assets;
  /** The file of each asset. */
  readonly paths: ReadonlyMap<Uuid, string>;
  readonly texts: Texts;
  readonly problems: readonly FolderProblem[];
}

/** A file that holds no asset, or an asset that another file holds too. */
export interface FolderProblem extends BundleProblem {
  readonly code: "yaml" | "uuid" | "duplicate";
}

/** Reads texts as assets. A stored tree, a tree of Superset's own, and one with a root folder above are all read. */
export function readStored(texts: Texts): StoredAssets {
  const rooted = stripRoot(texts);
  const { files, problems } = readBundle(rooted);
  const assets = new Map<Uuid, Asset>();
  const paths = new Map<Uuid, string>();
  const found: FolderProblem[] = problems.map((each) => ({ ...each, code: "yaml" as const }));
  for (const { kind, path, tree } of files) {
    const asset = normalize(kind, tree);
    const uuid = asset?.uuid ?? parseUuid(undefined);
    if (asset === undefined || uuid === undefined) {
      const message = (tree["uuid"] ?? null) === null
        ? "the file has no uuid"
        : "the value of uuid is no UUID, which has 32 hexadecimal digits";
      found.push({ path, code: "uuid", message, line: undefined });
      continue;
    }
    const other = paths.get(uuid);
    if (other !== undefined) {
      found.push({
        path,
        code: "duplicate",
        message: `the UUID ${uuid} is also in ${other}`,
        line: undefined,
      });
      continue;
    }
    assets.set(uuid, asset);
    paths.set(uuid, path);
  }
  return { assets, paths, texts: rooted, problems: found };
}

/** Superset's ZIPs and unpacked trees have one folder above the kinds. */
function stripRoot(texts: Texts): Texts {
  const names = [...texts.keys()].filter((name) => !name.startsWith("."));
  const root = names.find((name) => /^[^/]+\/metadata\.yaml$/.test(name))?.split("/")[0];
  if (root === undefined || texts.has("metadata.yaml")) return texts;
  return new Map(
    [...texts].map((
      [path, text],
    ) => [path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path, text]),
  );
}

/** Reads the record of an instance's last export; undefined without a readable record. */
export function readExportRecord(texts: Texts | undefined, instance: string): ExportRecord | undefined {
  const text = texts?.get(`${EXPORT_FOLDER}/${instance}.json`);
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as Partial<ExportRecord>;
    const assets = record.assets;
    if (typeof assets !== "object" || assets === null) return undefined;
    return {
      url: String(record.url),
      version: String(record.version),
      rights: String(record.rights),
      assets,
    };
  } catch {
    return undefined;
  }
}

/** The databases of a folder, as the mapping looks at them. */
export function databasesOf(
  assets: Assets,
): readonly { uuid: Uuid; name: string; dialect: string | undefined }[] {
  return [...assets.values()].filter(isKind("database")).map(({ uuid, name, tree }) => ({
    uuid,
    name,
    dialect: typeof tree["dialect"] === "string" ? tree["dialect"] : undefined,
  }));
}

/** Reads only the databases of a folder: the vocabulary of an instance needs no more. */
export function readDatabases(texts: Texts): ReturnType<typeof databasesOf> {
  const kept = [...stripRoot(texts)].filter(([path]) => kindOfPath(path) === "database");
  return databasesOf(readStored(new Map(kept)).assets);
}

/** Returns a test for assets of a kind. */
export function isKind(kind: AssetKind): (asset: Asset) => boolean {
  return (asset) => asset.kind === kind;
}
