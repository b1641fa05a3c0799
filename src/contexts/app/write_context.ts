import { AppError, EXIT } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import type { EventKeys, EventStep } from "../core/events/event_keys.ts";
import { encodeTree } from "../core/tree/limits.ts";
import { applyOperations, type Operation } from "../core/tree/operations.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { VersionMark } from "../core/version.ts";
import type { StoredContext } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";
import { contextUnknown } from "./read_context.ts";
import { startOver } from "./start_over.ts";

/** The parts of a version. */
export interface Change {
  readonly operations: readonly Operation[];
  /** The whole new tree, beside an operation `replace`. */
  readonly tree?: ValueMap;
  /** The new records of events with keys; the old ones stay without it. */
  readonly keys?: EventKeys;
  readonly event?: EventStep;
}

/** A write that starts over when another writer was faster. */
export interface WriteRequest {
  readonly id: ContextId;
  /** Makes the change of what is stored now. It is called again after a conflict. Undefined writes nothing. */
  readonly change: (current: StoredContext) => Change | undefined;
  /** The only version that may be replaced. The write does not start over then. */
  readonly ifVersion?: number;
  /** Milliseconds in which the write is tried. */
  readonly waitMs: number;
}

/**
 * Writes one version: all of its operations, or nothing. Returns what is stored then. Throws AppError `context_unknown`
 * (exit code 1), `version_stale` and `context_busy` (exit code 4, nothing was written), and those of
 * {@link applyOperations} and {@link encodeTree}.
 */
export async function writeContext(
  ports: Pick<ContextPorts, "store" | "clock" | "actor" | "random">,
  { id, change, ifVersion, waitMs }: WriteRequest,
  signal: AbortSignal,
): Promise<StoredContext> {
  const { store } = ports;
  const attempt = async (): Promise<StoredContext | undefined> => {
    const current = await store.read(id, signal);
    if (current === undefined) throw contextUnknown(id, store);
    if (ifVersion !== undefined && current.newest.version !== ifVersion) throw stale(current, ifVersion);
    const made = change(current);
    if (made === undefined) return current;
    const next = nextVersion(ports, { current, change: made });
    const { version: expected, time: expectedTime } = current.newest;
    if (await store.commit({ ...next, expected, expectedTime }, signal)) return next;
    if (ifVersion !== undefined) throw stale(await store.read(id, signal) ?? current, ifVersion);
    return undefined;
  };
  return await startOver(ports, { id, waitMs, attempt }, signal);
}

function nextVersion(
  ports: Pick<ContextPorts, "clock" | "actor">,
  { current, change }: { readonly current: StoredContext; readonly change: Change },
): StoredContext {
  const { operations, event, keys } = change;
  const tree = applyOperations(change.tree ?? current.tree, operations);
  encodeTree(tree);
  const { newest, ...next } = versionAfter(ports, current, { id: current.id, tree, operations });
  return { ...next, keys: keys ?? next.keys, newest: { ...newest, ...event === undefined ? {} : { event } } };
}

/** Makes the version after what is stored, which keeps the keys of events; without operations, of a new tree. */
export function versionAfter(
  { clock, actor }: Pick<ContextPorts, "clock" | "actor">,
  current: StoredContext | undefined,
  { id, tree, operations = [{ op: "replace" }] }:
    & Pick<StoredContext, "id" | "tree">
    & Partial<Pick<Change, "operations">>,
): StoredContext {
  const version = (current?.newest.version ?? 0) + 1;
  const newest = { version, time: new Date(clock.now()).toISOString(), actor, operations };
  return { id, tree, keys: current?.keys ?? {}, newest };
}

function stale({ id, newest }: StoredContext, wanted: number): AppError {
  return new AppError(
    "version_stale",
    `Writing the context ${id}: it is at version ${newest.version}, and --if-version says ${wanted}`,
    { exitCode: EXIT.busy, hint: "Read it again, and decide anew" },
  );
}

/**
 * Writes the configured copies of a version, or of a newer one that is stored by then. Every copy is tried. Throws AppError `copy_unwritable` (exit code 5) that
 * names those that could not be written; the context itself is stored.
 */
export async function writeCopies(
  ports: Pick<ContextPorts, "copies" | "warn" | "store">,
  context: StoredContext,
  signal: AbortSignal,
): Promise<void> {
  const { id, newest } = context;
  await writeEach(ports, context, signal);
  // Another process may have written a newer version, and its copies before these: the newest must come last.
  if (ports.copies.length === 0 || isSame(await ports.store.newestVersion(id, signal), newest)) return;
  const newer = await ports.store.read(id, signal);
  if (newer !== undefined && !isSame(newer.newest, newest)) await writeCopies(ports, newer, signal);
}

/** Whether two marks are those of one version. */
export function isSame(one: VersionMark | undefined, other: VersionMark): boolean {
  return one?.version === other.version && one.time === other.time;
}

async function writeEach(
  { copies, warn }: Pick<ContextPorts, "copies" | "warn">,
  context: StoredContext,
  signal: AbortSignal,
): Promise<void> {
  const failed: AppError[] = [];
  for (const copy of copies) {
    try {
      for (const warning of await copy.write(context, signal)) warn(warning);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failed.push(error);
    }
  }
  const [first] = failed;
  if (first === undefined) return;
  throw new AppError("copy_unwritable", failed.map(({ message }) => message).join("; "), {
    exitCode: EXIT.incomplete,
    hint: `${
      first.hint ?? "Make the file writable"
    }; the context is stored, and "showtime context export" writes copies again`,
    cause: first,
  });
}
