import { AppError } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import type { ContextVersion, VersionMark } from "../core/version.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { ContextStore } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";
import { readContext } from "./read_context.ts";
import { isSame } from "./write_context.ts";

/** How often a store is asked for a new version, in milliseconds. */
const PAUSE_MS = 250;

/** A version that a watcher sees. */
export interface Seen {
  readonly version: ContextVersion;
  /** Reads the tree of this version, or of the newest one if this one is no longer kept. */
  readonly tree: () => Promise<ValueMap>;
}

/**
 * Yields the newest version, and each later one as it is written. Throws AppError `context_unknown` at the beginning, and
 * `context_deleted` (exit code 1) and `watch_timeout` (exit code 1) later.
 */
export async function* watchContext(
  { store, clock }: Pick<ContextPorts, "store" | "clock">,
  { id, timeoutMs }: { readonly id: ContextId; readonly timeoutMs: number | undefined },
  signal: AbortSignal,
): AsyncGenerator<Seen> {
  const end = timeoutMs === undefined ? Infinity : clock.now() + timeoutMs;
  const first = await readContext(store, id, signal);
  let seen: VersionMark = first.newest;
  yield { version: first.newest, tree: () => Promise.resolve(first.tree) };
  for (;;) {
    if (clock.now() >= end) throw timedOut(id, timeoutMs ?? 0);
    await clock.sleep(Math.min(PAUSE_MS, end - clock.now()), signal);
    if (isSame(await store.newestVersion(id, signal), seen)) continue;
    const found = await store.read(id, signal);
    if (found === undefined) throw deleted(id);
    for (const version of await versionsAfter(store, { id, seen, found: found.newest }, signal)) {
      if (version.version > found.newest.version) continue;
      // A value may have been there for a moment only, between two looks.
      const isNewest = version.version === found.newest.version;
      const tree = async () =>
        (isNewest ? undefined : await store.treeOf(id, version.version, signal)) ?? found.tree;
      yield { version, tree };
    }
    seen = found.newest;
  }
}

/** The kept versions that were not seen. A context that was deleted and made again begins anew. */
async function versionsAfter(
  store: ContextStore,
  { id, seen, found }: {
    readonly id: ContextId;
    readonly seen: VersionMark;
    readonly found: ContextVersion;
  },
  signal: AbortSignal,
): Promise<readonly ContextVersion[]> {
  if (!store.keepsHistory) return [found];
  if (found.version < seen.version) return await store.history(id, { after: 0 }, signal);
  const [first, ...rest] = await store.history(id, { after: seen.version - 1 }, signal);
  if (first === undefined) return [];
  if (first.version > seen.version) return [first, ...rest];
  return isSame(first, seen) ? rest : await store.history(id, { after: 0 }, signal);
}

function timedOut(id: ContextId, timeoutMs: number): AppError {
  return new AppError("watch_timeout", `Watching the context ${id}: ${timeoutMs / 1000} s have passed`, {
    hint: "Run it again, or give it longer with --timeout",
  });
}

function deleted(id: ContextId): AppError {
  return new AppError("context_deleted", `Watching the context ${id}: it was deleted`, {
    hint: `"showtime context list" shows what is there`,
  });
}
