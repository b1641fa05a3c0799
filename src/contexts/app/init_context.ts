import { AppError } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import { encodeTree } from "../core/tree/limits.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { StoredContext } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";
import { startOver } from "./start_over.ts";
import { versionAfter } from "./write_context.ts";

/** A context to make. */
export interface InitRequest {
  readonly id: ContextId;
  readonly tree: ValueMap;
  /** The answer to a context that exists: an error, a new version in its place, or nothing. */
  readonly existing: "refuse" | "replace" | "leave";
  /** Milliseconds in which the write is tried. */
  readonly waitMs: number;
}

/**
 * Makes a context. A replaced one keeps the keys of its events, so that no event is sent twice. Returns what is stored then,
 * and whether this call wrote it. Throws AppError `context_exists` (exit code 1), and `context_busy` (exit code 4).
 */
export async function initContext(
  ports: Pick<ContextPorts, "store" | "clock" | "actor" | "random">,
  { id, tree, existing, waitMs }: InitRequest,
  signal: AbortSignal,
): Promise<{ readonly stored: StoredContext; readonly written: boolean }> {
  const { store } = ports;
  encodeTree(tree);
  const attempt = async () => {
    const current = await store.read(id, signal);
    if (current !== undefined && existing === "leave") return { stored: current, written: false };
    if (current !== undefined && existing === "refuse") throw exists(id);
    const stored = versionAfter(ports, current, { id, tree });
    const next = {
      ...stored,
      expected: current?.newest.version ?? 0,
      ...current === undefined ? {} : { expectedTime: current.newest.time },
      displaces: existing === "replace",
    };
    return await store.commit(next, signal) ? { stored, written: true } : undefined;
  };
  return await startOver(ports, { id, waitMs, attempt }, signal);
}

function exists(id: ContextId): AppError {
  return new AppError("context_exists", `Making the context ${id}: it exists already`, {
    hint: "Use --replace to write it as its next version. init also has --if-absent, which leaves it",
  });
}
