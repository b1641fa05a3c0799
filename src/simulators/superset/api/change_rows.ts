/** Changes of single rows: PUT and DELETE. */

import { isMap, mapOf, parseJson, type Tree, type TreeMap } from "../../../assets/core/tree.ts";
import { FACTS } from "../state/kinds.ts";
import type { Row, State } from "../state/state.ts";
import type { Visitor } from "./accounts.ts";
import { commandError, message, type Reply } from "./answers.ts";
import { chartNodes } from "./layout.ts";

/** Fields of a request, by kind; `params` and the like are text that holds JSON. */
const CHANGED: Readonly<Record<string, string>> = {
  chart:
    "slice_name description viz_type owners params query_context cache_timeout dashboards certified_by " +
    "certification_details is_managed_externally external_url uuid",
  dashboard: "dashboard_title slug owners position_json css json_metadata published certified_by " +
    "certification_details is_managed_externally external_url uuid",
  dataset:
    "table_name sql schema catalog description main_dttm_col offset cache_timeout owners columns metrics " +
    "is_managed_externally external_url uuid",
};

/** The names of fields in the API that have another one in files. */
const IN_FILES: Readonly<Record<string, string>> = {
  position_json: "position",
  json_metadata: "metadata",
  params: "params",
};

/** Answers a PUT. */
export function changeRow(
  state: State,
  row: Row,
  { body, visitor }: { readonly body: unknown; readonly visitor: Visitor },
): Reply {
  if (typeof body !== "object" || body === null) return message(400, "Request is not JSON");
  const known = (CHANGED[row.kind] ?? "").split(" ");
  const unknown = Object.keys(body).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    const errors = Object.fromEntries(unknown.map((key) => [key, ["Unknown field."]]));
    return row.kind === "dataset" ? commandError(422, JSON.stringify(errors)) : message(400, errors);
  }
  if (!mayChange(row, visitor)) return message(403, "Forbidden");
  const fields: Record<string, Tree> = { ...row.fields };
  let { members, owners } = row;
  for (const [key, value] of Object.entries(body as TreeMap)) {
    if (key === "owners") owners = value as readonly number[];
    else if (key === "dashboards") setDashboards(state, row, value as readonly number[]);
    else if (!["is_managed_externally", "external_url", "uuid"].includes(key)) {
      const inFile = IN_FILES[key];
      fields[inFile ?? key] = inFile === undefined ? value : parseJson(String(value)) ?? null;
    }
  }
  const metadata = mapOf(fields, "metadata");
  const { positions, ...others } = metadata;
  if (row.kind === "dashboard" && isMap(positions)) {
    // The layout in the metadata sets the members, and fills the metadata with defaults.
    members = chartNodes(positions).map(({ id }) => id).filter((id) => state.row("chart", id) !== undefined);
    Object.assign(fields, { position: positions, metadata: { color_scheme: "", ...others } });
  }
  state.put({ ...row, owners, members, fields });
  return { status: 200, body: { id: row.id, result: body } };
}

function setDashboards(state: State, chart: Row, wanted: readonly number[]): void {
  for (const dashboard of state.rows("dashboard")) {
    const others = dashboard.members.filter((id) => id !== chart.id);
    const members = wanted.includes(dashboard.id) ? [...others, chart.id] : others;
    if (members.length !== dashboard.members.length) state.put({ ...dashboard, members });
  }
}

/** Answers a DELETE. `alerts` are the UUIDs of charts and dashboards that an alert uses. */
export function deleteRow(
  state: State,
  row: Row,
  { visitor, alerts }: { readonly visitor: Visitor; readonly alerts: readonly string[] },
): Reply {
  if (!mayChange(row, visitor)) return message(403, "Forbidden");
  if (alerts.includes(row.uuid)) return message(422, "There are associated alerts or reports: Daily");
  if (row.kind === "database" && state.rows("dataset").some(({ parent }) => parent === row.id)) {
    return message(
      422,
      `Cannot delete a ${FACTS.database.resource.toLowerCase()} that has datasets attached`,
    );
  }
  state.remove(row);
  return message(200, "OK");
}

function mayChange({ owners }: Row, { user, role }: Visitor): boolean {
  return role === "Admin" || (user !== undefined && owners.includes(user.id));
}
