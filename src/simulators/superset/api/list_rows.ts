/** Lists: pages with a cap, order, and the columns that are asked for. */

import { textOf } from "../../../assets/core/tree.ts";
import type { State } from "../state/state.ts";
import { nameOf, type Row } from "../state/state.ts";
import { FACTS, type Kind } from "../state/kinds.ts";
import { message, type Reply } from "./answers.ts";

const ORDERED: Readonly<Record<Kind, readonly string[]>> = {
  database: ["database_name", "changed_on"],
  theme: ["theme_name", "changed_on"],
  dataset: ["table_name", "schema", "catalog", "database.database_name"],
  chart: ["slice_name", "viz_type"],
  dashboard: ["dashboard_title", "changed_on", "published"],
};

/** The list to answer. */
export interface ListQuery {
  readonly kind: Kind;
  /** The rows that the visitor sees. */
  readonly rows: readonly Row[];
  readonly q: unknown;
  readonly pageCap: number;
  /** Whether rows have moved since the last page: the order begins with the last row. */
  readonly moved: boolean;
}

/** Answers a list. */
export function listRows({ kind, rows, q, pageCap, moved }: ListQuery, state: State): Reply {
  const query = typeof q === "object" && q !== null ? q as Record<string, unknown> : {};
  const order = query["order_column"];
  if (order !== undefined && !ORDERED[kind].includes(String(order))) {
    return message(400, `Not a valid rison schema: ${order} is not allowed`);
  }
  const sorted = [...rows].sort((a, b) =>
    order === undefined ? a.id - b.id : byText(nameOf(a), nameOf(b)) || a.id - b.id
  );
  const last = moved ? sorted.pop() : undefined;
  if (last !== undefined) sorted.unshift(last);
  const wanted = Number(query["page_size"] ?? 20);
  const capped = kind === "database" && wanted === -1
    ? rows.length
    : wanted < 1 || wanted > pageCap
    ? pageCap
    : wanted;
  const start = Number(query["page"] ?? 0) * capped;
  const page = sorted.slice(start, start + capped);
  const columns = Array.isArray(query["columns"])
    ? new Set(query["columns"].map((each) => String(each).split(".")[0]))
    : undefined;
  const result = page.map((row) =>
    Object.fromEntries(
      Object.entries(describe(row, state)).filter(([key]) => columns === undefined || columns.has(key)),
    )
  );
  return { status: 200, body: { count: rows.length, ids: page.map(({ id }) => id), result } };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The row as lists and items show it. */
export function describe(row: Row, state: State): Record<string, unknown> {
  const { kind, id, uuid, fields } = row;
  const owners = row.owners.map((owner) => {
    const name = state.server.users.find((user) => user.id === owner)?.username ?? "";
    return { id: owner, first_name: name, last_name: "user", email: `${name}@example.org` };
  });
  const base = { id, uuid, [FACTS[kind].name]: nameOf(row) };
  if (kind === "theme") return base;
  if (kind === "database") {
    return {
      ...base,
      backend: /^(\w+)/.exec(textOf(fields, "sqlalchemy_uri") ?? "")?.[1] ?? "",
      extra: "{}",
    };
  }
  if (kind === "dataset") {
    const database = state.row("database", row.parent);
    return {
      ...base,
      schema: fields["schema"] ?? null,
      catalog: fields["catalog"] ?? null,
      kind: textOf(fields, "sql") === undefined ? "physical" : "virtual",
      database: database === undefined
        ? null
        : { id: database.id, database_name: nameOf(database), uuid: database.uuid },
      owners,
    };
  }
  if (kind === "chart") {
    const dashboards = state.rows("dashboard").filter(({ members }) => members.includes(id));
    return {
      ...base,
      viz_type: fields["viz_type"] ?? null,
      datasource_id: row.parent ?? null,
      dashboards: dashboards.map((each) => ({ id: each.id, dashboard_title: nameOf(each) })),
      owners,
      tags: [],
    };
  }
  return { ...base, slug: fields["slug"] ?? null, published: fields["published"] === true, owners, tags: [] };
}
