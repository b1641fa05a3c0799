/** Shows how the folder's databases lead to those of an instance, and proposes what is missing. */

import { nearest } from "../../lib/nearest.ts";
import { type DatabaseMapping, isMapped, mapDatabases } from "../core/mapping/databases.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";
import { databaseFacts } from "./observe_instance.ts";
import { databasesOf, readStored } from "./read_folder.ts";

/** A row with a proposal for the map. */
export interface ProposedMapping extends DatabaseMapping {
  /** The instance's database that is probably meant; undefined if the row leads somewhere, or nothing is near. */
  readonly proposal: string | undefined;
}

/**
 * Maps all databases of the folder. A proposal has an equal dialect, and a near name or the only free database. What
 * would be proposed for two databases is proposed for neither.
 */
export async function showMapping(
  instance: Instance,
  ports: Pick<AssetsPorts, "sources">,
  { dir }: { readonly dir: string },
  signal: AbortSignal,
): Promise<readonly ProposedMapping[]> {
  const stored = readStored(await ports.sources.folder(dir).read() ?? new Map());
  await instance.server.facts(signal);
  const theirs = databaseFacts(await instance.server.list("database", signal));
  const rows = mapDatabases(databasesOf(stored.assets), theirs, instance.settings.databases);
  const used = new Set(rows.filter(isMapped).map(({ to }) => to.uuid));
  const proposed = rows.map((row): ProposedMapping => {
    if (isMapped(row)) return { ...row, proposal: undefined };
    const free = theirs.filter(({ uuid, dialect }) =>
      !used.has(uuid) &&
      (dialect === undefined || row.from.dialect === undefined || dialect === row.from.dialect)
    );
    const begins = free.filter(({ name }) => name.toLowerCase().startsWith(row.from.name.toLowerCase()));
    const near = nearest(row.from.name, free.map(({ name }) => name));
    const proposal = begins.length === 1
      ? begins[0]?.name
      : near ?? (free.length === 1 ? free[0]?.name : undefined);
    return { ...row, proposal };
  });
  const counts = Map.groupBy(proposed, ({ proposal }) => proposal);
  return proposed.map((row) =>
    counts.get(row.proposal)?.length === 1 ? row : { ...row, proposal: undefined }
  );
}
