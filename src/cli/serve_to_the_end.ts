import { EXIT, type ExitCode } from "../lib/errors.ts";
import { exitCodeOfEnd } from "./interrupted.ts";

/** Waits for the end of a simulator, which only a signal brings about, and returns the exit code. */
export async function serveToTheEnd(finished: Promise<void>, signal: AbortSignal): Promise<ExitCode> {
  await finished;
  const code = exitCodeOfEnd(signal);
  if (code !== undefined) return code;
  signal.throwIfAborted();
  return EXIT.done;
}
