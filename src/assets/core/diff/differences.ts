/** Differences between two sets of assets, in the words that people use for dashboards. */

import { structuredPatch } from "diff";
import { type Asset, ASSET_KINDS, type AssetKind, type Assets, type Uuid } from "../asset.ts";
import { changesOf, type FieldChange } from "../plan/changes.ts";
import { equalAssets } from "../stored_form/normalize.ts";
import { formatJson, isMap, listOf, mapOf, textOf, type Tree, type TreeMap } from "../tree.ts";
import { type LayoutPart, partsOf } from "./layout.ts";

/** One statement about a difference. */
export type DiffStatement =
  /** `Calls per port: row 2 → tab Ports, width 6 → 4`. */
  | { readonly kind: "sentence"; readonly text: string }
  /** A text of several lines, such as SQL: lines that begin with `+`, `-` or a space. */
  | { readonly kind: "text"; readonly label: string; readonly lines: readonly string[] };

/** The difference of one asset. */
export interface AssetDifference {
  readonly uuid: Uuid;
  readonly kind: AssetKind;
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  readonly statements: readonly DiffStatement[];
  /** The paths of the changed fields. */
  readonly fields: readonly string[];
}

/** Lists the differences between two sets of assets: databases first, dashboards last, each by name. */
export function differencesOf(before: Assets, after: Assets): readonly AssetDifference[] {
  const all = new Map([...before, ...after]);
  const nameOf = (uuid: string) => after.get(uuid as Uuid)?.name ?? before.get(uuid as Uuid)?.name;
  return [...all.values()].flatMap((asset): AssetDifference[] => {
    const [old, young] = [before.get(asset.uuid), after.get(asset.uuid)];
    const { uuid, kind, name } = young ?? asset;
    if (old === undefined || young === undefined) {
      return [{
        uuid,
        kind,
        name,
        change: old === undefined ? "added" : "removed",
        statements: [],
        fields: [],
      }];
    }
    if (equalAssets(old, young)) return [];
    const changes = changesOf(old, young);
    return [{
      uuid,
      kind,
      name,
      change: "changed",
      statements: statementsOf({ old, young, changes, nameOf }),
      fields: changes.map(({ path }) => path),
    }];
  }).sort(byKindAndName);
}

function byKindAndName(a: AssetDifference, b: AssetDifference): number {
  const kinds = ASSET_KINDS.indexOf(a.kind) - ASSET_KINDS.indexOf(b.kind);
  return kinds || (a.name === b.name ? (a.uuid < b.uuid ? -1 : 1) : a.name < b.name ? -1 : 1);
}

interface Changed {
  readonly old: Asset;
  readonly young: Asset;
  readonly changes: readonly FieldChange[];
  readonly nameOf: (uuid: string) => string | undefined;
}

function statementsOf(changed: Changed): readonly DiffStatement[] {
  const { old, young, changes, nameOf } = changed;
  const layout = young.kind === "dashboard"
    ? layoutStatements(mapOf(old.tree, "position"), mapOf(young.tree, "position"), nameOf)
    : [];
  const rest = changes.filter(({ path }) => young.kind !== "dashboard" || !path.startsWith("position"));
  const filters = rest.filter(({ path }) => path.startsWith("metadata.native_filter_configuration"));
  return [
    ...rest.filter((change) => !filters.includes(change)).map((change) => fieldStatement(change, nameOf)),
    ...filterStatements(changed, filters),
    ...layout,
  ];
}

/** Words for the fields that people know under other names. */
const LABELS: Readonly<Record<string, string>> = {
  dashboard_title: "title",
  slice_name: "name",
  table_name: "table",
  viz_type: "chart type",
  dataset_uuid: "dataset",
  database_uuid: "database",
};

function fieldStatement({ path, before, after }: FieldChange, nameOf: Changed["nameOf"]): DiffStatement {
  const label = labelOf(path);
  if (isLongText(before) || isLongText(after)) {
    return { kind: "text", label, lines: lineDiff(String(before ?? ""), String(after ?? "")) };
  }
  const show = (value: Tree | undefined) => showValue(value, nameOf);
  if (before === undefined) return sentence(`${label}: added${isMember(path) ? "" : `, ${show(after)}`}`);
  if (after === undefined) {
    return sentence(`${label}: removed${isMember(path) ? "" : `, was ${show(before)}`}`);
  }
  return sentence(`${label}: ${show(before)} → ${show(after)}`);
}

