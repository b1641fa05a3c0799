import { AppError, EXIT } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import type { ContextPorts } from "./context_ports.ts";

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;

/** A write that another writer overtook. */
export interface Overtaken {
  readonly id: ContextId;
  /** How often it was tried before, from 0. */
  readonly attempt: number;
  /** When its time is over, in milliseconds of the clock. */
  readonly end: number;
  readonly waitMs: number;
}

/**
 * Waits before a write starts over: a random time that grows with each attempt. Throws AppError `context_busy` (exit code
 * 4, nothing was written) if its time ends before.
 */
export async function pauseBeforeRetry(
  { clock, random }: Pick<ContextPorts, "clock" | "random">,
  { id, attempt, end, waitMs }: Overtaken,
  signal: AbortSignal,
): Promise<void> {
  const pause = random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  if (clock.now() + pause > end) throw busy(id, waitMs);
  await clock.sleep(pause, signal);
}

function busy(id: ContextId, waitMs: number): AppError {
  return new AppError(
    "context_busy",
    `Writing the context ${id}: others wrote for ${waitMs / 1000} s, and each time they were faster`,
    { exitCode: EXIT.busy, retryable: true, hint: "Run it again, or give it longer with --wait" },
  );
}
