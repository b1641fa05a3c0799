import { type Asset, parseUuid } from "../asset.ts";
import { textOf } from "../tree.ts";
import type { TableKey } from "./plan.ts";

/** Returns the place of a dataset, in the vocabulary that the dataset is in. */
export function placeOf(dataset: Asset): TableKey {
  return {
    database: parseUuid(dataset.tree["database_uuid"]),
    catalog: textOf(dataset.tree, "catalog") ?? null,
    schema: textOf(dataset.tree, "schema") ?? null,
    table: textOf(dataset.tree, "table_name") || dataset.uuid,
  };
}