function labelOf(path: string): string {
  const [first = "", name, ...rest] = path.split(".");
  if ((first === "columns" || first === "metrics") && name !== undefined) {
    return [`${first.slice(0, -1)} ${name}`, ...rest].join(" ");
  }
  const known = LABELS[path];
  return known ?? path.replace(/^(?:params|metadata)\./, "");
}

function isMember(path: string): boolean {
  return /^(?:columns|metrics)\.[^.]+$/.test(path);
}

function isLongText(value: Tree | undefined): boolean {
  return typeof value === "string" && value.includes("\n");
}

function showValue(value: Tree | undefined, nameOf: Changed["nameOf"]): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") {
    return nameOf(value) ?? (value === "" ? '""' : value.length > 80 ? `${value.slice(0, 77)}…` : value);
  }
  const text = formatJson(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function sentence(text: string): DiffStatement {
  return { kind: "sentence", text };
}

/** Compares two texts line by line, with two lines around each change. */
export function lineDiff(before: string, after: string): readonly string[] {
  const patch = structuredPatch("", "", before, after, "", "", { context: 2 });
  return patch.hunks.flatMap(({ lines }, index) => [...(index === 0 ? [] : ["…"]), ...lines])
    .filter((line) => !line.startsWith("\\"));
}

function layoutStatements(
  before: TreeMap,
  after: TreeMap,
  nameOf: Changed["nameOf"],
): readonly DiffStatement[] {
  const [old, young] = [partsOf(before, nameOf), partsOf(after, nameOf)];
  const ids = [...young.keys(), ...[...old.keys()].filter((id) => !young.has(id))];
  return ids.flatMap((id) => partStatements(old.get(id), young.get(id)));
}

function partStatements(
  old: LayoutPart | undefined,
  young: LayoutPart | undefined,
): readonly DiffStatement[] {
  if (old === undefined && young === undefined) return [];
  if (old === undefined) return [sentence(`${young?.label}: added, ${young?.place}${widthOf(young)}`)];
  if (young === undefined) return [sentence(`${old.label}: removed, was in ${old.place}`)];
  const changes = [
    ...(old.label === young.label || young.type === "MARKDOWN" ? [] : [`${old.label} → ${young.label}`]),
    ...(old.place === young.place ? [] : [`${old.place} → ${young.place}`]),
    ...(old.width === young.width ? [] : [`width ${old.width ?? "none"} → ${young.width ?? "none"}`]),
    ...(old.height === young.height ? [] : [`height ${old.height ?? "none"} → ${young.height ?? "none"}`]),
  ];
  return [
    ...(changes.length === 0 ? [] : [sentence(`${young.label}: ${changes.join(", ")}`)]),
    ...(old.code === young.code
      ? []
      : [{ kind: "text" as const, label: young.label, lines: lineDiff(old.code ?? "", young.code ?? "") }]),
  ];
}

function widthOf(part: LayoutPart | undefined): string {
  return part?.width === undefined ? "" : `, width ${part.width}`;
}

function filterStatements(
  { old, young, nameOf }: Omit<Changed, "changes">,
  changes: readonly FieldChange[],
): readonly DiffStatement[] {
  if (changes.length === 0) return [];
  const names = new Map(
    [old, young].flatMap(({ tree }) =>
      listOf(mapOf(tree, "metadata"), "native_filter_configuration").flatMap((filter) =>
        isMap(filter) ? [[String(filter["id"]), textOf(filter, "name") ?? String(filter["id"])] as const] : []
      )
    ),
  );
  return changes.map((change) => {
    const [id = "", ...rest] = change.path.replace("metadata.native_filter_configuration.", "").split(".");
    const label = `filter ${names.get(id) ?? id}`;
    if (rest.length > 0) {
      const shown = fieldStatement({ ...change, path: rest.join(".") }, nameOf);
      return shown.kind === "sentence"
        ? sentence(`${label} ${shown.text}`)
        : { ...shown, label: `${label} ${shown.label}` };
    }
    if (change.before === undefined) return sentence(`${label}: added`);
    return change.after === undefined ? sentence(`${label}: removed`) : sentence(`${label}: changed`);
  });
}
