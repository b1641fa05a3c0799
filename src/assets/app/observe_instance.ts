/** Reads an instance: its listings, and the content of the assets that a command is about. Changes nothing. */

import { AppError, EXIT } from "../../lib/errors.ts";
import {
  type Asset,
  type AssetKind,
  type Assets,
  makeAsset,
  parseUuid,
  PUSHED_KINDS,
  type Uuid,
} from "../core/asset.ts";
import type { BundleFile } from "../core/bundle.ts";
import type { InstanceSettings } from "../core/instance.ts";
import {
  type DatabaseFacts,
  type DatabaseMapping,
  isMapped,
  mapDatabases,
} from "../core/mapping/databases.ts";
import { rewriteAsset } from "../core/mapping/rewrite.ts";
import type { Occupant } from "../core/plan/plan.ts";
import { maskUrl } from "../core/secrets.ts";
import { normalize } from "../core/stored_form/normalize.ts";
import type { TreeMap } from "../core/tree.ts";
import type { InstanceFacts, ListedAsset, Listing, SupersetReader } from "../ports/superset.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";

/** The kinds that are listed. Themes come along with the dashboards that use them. */
const LISTED = ["database", "dataset", "chart", "dashboard"] as const;

/** The assets that an instance lists. */
export interface ListedInstance {
  readonly facts: InstanceFacts;
  readonly listings: Readonly<Record<typeof LISTED[number], Listing>>;
  /** The listed assets by UUID. */
  readonly rows: ReadonlyMap<Uuid, ListedAsset>;
}

/** The content of an instance. */
export interface ObservedInstance extends ListedInstance {
  /** The files as the instance wrote them, by UUID. */
  readonly raw: ReadonlyMap<Uuid, BundleFile>;
  /** The content in the folder's vocabulary. */
  readonly assets: Assets;
  readonly databases: readonly DatabaseMapping[];
  /** Sentences about things that are missing from the listings and the content. */
  readonly incomplete: readonly string[];
}

/** The part of an instance to read. */
export interface ObserveRequest {
  /** The listings, if the caller has read them already. */
  readonly listed?: ListedInstance;
  /** The databases of the folder: the instance's lead back to them. */
  readonly databases: readonly DatabaseFacts[];
  /** Whether the content of a listed asset is wanted; everything it refers to comes along. */
  wants(row: ListedAsset): boolean;
}

/** Lists everything. */
export async function listInstance(
  { settings, server }: Instance,
  signal: AbortSignal,
): Promise<ListedInstance> {
  const facts = await server.facts(signal);
  assertRight(facts, { name: settings.name, right: "read" });
  const read = await Promise.all(LISTED.map((kind) => server.list(kind, signal)));
  const listings = Object.fromEntries(
    LISTED.map((kind, index) => [kind, read[index] ?? { assets: [], count: 0 }]),
  ) as unknown as ListedInstance["listings"];
  const rows = new Map<Uuid, ListedAsset>();
  for (const { assets } of read) {
    for (const row of assets) if (row.uuid !== undefined) rows.set(row.uuid, row);
  }
  return { facts, listings, rows };
}

/** Lists everything, and exports what is wanted. */
export async function observeInstance(
  instance: Instance,
  ports: Pick<AssetsPorts, "progress">,
  { listed, databases, wants }: ObserveRequest,
  signal: AbortSignal,
): Promise<ObservedInstance> {
  const { settings, server } = instance;
  const { facts, listings, rows } = listed ?? await listInstance(instance, signal);
  const { raw, missing } = await exportWanted(server, { listings, wants, ports }, signal);
  const mapping = mapDatabases(databases, databaseFacts(listings.database), settings.databases);
  return {
    facts,
    listings,
    rows,
    raw,
    assets: toFolder(raw, { mapping, settings, ours: databases }),
    databases: mapping,
    incomplete: [...LISTED.flatMap((kind) => shortfall(kind, listings[kind])), ...missing],
  };
}

function shortfall(kind: AssetKind, { assets, count }: Listing): readonly string[] {
  return assets.length >= count ? [] : [`${assets.length} of ${count} ${kind}s were listed`];
}

/** Throws AppError `superset_right_missing` if the account lacks a right on any kind. */
export function assertRight(
  facts: InstanceFacts,
  { name, right }: { readonly name: string; readonly right: "read" | "write" | "export" },
): void {
  const lacking = PUSHED_KINDS.filter((kind) => !facts.rights[kind][right]);
  if (lacking.length === 0) return;
  throw new AppError(
    "superset_right_missing",
    `Using ${name} as ${facts.user ?? "this account"}: it may not ${right} ${
      lacking.map((kind) => `${kind}s`).join(", ")
    }`,
    { exitCode: EXIT.refused, hint: `Give it a role with can_${right} on these, such as Alpha or Admin` },
  );
}

interface Wanted {
  readonly listings: ObservedInstance["listings"];
  readonly wants: (row: ListedAsset) => boolean;
  readonly ports: Pick<AssetsPorts, "progress">;
}

