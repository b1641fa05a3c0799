import { AppError } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import { encodeTree } from "../core/tree/limits.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { StoredContext } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";
import { pauseBeforeRetry } from "./start_over.ts";

/** A context to make. */
export interface InitRequest {
  readonly id: ContextId;
  readonly tree: ValueMap;
  /** The answer to a context that exists: an error, a new version in its place, or nothing. */
  readonly existing: "refuse" | "replace" | "leave";
  /** Milliseconds in which the write is tried while others write the context. Default 30,000. */
  readonly waitMs?: number;
}

const WAIT_MS = 30_000;

/**
 * Makes a context. Returns what is stored then, and whether this call wrote it. Throws AppError `context_exists` (exit
 * code 1) and `context_busy` (exit code 4, nothing was written).
 */
export async function initContext(
  { store, clock, actor, random }: Pick<ContextPorts, "store" | "clock" | "actor" | "random">,
  { id, tree, existing, waitMs = WAIT_MS }: InitRequest,
  signal: AbortSignal,
): Promise<{ readonly stored: StoredContext; readonly written: boolean }> {
  encodeTree(tree);
  const end = clock.now() + waitMs;
  for (let attempt = 0;; attempt++) {
    const current = await store.read(id, signal);
    if (current !== undefined && existing === "leave") return { stored: current, written: false };
    if (current !== undefined && existing === "refuse") throw exists(id);
    const expected = current?.newest.version ?? 0;
    const stored: StoredContext = {
      id,
      tree,
      keys: {},
      newest: {
        version: expected + 1,
        time: new Date(clock.now()).toISOString(),
        actor,
        operations: [{ op: "replace" }],
      },
    };
    if (await store.commit({ ...stored, expected, displaces: existing === "replace" }, signal)) {
      return { stored, written: true };
    }
    await pauseBeforeRetry({ clock, random }, { id, attempt, end, waitMs }, signal);
  }
}

function exists(id: ContextId): AppError {
  return new AppError("context_exists", `Making the context ${id}: it exists already`, {
    hint: "Use --replace to write it as its next version. init also has --if-absent, which leaves it",
  });
}
