import { AppError, EXIT } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import type { ContextPorts } from "./context_ports.ts";

/** A write that is tried until no other writer is faster. */
export interface Attempts<T> {
  readonly id: ContextId;
  /** Milliseconds in which the write is tried. */
  readonly waitMs: number;
  /** Tries the write once; undefined after a conflict. */
  readonly attempt: () => Promise<T | undefined>;
}

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Tries a write, and again after each conflict, with growing random pauses. Throws AppError `context_busy` (exit code 4)
 * if the time is used up: nothing was written.
 */
export async function startOver<T>(
  { clock, random }: Pick<ContextPorts, "clock" | "random">,
  { id, waitMs, attempt }: Attempts<T>,
  signal: AbortSignal,
): Promise<T> {
  const end = clock.now() + waitMs;
  for (let conflicts = 0;; conflicts++) {
    const done = await attempt();
    if (done !== undefined) return done;
    const pause = random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** conflicts);
    if (clock.now() + pause > end) throw busy(id, waitMs);
    await clock.sleep(pause, signal);
  }
}

function busy(id: ContextId, waitMs: number): AppError {
  return new AppError(
    "context_busy",
    `Writing the context ${id}: others wrote for ${waitMs / 1000} s, and each time they were faster`,
    { exitCode: EXIT.busy, retryable: true, hint: "Run it again, or give it longer with --wait" },
  );
}
