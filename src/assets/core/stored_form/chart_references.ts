/**
 * The references of a dashboard to its charts. Superset writes them as numeric ids, which differ between instances; the
 * stored form has the charts' UUIDs in their place.
 */

import { isList, isMap, listOf, mapOf, textOf, type Tree, type TreeMap, valueOf } from "../tree.ts";
import { parseUuid, type Uuid } from "../asset.ts";

/** A chart in the layout of a dashboard. */
export interface LayoutChart {
  /** The key of the node in `position`. */
  readonly key: string;
  readonly uuid: Uuid | undefined;
  /** The numeric id that the file gives the chart. */
  readonly id: Tree | undefined;
}

/** Lists the charts of a layout, in the order of its keys. */
export function chartsOfLayout(position: TreeMap): readonly LayoutChart[] {
  return Object.entries(position).flatMap(([key, node]) => {
    if (!isMap(node) || node["type"] !== "CHART") return [];
    const meta = mapOf(node, "meta");
    return [{ key, uuid: parseUuid(valueOf(meta, "uuid")), id: valueOf(meta, "chartId") }];
  });
}

/** Returns the new reference to a chart; undefined drops the reference. */
export type Rename = (reference: string) => string | number | undefined;

/**
 * Renames every reference to a chart in a dashboard's metadata. References to charts that are not in the layout are
 * dropped: an import of one ends in a server error. `chartsInScope` is left out everywhere.
 */
export function renameCharts(metadata: TreeMap, rename: Rename): TreeMap {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]): [string, Tree] => {
      if (key === "timed_refresh_immune_slices") return [key, renameList(value, rename)];
      if (key === "expanded_slices") return [key, renameKeys(value, rename)];
      if (key === "chart_configuration") return [key, renameConfiguration(value, rename)];
      return [key, renameScopes(value, rename)];
    }),
  );
}

function renameList(list: Tree, rename: Rename): Tree {
  if (!isList(list)) return list;
  return list.flatMap((each) => {
    const renamed = rename(String(each));
    return renamed === undefined ? [] : [renamed];
  });
}

function renameKeys(map: Tree, rename: Rename): Tree {
  if (!isMap(map)) return map;
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) => {
      const renamed = rename(key);
      return renamed === undefined ? [] : [[String(renamed), value]];
    }),
  );
}

function renameConfiguration(configuration: Tree, rename: Rename): Tree {
  if (!isMap(configuration)) return configuration;
  return Object.fromEntries(
    Object.entries(configuration).flatMap(([key, value]) => {
      const renamed = rename(key);
      if (renamed === undefined) return [];
      const scoped = renameScopes(value, rename);
      return [[
        String(renamed),
        isMap(scoped) && Object.hasOwn(scoped, "id") ? { ...scoped, id: renamed } : scoped,
      ]];
    }),
  );
}

/** Renames the charts that a scope excludes, at any depth, and leaves `chartsInScope` out. */
function renameScopes(value: Tree, rename: Rename): Tree {
  if (isList(value)) return value.map((each) => renameScopes(each, rename));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, Tree][] => {
      if (key === "chartsInScope") return [];
      if (key === "scope" && isMap(inner)) {
        return [[key, {
          ...inner,
          ...(isList(inner["excluded"]) ? { excluded: renameList(inner["excluded"], rename) } : {}),
        }]];
      }
      return [[key, renameScopes(inner, rename)]];
    }),
  );
}

/** A scope of a filter: where it applies in the layout. */
export interface Scope {
  readonly rootPath: readonly string[];
  /** The charts that it leaves out, as the file writes them. */
  readonly excluded: readonly string[];
}

/** Reads a scope; undefined for `global` and for everything that is no scope. */
export function readScope(scope: Tree | undefined): Scope | undefined {
  if (!isMap(scope)) return undefined;
  return {
    rootPath: listOf(scope, "rootPath").map(String),
    excluded: listOf(scope, "excluded").map(String),
  };
}

/** Lists the UUIDs of the charts that a scope covers, by the layout of the dashboard, sorted. */
export function chartsInScope(
  position: TreeMap,
  { scope, referenceOf }: { readonly scope: Scope; readonly referenceOf: (uuid: Uuid) => string },
): readonly Uuid[] {
  const parents = parentsOf(position);
  return chartsOfLayout(position).flatMap(({ key, uuid }) => {
    if (uuid === undefined || scope.excluded.includes(referenceOf(uuid))) return [];
    const above = ancestors(parents, key);
    return scope.rootPath.some((root) => root === "ROOT_ID" || above.has(root)) ? [uuid] : [];
  }).filter((uuid, index, all) => all.indexOf(uuid) === index).sort();
}

