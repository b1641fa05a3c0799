/** An asset: one dataset, chart, dashboard, theme or database, by its UUID. */

import { maskUrl } from "./secrets.ts";
import { textOf, type Tree, type TreeMap } from "./tree.ts";

/** The kinds of assets, in the order in which a push writes them: what is referred to comes first. */
export const ASSET_KINDS = ["database", "theme", "dataset", "chart", "dashboard"] as const;

/** A kind of asset. */
export type AssetKind = typeof ASSET_KINDS[number];

/** The kinds that a push creates and updates. Databases and themes travel along as the target has them. */
export const PUSHED_KINDS = ["dataset", "chart", "dashboard"] as const;

/** A kind that a push creates and updates. */
export type PushedKind = typeof PUSHED_KINDS[number];

/** Whether a push creates and updates assets of a kind. */
export function isPushed(kind: AssetKind): kind is PushedKind {
  return PUSHED_KINDS.some((each) => each === kind);
}

/** The folder of each kind, in a stored tree and in Superset's ZIPs. */
export const FOLDERS: Readonly<Record<AssetKind, string>> = {
  database: "databases",
  theme: "themes",
  dataset: "datasets",
  chart: "charts",
  dashboard: "dashboards",
};

/** The field of each kind that holds the name people see. */
export const NAME_FIELDS: Readonly<Record<AssetKind, string>> = {
  database: "database_name",
  theme: "theme_name",
  dataset: "table_name",
  chart: "slice_name",
  dashboard: "dashboard_title",
};

declare const brand: unique symbol;

/** A UUID in lower case with dashes. */
export type Uuid = string & { readonly [brand]: "Uuid" };

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Parses a UUID in any letter case, with or without dashes, as Superset does; undefined for anything else. */
export function parseUuid(text: Tree | undefined): Uuid | undefined {
  if (typeof text !== "string") return undefined;
  if (CANONICAL.test(text)) return text as Uuid;
  const digits = text.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") as Uuid;
}

/** An asset in the stored form (assets.md, "The stored form"). */
export interface Asset {
  readonly kind: AssetKind;
  readonly uuid: Uuid;
  /** The name that people see, with a secret in it masked. A database has its own name, by which it is mapped. */
  readonly name: string;
  /** The content in the stored form, in the order in which it is written. */
  readonly tree: TreeMap;
}

/** Makes an asset of a stored tree. The name of a nameless asset is its UUID. */
export function makeAsset({ kind, uuid }: Pick<Asset, "kind" | "uuid">, tree: TreeMap): Asset {
  const name = textOf(tree, NAME_FIELDS[kind]) ?? "";
  return { kind, uuid, name: (kind === "database" ? name : maskUrl(name)) || uuid, tree };
}

/** Assets by UUID. */
export type Assets = ReadonlyMap<Uuid, Asset>;
