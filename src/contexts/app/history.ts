import type { ContextId } from "../core/context_id.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { ContextVersion } from "../core/version.ts";
import type { ContextStore, StoredContext } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";
import { assertHistory, readContext, readVersion } from "./read_context.ts";
import { writeContext } from "./write_context.ts";

/** Lists the kept versions, newest first. Throws AppError `history_missing` (exit code 2) and `context_unknown`. */
export async function listHistory(
  store: ContextStore,
  id: ContextId,
  signal: AbortSignal,
): Promise<readonly ContextVersion[]> {
  assertHistory(store);
  await readContext(store, id, signal);
  return (await store.history(id, { after: 0 }, signal)).toReversed();
}

/** Reads two versions to compare: the newest and the one before, unless the request names others. */
export async function readTwoVersions(
  store: ContextStore,
  request: { readonly id: ContextId; readonly from: number | undefined; readonly to: number | undefined },
  signal: AbortSignal,
): Promise<
  { readonly from: number; readonly to: number; readonly before: ValueMap; readonly after: ValueMap }
> {
  assertHistory(store);
  const { id } = request;
  const to = request.to ?? (await readContext(store, id, signal)).newest.version;
  const from = request.from ?? to - 1;
  return {
    from,
    to,
    // Version 0 is the time before the first one.
    before: from === 0 ? new Map() : await readVersion(store, { id, version: from }, signal),
    after: await readVersion(store, { id, version: to }, signal),
  };
}

/** Writes a new version that equals an old one. Throws AppError `version_unknown` (exit code 1). */
export async function rollBack(
  ports: ContextPorts,
  { id, version, waitMs }: { readonly id: ContextId; readonly version: number; readonly waitMs: number },
  signal: AbortSignal,
): Promise<StoredContext> {
  const tree = await readVersion(ports.store, { id, version }, signal);
  return await writeContext(
    ports,
    { id, change: () => ({ operations: [{ op: "replace" }], tree }), waitMs },
    signal,
  );
}