/** Exports dashboards first, which bring most charts and datasets along, then what is still missing. */
async function exportWanted(server: SupersetReader, wanted: Wanted, signal: AbortSignal) {
  const raw = new Map<Uuid, BundleFile>();
  const missing: string[] = [];
  const all = PUSHED_KINDS.flatMap((kind) => wanted.listings[kind].assets.filter(wanted.wants));
  const isWanted = new Set(all.map(({ uuid }) => uuid));
  const total = all.length;
  let [count, bytes] = [0, 0];
  const report = () => wanted.ports.progress("Exporting", { count: Math.min(count, total), total, bytes });
  if (total > 0) report();
  for (const kind of [...PUSHED_KINDS].reverse()) {
    const rows = wanted.listings[kind].assets.filter(wanted.wants)
      .filter(({ uuid }) => uuid === undefined || !raw.has(uuid));
    if (rows.length === 0) continue;
    const exported = await server.export(kind, rows.map(({ id }) => id), {
      progress(assets, more) {
        count += assets;
        bytes += more;
        report();
      },
    }, signal);
    for (const file of exported.files) {
      const uuid = parseUuid(file.tree["uuid"]);
      if (uuid !== undefined) raw.set(uuid, file);
    }
    // Dashboards bring charts and datasets along.
    count = [...raw.keys()].filter((uuid) => isWanted.has(uuid)).length;
    report();
    for (const each of exported.missing) {
      const name = maskUrl(rows.find(({ id }) => id === each.id)?.name ?? "");
      missing.push(`the ${each.kind} ${each.id} "${name}" could not be exported (${each.reason})`);
    }
  }
  return { raw, missing };
}

/** The databases of a listing, as the mapping looks at them. */
export function databaseFacts({ assets }: Listing): readonly DatabaseFacts[] {
  return assets.flatMap(({ uuid, name, dialect }) => uuid === undefined ? [] : [{ uuid, name, dialect }]);
}

interface Way {
  readonly mapping: readonly DatabaseMapping[];
  readonly settings: Pick<InstanceSettings, "databases" | "rewrite">;
  readonly ours: readonly DatabaseFacts[];
}

/** Brings content of an instance into the folder's vocabulary: its databases, schemas, catalogs and names in SQL. */
export function toFolder(
  raw: ReadonlyMap<Uuid, BundleFile>,
  { mapping, settings, ours: known }: Way,
): Assets {
  const back = new Map<Uuid, DatabaseFacts>();
  for (const row of mapping) if (isMapped(row)) back.set(row.to.uuid, row.from);
  const named = new Map(Object.entries(settings.databases.map).map(([from, to]) => [to, from]));
  const assets = new Map<Uuid, Asset>();
  for (const file of raw.values()) {
    const asset = normalize(file.kind, file.tree);
    if (asset === undefined) continue;
    if (asset.kind === "database") {
      const from = back.get(asset.uuid);
      const name = from?.name ?? named.get(asset.name) ?? asset.name;
      const tree: TreeMap = {
        ...asset.tree,
        database_name: name,
        uuid: from?.uuid ?? asset.uuid,
        ...(from?.dialect === undefined ? {} : { dialect: from.dialect }),
      };
      const database = makeAsset({ kind: "database", uuid: from?.uuid ?? asset.uuid }, tree);
      assets.set(database.uuid, database);
    } else {
      const moved = withDatabase(asset, (uuid) => back.get(uuid)?.uuid ?? uuid);
      assets.set(asset.uuid, rewriteAsset(moved, settings.rewrite, { direction: "to_folder" }));
    }
  }
  // A database that the folder knows keeps the folder's file, also if no exported dataset uses it.
  for (const each of known) {
    if (!assets.has(each.uuid)) continue;
    const tree = assets.get(each.uuid)?.tree ?? {};
    assets.set(
      each.uuid,
      makeAsset({ kind: "database", uuid: each.uuid }, { ...tree, database_name: each.name }),
    );
  }
  return assets;
}

/** Gives a dataset another database. The place of the field stays. */
export function withDatabase(asset: Asset, change: (uuid: Uuid) => Uuid): Asset {
  const uuid = asset.kind === "dataset" ? parseUuid(asset.tree["database_uuid"]) : undefined;
  if (uuid === undefined) return asset;
  return { ...asset, tree: { ...asset.tree, database_uuid: change(uuid) } };
}

/** Brings content of the folder into an instance's vocabulary. */
export function toInstance(
  asset: Asset,
  { mapping, settings, matched }: {
    readonly mapping: readonly DatabaseMapping[];
    readonly settings: Pick<InstanceSettings, "rewrite">;
    readonly matched?: (rule: InstanceSettings["rewrite"][number]) => void;
  },
): Asset {
  const forth = new Map<Uuid, Uuid>();
  for (const row of mapping) if (isMapped(row)) forth.set(row.from.uuid, row.to.uuid);
  const moved = withDatabase(asset, (uuid) => forth.get(uuid) ?? uuid);
  return rewriteAsset(moved, settings.rewrite, {
    direction: "to_instance",
    ...(matched === undefined ? {} : { matched }),
  });
}

/** Lists what the instance has, as conflicts of identity are looked for. */
export function occupantsOf({ listings }: Pick<ObservedInstance, "listings">): readonly Occupant[] {
  return LISTED.flatMap((kind) =>
    listings[kind].assets.flatMap((row): Occupant[] =>
      row.uuid === undefined ? [] : [{
        uuid: row.uuid,
        name: kind === "database" ? row.name : maskUrl(row.name),
        kind,
        slug: row.slug,
        table: row.table === undefined ? undefined : {
          database: row.table.databaseUuid,
          catalog: row.table.catalog,
          schema: row.table.schema,
          table: row.name,
        },
      }]
    )
  );
}
