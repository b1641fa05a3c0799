/** The programs of steps. */

/** A program to run. */
export interface ProgramRequest {
  /** The program and its arguments. The program is looked up in the `PATH` of `env`. */
  readonly argv: readonly string[];
  /** An absolute path. */
  readonly cwd: string;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes the program's output as it arrives. The bytes are valid until the call returns. */
  readonly onOutput: (bytes: Uint8Array, stream: "stdout" | "stderr") => void;
}

/** The end of a program. */
export interface ProgramEnd {
  /** 128 and the number of the signal, if one ended it; 127 if there is no such program, 126 if it cannot be started. */
  readonly code: number;
  /** The name of the signal that ended it, as `SIGKILL`; also if the code says so (129 to 159). */
  readonly signal: string | undefined;
}

/** Runs the programs of steps, each in a session of its own and with empty standard input. */
export interface Programs {
  /**
   * Runs a program to its end. If `signal` aborts, its process group gets TERM, and KILL after the grace; the call
   * returns when the program has ended. When it returns, no process of the group is left, unless it ignores TERM: that
   * one is killed after the grace. A process in a session of its own escapes. Throws AppError `program_failed` if the
   * program cannot be started because of this machine.
   */
  run(request: ProgramRequest, signal: AbortSignal): Promise<ProgramEnd>;
}
