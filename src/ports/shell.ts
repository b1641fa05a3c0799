/** Runs child processes. Arguments are an array, never a shell line (security.md). */

/** One child process to run. */
export interface ShellCommand {
  readonly program: "docker" | "git" | "gh";
  readonly args: readonly string[];
  /** Working directory; the program's own where it is not given. */
  readonly cwd?: string;
  /** Written to the child's standard input, which is then closed (secrets go here, never into `args`). */
  readonly stdin?: string;
  /** Environment variables beside the few of this process that the program needs; no token is among those. */
  readonly env?: Readonly<Record<string, string>>;
  /** Names of further variables of this process that the child gets; one that ends in a star stands for all that begin so. */
  readonly passes?: readonly string[];
  /** Called for every line of standard output and standard error, in the order of arrival. */
  readonly onLine?: (line: string) => void;
  /** After this many milliseconds the child gets TERM, 5 s later KILL. */
  readonly timeoutMs?: number;
}

/** What a finished child process left. Output is kept to its last 1 MB. */
export interface ShellResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** True where the time limit ended the child. */
  readonly timedOut: boolean;
}

/** Runs programs. */
export interface Shell {
  /**
   * Runs a child to its end; a non-zero exit is a value. When `signal` aborts, the child gets TERM, after 5 s
   * KILL, and the promise rejects with the signal's reason once it has ended. Throws AppError
   * `program_not_found` (hint: how to install it) where the program is not there.
   */
  run(command: ShellCommand, signal: AbortSignal): Promise<ShellResult>;
}
