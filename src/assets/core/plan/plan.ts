/** The plan of a push: the action for each asset, decided from what was observed. Pure (assets.md, "Push"). */

import {
  type Asset,
  type AssetKind,
  type Assets,
  isPushed,
  parseUuid,
  PUSHED_KINDS,
  type Uuid,
} from "../asset.ts";
import type { Hash } from "../hash.ts";
import { type DatabaseMapping, isMapped } from "../mapping/databases.ts";
import { referencesOf } from "../stored_form/normalize.ts";
import { textOf, valueOf } from "../tree.ts";
import { changesOf, lostMembers } from "./changes.ts";

/** The thing that happens to an asset. */
export type Action = "create" | "update" | "unchanged" | "conflict" | "skip" | "delete";

/** Why it happens: a code of assets.md. */
export type Reason =
  | "edited"
  | "no_base"
  | "table_taken"
  | "slug_taken"
  | "database_taken"
  | "other_database"
  | "unmapped"
  | "ignored"
  | "dependency_failed"
  | "refused";

/** The decision about one asset. */
export interface PlannedAsset {
  readonly uuid: Uuid;
  readonly kind: AssetKind;
  readonly name: string;
  readonly action: Action;
  readonly reason: Reason | undefined;
  /** A sentence about the reason; undefined if the action needs none. */
  readonly message: string | undefined;
  /** The paths of the fields that change. */
  readonly fields: readonly string[];
  /** Columns and metrics that the push deletes. */
  readonly lost: readonly string[];
}

/** An asset of the instance as its listing shows it. */
export interface Occupant {
  readonly uuid: Uuid;
  readonly name: string;
  readonly kind: AssetKind;
  readonly slug?: string | undefined;
  /** A dataset's place, in the instance's names. */
  readonly table?: TableKey | undefined;
}

/** The place of a dataset: two datasets of one place are one row for Superset's importer. */
export interface TableKey {
  readonly database: Uuid | undefined;
  readonly catalog: string | null;
  readonly schema: string | null;
  readonly table: string;
}

/** The facts that a plan is made from. All content is in the folder's vocabulary, unless it says otherwise. */
export interface PushObservation {
  /** The assets to push, with what they refer to. */
  readonly ours: Assets;
  /** The instance's content of the same UUIDs. */
  readonly theirs: Assets;
  readonly hashes: { readonly ours: ReadonlyMap<Uuid, Hash>; readonly theirs: ReadonlyMap<Uuid, Hash> };
  /** The content that the instance is known to have had: from the ledger, or from the committed export. */
  readonly base: ReadonlyMap<Uuid, ReadonlySet<Hash>>;
  /** All that the instance has, by its listings. */
  readonly occupants: readonly Occupant[];
  readonly databases: readonly DatabaseMapping[];
  /** Returns our dataset's place in the instance's names. */
  readonly placeOf: (dataset: Asset) => TableKey;
  isIgnored(asset: Asset): boolean;
  /** Whether the server refuses a change of an asset that exists, because the account does not own it. */
  isForeign(uuid: Uuid): boolean;
}

/** The flags that a plan obeys. */
export interface PlanOptions {
  /** Updates assets that were edited on the instance. */
  readonly force: boolean;
  /** Updates assets of which no earlier content is known. */
  readonly adopt: boolean;
  /** `skip` leaves out the datasets of databases that lead nowhere. */
  readonly missing: "fail" | "skip";
}

/** Decides what a push does. The order is that of the writes: datasets, charts, dashboards, each by name. */
export function planPush(observed: PushObservation, options: PlanOptions): readonly PlannedAsset[] {
  const planned = new Map<Uuid, PlannedAsset>();
  const there = new Set(observed.occupants.map(({ uuid }) => uuid));
  const circumstances = { observed, options, planned, there, doubles: findDoubles(observed) };
  for (const kind of PUSHED_KINDS) {
    const assets = [...observed.ours.values()].filter((asset) => asset.kind === kind).sort(byName);
    for (const asset of assets) planned.set(asset.uuid, decide(asset, circumstances));
  }
  return [...planned.values()];
}

