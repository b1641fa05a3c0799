import { EXIT, type ExitCode } from "../lib/errors.ts";

/** Why a run is aborted from outside: the reason of {@link CliIo.signal} when the process is told to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly by: "SIGINT" | "SIGTERM";

  constructor(by: "SIGINT" | "SIGTERM") {
    super(by === "SIGINT" ? "Interrupted" : "Told to end");
    this.by = by;
  }
}

/** The exit code of a command whose usual end is that it is told to end; undefined where it was not. */
export function exitCodeOfEnd(signal: AbortSignal): ExitCode | undefined {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  if (!(reason instanceof Interrupted)) return undefined;
  return reason.by === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
}
