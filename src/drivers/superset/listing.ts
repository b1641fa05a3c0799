/** Complete listings: by id, until as many distinct ids were seen as the server says it has. */

import type { AssetKind } from "../../assets/core/asset.ts";
import { NAME_FIELDS, parseUuid } from "../../assets/core/asset.ts";
import type { ListedAsset, Listing } from "../../assets/ports/superset.ts";
import { type Answer, field, jsonOf, list } from "./answers.ts";
import type { Connection } from "./connection.ts";
import { formatQuery } from "./rison.ts";

/** The largest page that servers hand out as they come. */
const PAGE_SIZE = 100;
/** Rows move between pages when somebody edits meanwhile; so often is everything read again. */
const PASSES = 5;

const COLUMNS: Readonly<Record<AssetKind, readonly string[]>> = {
  database: ["id", "uuid", "database_name", "backend"],
  theme: ["id", "uuid", "theme_name"],
  dataset: [
    "id",
    "uuid",
    "table_name",
    "schema",
    "catalog",
    "database.uuid",
    "owners.id",
    "owners.email",
    "owners.first_name",
    "owners.last_name",
  ],
  chart: [
    "id",
    "uuid",
    "slice_name",
    "owners.id",
    "owners.email",
    "owners.first_name",
    "owners.last_name",
    "tags.name",
  ],
  dashboard: [
    "id",
    "uuid",
    "dashboard_title",
    "slug",
    "published",
    "owners.id",
    "owners.email",
    "owners.first_name",
    "owners.last_name",
    "tags.name",
  ],
};

/** Lists all assets of a kind that the account sees. */
export async function listAssets(
  connection: Connection,
  kind: AssetKind,
  signal: AbortSignal,
): Promise<Listing> {
  const found = new Map<number, ListedAsset>();
  let count = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const first = await readPage(connection, { kind, page: 0 }, signal);
    count = first.count;
    const seen = new Set<number>();
    keep(found, kind, { rows: first.rows, seen });
    if (first.rows.length > 0) {
      // A server may hand out smaller pages than asked for.
      const pages = Math.ceil(count / first.rows.length);
      for (let start = 1; start < pages; start += 4) {
        const some = Array.from({ length: Math.min(4, pages - start) }, (_, index) => start + index);
        const read = await Promise.all(some.map((page) => readPage(connection, { kind, page }, signal)));
        // A server whose count is too high has no more rows than this.
        const grew = read.map(({ rows }) => keep(found, kind, { rows, seen }));
        if (!grew.some(Boolean)) break;
      }
    }
    if (found.size >= count) break;
  }
  return { assets: [...found.values()].sort((a, b) => a.id - b.id), count };
}

/** Keeps the rows of a page. Returns whether one of them was not among the `seen` ones of this pass. */
function keep(
  found: Map<number, ListedAsset>,
  kind: AssetKind,
  { rows, seen }: { readonly rows: readonly unknown[]; readonly seen: Set<number> },
): boolean {
  const before = seen.size;
  for (const row of rows) {
    const asset = readRow(kind, row);
    if (asset === undefined) continue;
    found.set(asset.id, asset);
    seen.add(asset.id);
  }
  return seen.size > before;
}

interface Page {
  readonly rows: readonly unknown[];
  readonly count: number;
}

async function readPage(
  connection: Connection,
  { kind, page }: { readonly kind: AssetKind; readonly page: number },
  signal: AbortSignal,
): Promise<Page> {
  const query = formatQuery({
    columns: COLUMNS[kind],
    order_column: NAME_FIELDS[kind],
    order_direction: "asc",
    page,
    page_size: PAGE_SIZE,
  });
  const answer = await connection.read({ method: "GET", path: `/api/v1/${kind}/?q=${query}` }, signal);
  return readRows(connection, kind, answer);
}

function readRows(connection: Connection, kind: AssetKind, answer: Answer): Page {
  const body = jsonOf(answer);
  const count = field(body, "count");
  const rows = field(body, "result");
  if (answer.status !== 200 || typeof count !== "number" || !Array.isArray(rows)) {
    throw connection.unexpected(`Listing the ${kind}s`, answer);
  }
  return { rows, count };
}

function readRow(kind: AssetKind, row: unknown): ListedAsset | undefined {
  const id = field(row, "id");
  if (typeof id !== "number") return undefined;
  const name = field(row, NAME_FIELDS[kind]);
  const slug = field(row, "slug");
  const published = field(row, "published");
  const dialect = field(row, "backend");
  return {
    kind,
    id,
    uuid: parseUuid(text(field(row, "uuid"))),
    name: typeof name === "string" ? name : "",
    owners: list(field(row, "owners")).flatMap(readOwner),
    tags: list(field(row, "tags")).flatMap((tag) => text(field(tag, "name")) ?? []),
    published: typeof published === "boolean" ? published : undefined,
    slug: typeof slug === "string" && slug !== "" ? slug : undefined,
    table: kind === "dataset"
      ? {
        catalog: text(field(row, "catalog")) ?? null,
        schema: text(field(row, "schema")) ?? null,
        databaseUuid: parseUuid(text(field(field(row, "database"), "uuid"))),
      }
      : undefined,
    dialect: typeof dialect === "string" ? dialect : undefined,
  };
}

function readOwner(owner: unknown): ListedAsset["owners"] {
  const id = field(owner, "id");
  if (typeof id !== "number") return [];
  const names = [text(field(owner, "first_name")), text(field(owner, "last_name"))];
  return [{ id, email: text(field(owner, "email")), name: names.filter(Boolean).join(" ") }];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
