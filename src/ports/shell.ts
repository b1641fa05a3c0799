/** Child processes. Their arguments are an array, never a shell line (security.md). */

/** One child process to run. */
export interface ShellCommand {
  readonly program: "docker" | "git" | "gh";
  readonly args: readonly string[];
  /** The child's working directory; by default that of this process. */
  readonly cwd?: string;
  /** Text for the child's standard input, which is then closed. Secrets go here, never into `args`. */
  readonly stdin?: string;
  /**
   * Variables beside the few of this process that every child of this program gets. No token is among those
   * few.
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Names of further variables of this process for the child; a star at the end stands for every name that
   * begins so.
   */
  readonly passes?: readonly string[];
  /** Receives every line of standard output and standard error, in the order of arrival. */
  readonly onLine?: (line: string) => void;
  /** The limit in milliseconds: then the child gets TERM, and KILL 5 s later. */
  readonly timeoutMs?: number;
}

/** The result of a finished child process, with the last 1 MB of each output. */
export interface ShellResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the time limit ended the child. */
  readonly timedOut: boolean;
}

/** Runs programs. */
export interface Shell {
  /**
   * Runs a child to its end; a non-zero exit is a value. When `signal` aborts, the child gets TERM, and KILL
   * 5 s later; after its end the promise rejects with the signal's reason. Throws AppError
   * `program_not_found` (hint: how to install it) if the program is missing.
   */
  run(command: ShellCommand, signal: AbortSignal): Promise<ShellResult>;
}