function byName(a: Asset, b: Asset): number {
  return a.name === b.name ? (a.uuid < b.uuid ? -1 : 1) : a.name < b.name ? -1 : 1;
}

interface Circumstances {
  readonly observed: PushObservation;
  readonly options: PlanOptions;
  readonly planned: ReadonlyMap<Uuid, PlannedAsset>;
  /** The UUIDs that the instance has. */
  readonly there: ReadonlySet<Uuid>;
  readonly doubles: ReadonlyMap<Uuid, Asset>;
}

function decide(asset: Asset, circumstances: Circumstances): PlannedAsset {
  const { observed, options, planned, there } = circumstances;
  const { uuid, kind, name } = asset;
  const make = (action: Action, more: Partial<PlannedAsset> = {}): PlannedAsset => ({
    uuid,
    kind,
    name,
    action,
    reason: undefined,
    message: undefined,
    fields: [],
    lost: [],
    ...more,
  });
  if (observed.isIgnored(asset)) {
    return make("skip", { reason: "ignored", message: "assets.ignore names it" });
  }
  const skipped = referencesOf(asset).map((each) => planned.get(each.uuid)).find((each) =>
    each?.action === "skip"
  );
  if (skipped !== undefined && (skipped.reason !== "ignored" || !there.has(skipped.uuid))) {
    return make("skip", { reason: skipped.reason, message: `it uses "${skipped.name}", which is skipped` });
  }
  if (kind === "dataset") {
    const unmapped = unmappedDatabase(asset, observed);
    if (unmapped !== undefined) {
      const action = options.missing === "skip" && unmapped.reason === "unmapped" ? "skip" : "conflict";
      return make(action, unmapped);
    }
  }
  const theirs = observed.theirs.get(uuid);
  const [ourHash, theirHash] = [observed.hashes.ours.get(uuid), observed.hashes.theirs.get(uuid)];
  if (theirs !== undefined && ourHash === theirHash) return make("unchanged");
  const objection = absentReference(asset, circumstances) ?? identityConflict(asset, circumstances);
  if (objection !== undefined) return make("conflict", objection);
  if (theirs === undefined) return make("create");
  if (observed.isForeign(uuid)) {
    return make("conflict", {
      reason: "refused",
      message: "the account is no owner of it there, and no administrator, so the server refuses the change",
    });
  }
  const change = {
    fields: changesOf(theirs, asset).map(({ path }) => path),
    lost: lostMembers(theirs, asset),
  };
  const base = observed.base.get(uuid);
  if (base === undefined) {
    return options.adopt ? make("update", change) : make("conflict", {
      ...change,
      reason: "no_base",
      message:
        "the instance has other content, and nothing shows that it came from here (--adopt takes it over)",
    });
  }
  if (theirHash !== undefined && base.has(theirHash) || options.force) return make("update", change);
  return make("conflict", {
    ...change,
    reason: "edited",
    message: "it was edited on the instance since the last push or export (--force overwrites that)",
  });
}

type Objection = { readonly reason: Reason; readonly message: string };

/** A dataset or chart that is needed, is not pushed, and is not on the instance: Superset leaves its users out silently. */
function absentReference(asset: Asset, { planned, there }: Circumstances): Objection | undefined {
  const absent = referencesOf(asset).find(({ kind, uuid }) =>
    isPushed(kind) && !planned.has(uuid) && !there.has(uuid)
  );
  if (absent === undefined) return undefined;
  return {
    reason: "dependency_failed",
    message: `it uses the ${absent.kind} ${absent.uuid}, which is neither pushed nor on the instance`,
  };
}

