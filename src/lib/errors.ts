import { maskUrlLogins } from "./url_login.ts";

/** The exit codes of the program, which scripts rely on (cli.md). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  busy: 4,
  incomplete: 5,
  differences: 6,
  timedOut: 124,
  interrupted: 130,
  terminated: 143,
} as const;

/** One of the exit codes in {@link EXIT}, or the code of a program that is passed on. */
export type ExitCode = typeof EXIT[keyof typeof EXIT] | PassedCode;

/** The exit code of another program. */
export type PassedCode = number & { readonly passed: unique symbol };

/** Passes on the exit code of another program, 0 to 255. */
export function passCode(code: number): ExitCode {
  return code as PassedCode;
}

/** The parts of an {@link AppError} besides its code and message. */
export interface AppErrorOptions {
  /** The next step a person can take, as a sentence or a command. */
  readonly hint?: string;
  /** Whether the same action may work later (network, 429, 5xx). Default false. */
  readonly retryable?: boolean;
  /** The time from which on the same action may work, in milliseconds since 1970, if it is known. */
  readonly until?: number;
  /** The exit code of the program if no code handles this error. Default 1. */
  readonly exitCode?: ExitCode;
  /** The error that this one explains. */
  readonly cause?: unknown;
  /** The last lines of the output that shows the failure (a build's log, a container's log). */
  readonly logTail?: readonly string[];
}

/**
 * A failure that a person reads. `code` is a stable slug; `message` reads "Attempted action: current state"
 * without a final period; `hint` names the next step. Outcomes of normal use are values instead. The texts go
 * to terminals and comments, so logins in URLs are masked.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly until: number | undefined;
  readonly exitCode: ExitCode;
  readonly logTail: readonly string[];

  /** Makes the error; see the class for `code` and `message`. */
  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(maskUrlLogins(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint === undefined ? undefined : maskUrlLogins(options.hint);
    this.retryable = options.retryable ?? false;
    this.until = options.until;
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.logTail = (options.logTail ?? []).map(maskUrlLogins);
  }
}

/** Makes an {@link AppError} for wrong usage or configuration: exit code 2. */
// deno-lint-ignore layers/few-parameters -- three texts in the order in which they are read
export function usageError(code: string, message: string, hint?: string): AppError {
  return new AppError(code, message, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) });
}

/** Converts any thrown value to an Error. */
export function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
