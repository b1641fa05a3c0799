/** Says how the folder and an instance stand to each other. */

import type { AssetKind, Uuid } from "../core/asset.ts";
import { isPushed } from "../core/asset.ts";
import { type AssetState, judgeState } from "../core/plan/state.ts";
import type { Selection } from "../core/select.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";
import { loadSide } from "./load_side.ts";
import { baseOf, hashAll } from "./push/base.ts";
import { readExportRecord } from "./read_folder.ts";

/** The state of one asset. */
export interface StatusRow {
  readonly uuid: Uuid;
  readonly kind: AssetKind;
  readonly name: string;
  readonly path: string | undefined;
  readonly state: AssetState;
}

/** The result of `status`. */
export interface StatusResult {
  readonly assets: readonly StatusRow[];
  readonly incomplete: readonly string[];
}

/** Compares the folder with an instance, asset by asset. */
export async function showStatus(
  instance: Instance,
  ports: AssetsPorts,
  { dir, selection }: { readonly dir: string; readonly selection: Selection },
  signal: AbortSignal,
): Promise<StatusResult> {
  const instanceOf = (name: string) => name === instance.settings.name ? instance : undefined;
  const texts = await ports.sources.folder(dir).read();
  const request = { dir, selection, texts };
  const theirs = await loadSide(ports, { ...request, name: instance.settings.name, instanceOf }, signal);
  const { rows: listed } = theirs;
  const ours = await loadSide(
    ports,
    { ...request, rows: listed, name: dir, instanceOf: () => undefined },
    signal,
  );
  const [ourHashes, theirHashes] = [await hashAll(ours.assets), await hashAll(theirs.assets)];
  const [ledger, runs] = await Promise.all([instance.store.readLedger(signal), instance.store.runs()]);
  const exported = readExportRecord(texts, instance.settings.name);
  const base = baseOf({ ledger, exported, runs });
  const all = new Map([...theirs.assets, ...ours.assets]);
  const rows = [...all.values()].filter(({ kind }) => isPushed(kind)).map((
    { uuid, kind, name },
  ): StatusRow => ({
    uuid,
    kind,
    name,
    path: ours.paths.get(uuid),
    state: judgeState({ ours: ourHashes.get(uuid), theirs: theirHashes.get(uuid), base: base.get(uuid) }),
  }));
  return { assets: rows.sort(byKindAndName), incomplete: theirs.incomplete };
}

function byKindAndName(a: StatusRow, b: StatusRow): number {
  return a.kind === b.kind ? (a.name < b.name ? -1 : 1) : a.kind < b.kind ? 1 : -1;
}