/** The parent of each node, read from the children: `parents` in the file may be out of date. */
function parentsOf(position: TreeMap): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  for (const [key, node] of Object.entries(position)) {
    if (!isMap(node)) continue;
    for (const child of listOf(node, "children")) parents.set(String(child), key);
  }
  return parents;
}

function ancestors(parents: ReadonlyMap<string, string>, key: string): ReadonlySet<string> {
  const above = new Set<string>();
  for (let each = parents.get(key); each !== undefined && !above.has(each); each = parents.get(each)) {
    above.add(each);
  }
  return above;
}

/** A key that Superset's exporter makes up at each export, for a member without a place in the layout. */
const MADE_UP_ROW = /^ROW-N-[A-Z0-9]+$/;
const MADE_UP_CHART = /^CHART-[A-Z0-9]{8}$/;

/**
 * Gives the charts that Superset's exporter appends to a layout keys made from their UUIDs. The exporter makes up other
 * keys at each export.
 */
export function nameAppendedCharts(position: TreeMap): TreeMap {
  const placed = parentsOf(position);
  const charts = chartsOfLayout(position).filter(({ key, uuid }) => {
    const row = placed.get(key);
    return uuid !== undefined && MADE_UP_CHART.test(key) && (row === undefined || MADE_UP_ROW.test(row));
  });
  if (charts.length === 0) return position;
  const names = new Map<string, string>(charts.map(({ key, uuid }) => [key, `CHART-${uuid}`]));
  for (const [key, node] of Object.entries(position)) {
    if (!MADE_UP_ROW.test(key) || !isMap(node)) continue;
    const children = listOf(node, "children").map(String);
    const first = children.map((child) => names.get(child)).filter((name) => name !== undefined).sort()[0];
    if (first !== undefined) names.set(key, first.replace(/^CHART-/, "ROW-"));
  }
  const renamed = (key: Tree) => typeof key === "string" ? names.get(key) ?? key : key;
  return Object.fromEntries(
    Object.entries(position).map(([key, node]): [string, Tree] => {
      if (!isMap(node)) return [key, node];
      const isNew = names.has(key);
      const children = listOf(node, "children").map(renamed);
      return [names.get(key) ?? key, {
        ...node,
        ...(Object.hasOwn(node, "id") ? { id: renamed(node["id"] ?? null) } : {}),
        ...(Object.hasOwn(node, "children") ? { children: isNew ? children.sort(byText) : children } : {}),
        ...(Object.hasOwn(node, "parents") ? { parents: listOf(node, "parents").map(renamed) } : {}),
      }];
    }),
  );
}

/** Takes appended charts out of a layout, with their rows, unless the other layout has them. */
export function withoutAppendedCharts(position: TreeMap, other: TreeMap): TreeMap {
  const placed = new Set(chartsOfLayout(other).map(({ uuid }) => uuid));
  const dropped = new Set(
    chartsOfLayout(position).filter(({ key, uuid }) => key === `CHART-${uuid}` && !placed.has(uuid))
      .map(({ key }) => key),
  );
  for (const [key, node] of Object.entries(position)) {
    const children = isMap(node) && key.startsWith("ROW-") ? listOf(node, "children").map(String) : [];
    if (children.length > 0 && children.every((child) => dropped.has(child))) dropped.add(key);
  }
  return Object.fromEntries(
    Object.entries(position).filter(([key]) => !dropped.has(key)).map(([key, node]): [string, Tree] => {
      if (!isMap(node) || !Object.hasOwn(node, "children")) return [key, node];
      return [key, {
        ...node,
        children: listOf(node, "children").filter((child) => !dropped.has(String(child))),
      }];
    }),
  );
}

function byText(a: Tree, b: Tree): number {
  return String(a) < String(b) ? -1 : 1;
}

/** The UUIDs of the datasets that a dashboard's filters read, sorted, each once. */
export function filterDatasets(metadata: TreeMap): readonly Uuid[] {
  const found = new Set<Uuid>();
  const walk = (value: Tree | undefined) => {
    if (isList(value)) value.forEach(walk);
    else if (isMap(value)) {
      const uuid = parseUuid(textOf(value, "datasetUuid"));
      if (uuid !== undefined) found.add(uuid);
      Object.values(value).forEach(walk);
    }
  };
  walk(valueOf(metadata, "native_filter_configuration"));
  return [...found].sort();
}
