import { AppError, EXIT } from "../../../lib/errors.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Terminal } from "../../../ports/terminal.ts";

/** How long a command waits for the run that holds the pull request, and its pauses; in milliseconds. */
const PATIENCE_MS = 30 * 60_000;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Acts as soon as no other run holds the pull request. No label keeps a command, so it is not left to that run. After
 * half an hour throws the AppError `busy` of the newest attempt.
 */
export async function actWhenFree<Result>(
  { clock, terminal }: { readonly clock: Clock; readonly terminal: Pick<Terminal, "say"> },
  act: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const end = clock.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS;; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await act();
    } catch (error) {
      const busy = error instanceof AppError && error.exitCode === EXIT.busy;
      if (!busy || clock.now() >= end) throw error;
      terminal.say(`The command waits: ${error.message}`);
      await clock.sleep(pause, signal);
    }
  }
}
