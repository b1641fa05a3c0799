/** Exports: a ZIP of stored YAML files below one root folder, with everything that the assets refer to. */

import { zipSync } from "fflate";
import { formatYaml } from "../../../assets/core/pyyaml.ts";
import { isMap, listOf, mapOf, type Tree, type TreeMap, without } from "../../../assets/core/tree.ts";
import { FACTS, type Kind, knownFields } from "../state/kinds.ts";
import { nameOf, type Row, type State } from "../state/state.ts";
import { changeTargets, chartNodes } from "./layout.ts";

/** Returns the content of the file of a row. */
export function fileOf(row: Row, state: State): TreeMap {
  const parent = state.row(
    row.kind === "dataset" ? "database" : row.kind === "chart" ? "dataset" : "theme",
    row.parent,
  );
  const references: TreeMap = row.kind === "dataset"
    ? { database_uuid: parent?.uuid ?? null }
    : row.kind === "chart"
    ? (parent === undefined ? {} : { dataset_uuid: parent.uuid })
    : row.kind === "dashboard"
    ? { ...dashboardContent(row, state), theme_uuid: parent?.uuid ?? null }
    : {};
  const all: TreeMap = { ...row.fields, uuid: row.uuid, version: "1.0.0", ...references };
  const names = knownFields(FACTS[row.kind].fields, state.server.profile).filter(({ importOnly }) =>
    !importOnly
  );
  return Object.fromEntries(
    names.flatMap(({ name }) =>
      name === "dataset_uuid" && parent === undefined ? [] : [[name, all[name] ?? null]]
    ),
  );
}

/** The layout with members that have no place in it, in a new row with random keys, and filters with their datasets' UUIDs. */
function dashboardContent(row: Row, state: State): TreeMap {
  const position: Record<string, Tree> = {};
  for (const [key, node] of Object.entries(mapOf(row.fields, "position"))) {
    const id = isMap(node) && node["type"] === "CHART" ? Number(mapOf(node, "meta")["chartId"]) : undefined;
    const uuid = state.row("chart", id)?.uuid;
    position[key] = isMap(node) && uuid !== undefined
      ? { ...node, meta: { ...mapOf(node, "meta"), uuid } }
      : node;
  }
  const placed = new Set(chartNodes(position).map(({ id }) => id));
  const lost = row.members.filter((id) => !placed.has(id));
  if (lost.length > 0) appendCharts(position, { lost, state });
  const metadata = changeTargets(mapOf(row.fields, "metadata"), (target) => {
    const dataset = state.row("dataset", Number(target["datasetId"]));
    return dataset === undefined ? target : { ...without(target, ["datasetId"]), datasetUuid: dataset.uuid };
  });
  return { position, metadata };
}

/** Appends charts in a new row of the grid. Where the layout shows no grid, the charts get no row. */
function appendCharts(
  position: Record<string, Tree>,
  { lost, state }: { readonly lost: readonly number[]; readonly state: State },
): void {
  const nodes = lost.map((id) => [`CHART-${randomKey()}`, id] as const);
  const grid = mapOf(position, "GRID_ID");
  const row = listOf(mapOf(position, "ROOT_ID"), "children").includes("GRID_ID")
    ? `ROW-N-${randomKey()}`
    : undefined;
  const parents = ["ROOT_ID", "GRID_ID"];
  if (row !== undefined) {
    position["GRID_ID"] = { ...grid, children: [...listOf(grid, "children"), row] };
    position[row] = {
      id: row,
      type: "ROW",
      children: nodes.map(([node]) => node),
      parents,
      meta: { "0": "ROOT_ID", background: "BACKGROUND_TRANSPARENT" },
    };
  }
  for (const [node, id] of nodes) {
    const chart = state.row("chart", id);
    const name = chart === undefined ? "" : nameOf(chart);
    const meta = { chartId: id, height: 50, sliceName: name, uuid: chart?.uuid ?? "", width: 4 };
    const above = row === undefined ? {} : { parents: [...parents, row] };
    position[node] = { id: node, type: "CHART", children: [], ...above, meta };
  }
}

function randomKey(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 8).toUpperCase();
}

/** Lists rows with everything that they refer to, each row's dependencies after it. */
function withDependencies(rows: readonly Row[], state: State): readonly Row[] {
  const found = new Map<string, Row>();
  const add = (row: Row | undefined) => {
    if (row === undefined || found.has(row.uuid)) return;
    found.set(row.uuid, row);
    if (row.kind === "dataset") add(state.row("database", row.parent));
    if (row.kind === "chart") add(state.row("dataset", row.parent));
    if (row.kind !== "dashboard") return;
    row.members.forEach((id) => add(state.row("chart", id)));
    add(state.row("theme", row.parent));
    changeTargets(mapOf(row.fields, "metadata"), (target) => {
      add(state.row("dataset", Number(target["datasetId"])));
      return target;
    });
  };
  rows.forEach(add);
  return [...found.values()];
}

/** Packs the export of rows of one kind. A path that is in the ZIP already is left out, as Superset does it. */
export function exportZip(
  { kind, rows, now }: { readonly kind: Kind; readonly rows: readonly Row[]; readonly now: number },
  state: State,
): Uint8Array {
  const root = `${kind}_export_${new Date(now).toISOString().replaceAll(/[-:]/g, "").slice(0, 15)}`;
  const metadata = { version: "1.0.0", type: FACTS[kind].type, timestamp: new Date(now).toISOString() };
  const files: Record<string, Uint8Array> = { [`${root}/metadata.yaml`]: encode(formatYaml(metadata)) };
  for (const row of withDependencies(rows, state)) {
    files[`${root}/${pathOf(row, state)}`] ??= encode(formatYaml(fileOf(row, state)));
  }
  return zipSync(files, { level: 0, mtime: "1980-01-01T00:00:00" });
}

function pathOf(row: Row, state: State): string {
  const { folder } = FACTS[row.kind];
  if (row.kind === "database" || row.kind === "theme") return `${folder}/${slug(nameOf(row))}.yaml`;
  const name = [slug(nameOf(row)), String(row.id)].filter((each) => each !== "").join("_");
  const database = row.kind === "dataset" ? state.row("database", row.parent) : undefined;
  return database === undefined
    ? `${folder}/${name}.yaml`
    : `${folder}/${slug(nameOf(database))}/${name}.yaml`;
}

/** Werkzeug's `secure_filename`. */
function slug(name: string): string {
  return name.normalize("NFKD").replaceAll("/", " ").replace(/[^\x20-\x7e]/g, "").trim().split(/\s+/).join(
    "_",
  )
    .replace(/[^A-Za-z0-9_.-]/g, "").replace(/^[._]+|[._]+$/g, "");
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
