import type { Clock } from "../../ports/clock.ts";
import { AppError, EXIT } from "../../lib/errors.ts";

/** The lock of a store, and how long other processes may hold it. */
export interface LockOptions {
  /** The file that is locked. It stays, since a file that is removed cannot be locked. */
  readonly path: string;
  /** Names the store in messages. */
  readonly name: string;
  readonly clock: Clock;
  readonly busyMs: number;
}

/** The longest wait between two attempts, in milliseconds. */
const LONGEST_WAIT = 50;

/**
 * Takes the lock, which ends when it is disposed or with the process. Throws AppError `store_busy` (exit code 4) if other
 * processes hold it for longer than `busyMs`.
 */
export async function takeFileLock(
  { path, name, clock, busyMs }: LockOptions,
  signal: AbortSignal,
): Promise<Disposable> {
  const file = Deno.openSync(path, { create: true, write: true, mode: 0o600 });
  try {
    const start = clock.now();
    for (let wait = 1; !file.tryLockSync(true); wait = Math.min(wait * 2, LONGEST_WAIT)) {
      if (clock.now() - start >= busyMs) throw busyError(name);
      // Writers that wait equally long would meet again.
      await clock.sleep(wait * (0.5 + Math.random()), signal);
    }
  } catch (error) {
    file.close();
    throw error;
  }
  return { [Symbol.dispose]: () => file.close() };
}

function busyError(name: string): AppError {
  return new AppError("store_busy", `Using ${name}: other processes keep it locked`, {
    exitCode: EXIT.busy,
    retryable: true,
    hint: "Run it again when they are done",
  });
}