function unmappedDatabase(dataset: Asset, { databases, ours }: PushObservation): Objection | undefined {
  const uuid = parseUuid(valueOf(dataset.tree, "database_uuid"));
  const row = databases.find(({ from }) => from.uuid === uuid);
  if (isMapped(row)) return undefined;
  const name = row?.from.name ?? (uuid === undefined ? "none" : ours.get(uuid)?.name ?? uuid);
  switch (row?.reason) {
    case "other_dialect":
      return {
        reason: "other_database",
        message: `its database "${name}" is ${row.from.dialect}, and "${row.to?.name}" is ${row.to?.dialect}`,
      };
    case "database_taken":
      return {
        reason: "database_taken",
        message: `the UUID of its database "${name}" is "${row.to?.name}" on the instance, ` +
          "and the name belongs to another one: say in databases.map which is meant",
      };
    case "not_there":
      return {
        reason: "unmapped",
        message: `databases.map leads "${name}" to a database that the instance does not have`,
      };
    default:
      return {
        reason: "unmapped",
        message: `nothing in databases.map leads from its database "${name}" to the instance`,
      };
  }
}

/** Conflicts of identity: Superset's importer would take another asset for this one. No flag overrides them. */
function identityConflict(asset: Asset, { observed, doubles }: Circumstances): Objection | undefined {
  const { occupants } = observed;
  const double = doubles.get(asset.uuid);
  if (double !== undefined) {
    return asset.kind === "dashboard"
      ? { reason: "slug_taken", message: `the dashboard "${double.name}" of the folder has the same slug` }
      : { reason: "table_taken", message: `the dataset "${double.uuid}" of the folder has the same table` };
  }
  if (asset.kind === "dashboard") {
    const slug = textOf(asset.tree, "slug");
    const owner = slug === undefined
      ? undefined
      : occupants.find((each) => each.kind === "dashboard" && each.slug === slug && each.uuid !== asset.uuid);
    if (owner === undefined) return undefined;
    return {
      reason: "slug_taken",
      message: `the slug "${slug}" belongs to the dashboard "${owner.name}" there`,
    };
  }
  if (asset.kind !== "dataset") return undefined;
  const place = observed.placeOf(asset);
  const there = occupants.find(({ uuid, kind }) => kind === "dataset" && uuid === asset.uuid);
  if (there?.table?.database !== undefined && there.table.database !== place.database) {
    return {
      reason: "other_database",
      message: "the dataset is in another database there; a dataset is never moved",
    };
  }
  const owner = occupants.find((each) =>
    each.kind === "dataset" && each.uuid !== asset.uuid && each.table !== undefined &&
    isSamePlace(place, each.table)
  );
  if (owner === undefined) return undefined;
  return {
    reason: "table_taken",
    message: `the table "${
      [place.schema, place.table].filter(Boolean).join(".")
    }" has the dataset "${owner.uuid}" there`,
  };
}

/** An asset with the key that only one asset of an instance can have. */
interface KeyedAsset {
  readonly asset: Asset;
  readonly key: string;
  /** Undefined for a dashboard. */
  readonly place: TableKey | undefined;
}

/** Finds, for each asset, another one of the folder with its table or slug: one import would take the other one's row. */
function findDoubles({ ours, placeOf }: PushObservation): ReadonlyMap<Uuid, Asset> {
  const keyed = [...ours.values()].flatMap((asset): readonly KeyedAsset[] => {
    if (asset.kind === "dashboard") {
      const slug = textOf(asset.tree, "slug");
      return slug === undefined ? [] : [{ asset, place: undefined, key: `slug ${slug}` }];
    }
    if (asset.kind !== "dataset") return [];
    const place = placeOf(asset);
    return [{ asset, place, key: `table ${place.database} ${place.table}` }];
  });
  const doubles = new Map<Uuid, Asset>();
  for (const group of Map.groupBy(keyed, ({ key }) => key).values()) {
    for (const { asset, place } of group) {
      const double = group.find((other) =>
        other.asset !== asset && (place === undefined || other.place === undefined ||
          isSamePlace(place, other.place) || isSamePlace(other.place, place))
      );
      if (double !== undefined) doubles.set(asset.uuid, double.asset);
    }
  }
  return doubles;
}

/** Whether Superset's importer takes two places for one: an unset part of the incoming file matches everything. */
function isSamePlace(ours: TableKey, theirs: TableKey): boolean {
  return ours.database === theirs.database && ours.table === theirs.table &&
    (ours.schema === null || ours.schema === theirs.schema) &&
    (ours.catalog === null || ours.catalog === theirs.catalog);
}
