import { AppError } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { ContextStore, StoredContext } from "../ports/context_store.ts";

/** Reads a context. Throws AppError `context_unknown` (exit code 1). */
export async function readContext(
  store: ContextStore,
  id: ContextId,
  signal: AbortSignal,
): Promise<StoredContext> {
  const found = await store.read(id, signal);
  if (found === undefined) throw contextUnknown(id, store);
  return found;
}

/**
 * Reads the tree of a version. Throws AppError `history_missing` (exit code 2) if the store keeps no history, and
 * `version_unknown` (exit code 1).
 */
export async function readVersion(
  store: ContextStore,
  { id, version }: { readonly id: ContextId; readonly version: number },
  signal: AbortSignal,
): Promise<ValueMap> {
  assertHistory(store);
  const tree = await store.treeOf(id, version, signal);
  if (tree !== undefined) return tree;
  const { newest } = await readContext(store, id, signal);
  const [oldest] = await store.history(id, { after: 0 }, signal);
  throw new AppError(
    "version_unknown",
    `Reading version ${version} of the context ${id}: versions ${
      oldest?.version ?? newest.version
    } to ${newest.version} are kept`,
    { hint: `"showtime context history --id ${id}" lists them` },
  );
}

/** Throws AppError `history_missing` (exit code 2) if a store keeps the newest version only. */
export function assertHistory({ keepsHistory, name }: ContextStore): void {
  if (keepsHistory) return;
  throw new AppError("history_missing", `Reading older versions: ${name} keeps the newest version only`, {
    exitCode: 2,
    hint: "Make SQLite or Redis the primary, and keep the file as a copy",
  });
}

/** Makes the error for an ID that a store does not have. */
export function contextUnknown(id: ContextId, { name }: ContextStore): AppError {
  return new AppError("context_unknown", `Reading the context ${id}: ${name} has none with this ID`, {
    hint: `"showtime context list" shows the IDs; "showtime context init --id ${id}" makes it`,
  });
}
