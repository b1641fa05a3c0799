import { AppError } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import { encodeTree } from "../core/tree/limits.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { StoredContext } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";

/** A context to make. */
export interface InitRequest {
  readonly id: ContextId;
  readonly tree: ValueMap;
  /** The answer to a context that exists: an error, a new version in its place, or nothing. */
  readonly existing: "refuse" | "replace" | "leave";
}

/**
 * Makes a context. Returns what is stored then, and whether this call wrote it. Throws AppError `context_exists` (exit
 * code 1).
 */
export async function initContext(
  { store, clock, actor }: Pick<ContextPorts, "store" | "clock" | "actor">,
  { id, tree, existing }: InitRequest,
  signal: AbortSignal,
): Promise<{ readonly stored: StoredContext; readonly written: boolean }> {
  encodeTree(tree);
  for (;;) {
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
  }
}

function exists(id: ContextId): AppError {
  return new AppError("context_exists", `Making the context ${id}: it exists already`, {
    hint: "Use --replace to build it anew as its next version, or --if-absent to leave it",
  });
}
