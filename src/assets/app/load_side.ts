/** One side of a comparison: a folder, a revision of Git, a ZIP, or an instance. */

import { usageError } from "../../lib/errors.ts";
import type { Asset, Assets, Uuid } from "../core/asset.ts";
import { isIgnored, isSelected, type Selection, selectsAll, withDependencies } from "../core/select.ts";
import { pathsOf } from "../core/stored_form/paths.ts";
import type { Texts } from "../ports/folder.ts";
import type { ListedAsset } from "../ports/superset.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";
import { assertRight, observeInstance } from "./observe_instance.ts";
import { readDatabases, readStored, type StoredAssets } from "./read_folder.ts";

/** A side that was read. */
export interface Side {
  /** As the person named it. */
  readonly name: string;
  readonly assets: Assets;
  readonly paths: ReadonlyMap<Uuid, string>;
  /** Sentences about things that are missing. */
  readonly incomplete: readonly string[];
  readonly requests: number;
}

/** The name of a side, with the things that it may stand for. */
export interface SideRequest {
  readonly name: string;
  /** The configured folder, which is read at a revision and gives an instance its vocabulary. */
  readonly dir: string;
  readonly selection: Selection;
  /** The files of the configured folder, if the caller has read them already. */
  readonly texts?: Texts | undefined;
  /** Returns a configured instance of that name; undefined if no instance has it. */
  instanceOf(name: string): Instance | undefined;
}

/** Reads a side. A configured instance wins over a folder of that name (`./qa` is the folder). */
export async function loadSide(ports: AssetsPorts, request: SideRequest, signal: AbortSignal): Promise<Side> {
  const { name, dir, selection } = request;
  const instance = request.instanceOf(name);
  if (instance !== undefined) return await loadInstance(ports, { instance, request }, signal);
  const revision = /^git:(.+)$/.exec(name)?.[1];
  if (revision !== undefined) {
    const [rev = "", below] = revision.split(/:(.*)/s);
    const stored = readStored(await ports.sources.revision(rev, below || dir, signal));
    return storedSide(name, stored, { selection, ignore: ports.ignore });
  }
  if (/\.zip$/i.test(name)) {
    return storedSide(name, readStored(await ports.sources.zip(name)), { selection, ignore: ports.ignore });
  }
  const given = name === dir ? request.texts : undefined;
  const texts = given ?? await ports.sources.folder(name).read();
  if (texts === undefined) {
    throw usageError(
      "side_unknown",
      `Reading "${name}": it is no configured instance, and there is no such folder`,
      "Name an instance of assets.instances, a folder, git:REVISION or a ZIP",
    );
  }
  return storedSide(name, readStored(texts), { selection, ignore: ports.ignore });
}

/** Throws AppError `asset_unreadable` (exit code 2) if a file holds no asset. */
export function assertReadable(name: string, { problems }: Pick<StoredAssets, "problems">): void {
  const [first] = problems;
  if (first === undefined) return;
  const at = first.line === undefined ? first.path : `${first.path}:${first.line}`;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : "";
  throw usageError(
    "asset_unreadable",
    `Reading ${name}: ${at}: ${first.message}${more}`,
    "Run `showtime assets validate` for all of them",
  );
}

function storedSide(
  name: string,
  stored: StoredAssets,
  { selection, ignore }: { readonly selection: Selection; readonly ignore: readonly string[] },
): Side {
  assertReadable(name, stored);
  const assets = choose(stored.assets, { selection, ignore, rows: undefined });
  return { name, assets, paths: stored.paths, incomplete: [], requests: 0 };
}

async function loadInstance(
  ports: AssetsPorts,
  { instance, request }: { readonly instance: Instance; readonly request: SideRequest },
  signal: AbortSignal,
): Promise<Side> {
  const texts = request.texts ?? await ports.sources.folder(request.dir).read() ?? new Map();
  assertRight(await instance.server.facts(signal), { name: instance.settings.name, right: "export" });
  const observed = await observeInstance(instance, ports, {
    databases: readDatabases(texts),
    wants: (row) => isSelected(selectable(row), request.selection),
  }, signal);
  const assets = choose(observed.assets, {
    selection: request.selection,
    ignore: ports.ignore,
    rows: observed.rows,
  });
  return {
    name: request.name,
    assets,
    paths: pathsOf(assets),
    incomplete: observed.incomplete,
    requests: instance.server.requests,
  };
}

/** A row of a listing, as a selection looks at it: an owner is known by id, name, mail address and its first part. */
export function selectable(row: ListedAsset) {
  const owners = row.owners.flatMap(({ id, email, name }) => [
    String(id),
    name,
    ...(email === undefined ? [] : [email, email.split("@")[0] ?? ""]),
  ]);
  return { ...row, owners };
}

function choose(all: Assets, { selection, ignore, rows }: {
  readonly selection: Selection;
  readonly ignore: readonly string[];
  readonly rows: ReadonlyMap<Uuid, ListedAsset> | undefined;
}): Assets {
  const named = [...all.values()].filter((asset) => {
    if (selectsAll(selection)) return true;
    const row = rows?.get(asset.uuid);
    return isSelected(row === undefined ? stored(asset) : selectable(row), selection);
  });
  const chosen = selection.dependencies
    ? withDependencies(named, all)
    : new Map(named.map((asset) => [asset.uuid, asset]));
  return new Map([...chosen].filter(([, asset]) => !isIgnored(asset, ignore)));
}

function stored({ kind, uuid, name, tree }: Asset) {
  return {
    kind,
    uuid,
    name,
    ...(typeof tree["published"] === "boolean" ? { published: tree["published"] } : {}),
  };
}
