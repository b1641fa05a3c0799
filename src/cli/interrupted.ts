import { EXIT, type ExitCode } from "../lib/errors.ts";

/** The reason of {@link CliIo.signal} when a signal of the operating system ends the process. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly by: "SIGINT" | "SIGTERM";
  /** When it came, in milliseconds since the process started. */
  readonly at = performance.now();

  constructor(by: "SIGINT" | "SIGTERM") {
    super(by === "SIGINT" ? "Interrupted" : "Terminated");
    this.by = by;
  }
}

/** The reason of {@link CliIo.readerLeft}: the program that read the answer needs no more of it. */
export class ReaderLeft extends Error {
  override readonly name = "ReaderLeft";

  constructor() {
    super("The reader of the answer has left");
  }
}

/** Returns the exit code of a command that usually ends by a signal; undefined if no signal came. */
export function exitCodeOfEnd(signal: AbortSignal): ExitCode | undefined {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  if (!(reason instanceof Interrupted)) return undefined;
  return reason.by === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
}
