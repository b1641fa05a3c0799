/** Which database of an instance stands for which database of the folder (assets.md, "Instances"). */

import type { Uuid } from "../asset.ts";

/** A database with the facts that the mapping looks at. */
export interface DatabaseFacts {
  readonly uuid: Uuid;
  readonly name: string;
  /** `postgresql`, `sqlite`; undefined if nothing shows it. */
  readonly dialect: string | undefined;
}

/** Why a database of the folder leads to one of the instance, or does not. */
export type MappingReason =
  | "mapped"
  | "same_uuid"
  | "same_name"
  /** Nothing leads to a database of the instance. */
  | "unmapped"
  /** The map names a database that the instance does not have. */
  | "not_there"
  /** The databases speak different dialects. */
  | "other_dialect"
  /** The UUID belongs to one database of the instance, the name to another one. */
  | "database_taken";

/** One row of the mapping. */
export interface DatabaseMapping {
  readonly from: DatabaseFacts;
  /** Undefined if no database is used. */
  readonly to: DatabaseFacts | undefined;
  readonly reason: MappingReason;
}

/** Whether the row leads to a database that a push may use. */
export function isMapped(
  row: DatabaseMapping | undefined,
): row is DatabaseMapping & { readonly to: DatabaseFacts } {
  return row?.to !== undefined && ["mapped", "same_uuid", "same_name"].includes(row.reason);
}

/** Maps the folder's databases to those of the instance: by `map`, then by equal UUID, then by equal name. */
export function mapDatabases(
  ours: readonly DatabaseFacts[],
  theirs: readonly DatabaseFacts[],
  { map }: { readonly map: Readonly<Record<string, string>> },
): readonly DatabaseMapping[] {
  return ours.map((from): DatabaseMapping => {
    const wanted = Object.hasOwn(map, from.name) ? map[from.name] : undefined;
    const byUuid = theirs.find(({ uuid }) => uuid === from.uuid);
    const byName = theirs.find(({ name }) => name === (wanted ?? from.name));
    if (wanted !== undefined) {
      return byName === undefined
        ? { from, to: undefined, reason: "not_there" }
        : checked({ from, to: byName, reason: "mapped" });
    }
    if (byUuid !== undefined && byName !== undefined && byUuid !== byName) {
      return { from, to: byUuid, reason: "database_taken" };
    }
    if (byUuid !== undefined) return checked({ from, to: byUuid, reason: "same_uuid" });
    if (byName !== undefined) return checked({ from, to: byName, reason: "same_name" });
    return { from, to: undefined, reason: "unmapped" };
  });
}

function checked(row: DatabaseMapping): DatabaseMapping {
  const [ours, theirs] = [row.from.dialect, row.to?.dialect];
  const same = ours === undefined || theirs === undefined || familyOf(ours) === familyOf(theirs);
  return same ? row : { ...row, reason: "other_dialect" };
}

/** Dialects with two names. */
function familyOf(dialect: string): string {
  return dialect === "postgres" ? "postgresql" : dialect;
}

/** Finds two databases of the folder that lead to one of the instance; the way back would not be known. */
export function doubledTargets(rows: readonly DatabaseMapping[]): readonly (readonly DatabaseMapping[])[] {
  const by = Map.groupBy(rows.filter(isMapped), ({ to }) => to.uuid);
  return [...by.values()].filter(({ length }) => length > 1);
}
