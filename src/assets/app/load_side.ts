/** One side of a comparison: a folder, a revision of Git, a ZIP, or an instance. */

import { usageError } from "../../lib/errors.ts";
import type { Asset, Assets, Uuid } from "../core/asset.ts";
import {
  isIgnored,
  isSelected,
  type Selectable,
  type Selection,
  selectsAll,
  withDependencies,
} from "../core/select.ts";
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
  /** The assets that the instance lists; undefined for files. */
  readonly rows: ReadonlyMap<Uuid, ListedAsset> | undefined;
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
  /** The assets of the other side, if it is an instance: files know no number, owner and tag. */
  readonly rows?: Side["rows"];
  /** The files of the configured folder, if the caller has read them already. */
  readonly texts?: Texts | undefined;
  /** Returns a configured instance of that name; undefined if no instance has it. */
  instanceOf(name: string): Instance | undefined;
}

/** Reads a side. A configured instance wins over a folder of that name (`./qa` is the folder). */
export async function loadSide(ports: AssetsPorts, request: SideRequest, signal: AbortSignal): Promise<Side> {
  const { name, dir, selection, rows } = request;
  const options = { selection, ignore: ports.ignore, rows };
  const instance = request.instanceOf(name);
  if (instance !== undefined) return await loadInstance(ports, { instance, request }, signal);
  const revision = /^git:(.+)$/.exec(name)?.[1];
  if (revision !== undefined) {
    const [rev = "", below] = revision.split(/:(.*)/s);
    const stored = readStored(await ports.sources.revision(rev, below || dir, signal));
    return storedSide(name, stored, options);
  }
  if (/\.zip$/i.test(name)) {
    return storedSide(name, readStored(await ports.sources.zip(name)), options);
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
  return storedSide(name, readStored(texts), options);
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
    /^git:|\.zip$/i.test(name)
      ? "Mend the file where this side comes from"
      : `Run "showtime assets validate ${name}" for all of them`,
  );
}

function storedSide(
  name: string,
  stored: StoredAssets,
  options: Choice,
): Side {
  assertReadable(name, stored);
  const { ids, owners, tags } = options.selection;
  if (options.rows === undefined && [ids, owners, tags].some(({ length }) => length > 0)) {
    throw usageError(
      "selection_needs_instance",
      `Choosing from ${name}: files do not say numbers, owners and tags`,
      "Choose with --kind, --name, --uuid or --published, or compare with an instance",
    );
  }
  const assets = choose(stored.assets, options);
  return { name, assets, paths: stored.paths, rows: undefined, incomplete: [], requests: 0 };
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
    rows: observed.rows,
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

interface Choice {
  readonly selection: Selection;
  readonly ignore: readonly string[];
  readonly rows: Side["rows"];
}

function choose(all: Assets, { selection, ignore, rows }: Choice): Assets {
  const named = [...all.values()].filter((asset) => {
    if (selectsAll(selection)) return true;
    const row = rows?.get(asset.uuid);
    return isSelected(row === undefined ? selectableFile(asset, undefined) : selectable(row), selection);
  });
  const chosen = selection.dependencies
    ? withDependencies(named, all)
    : new Map(named.map((asset) => [asset.uuid, asset]));
  return new Map([...chosen].filter(([, asset]) => !isIgnored(asset, ignore)));
}

/** A file, as a selection looks at it. `row` is the same asset on the instance, which alone knows numbers, owners and tags. */
export function selectableFile({ kind, uuid, name, tree }: Asset, row: ListedAsset | undefined): Selectable {
  const published = tree["published"];
  return {
    ...(row === undefined ? {} : selectable(row)),
    kind,
    uuid,
    name,
    published: typeof published === "boolean" ? published : undefined,
  };
}
