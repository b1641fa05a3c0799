import { AppError, EXIT, toError } from "../../lib/errors.ts";

/** Whether SQLite refused because another connection has the lock. Deno gives errors no number, only the words. */
export function isBusy(error: unknown): boolean {
  return /database (?:table |schema )?is locked/.test(toError(error).message);
}

/** Explains an error of SQLite. `name` names the store. */
export function explainError(cause: unknown, name: string): Error {
  if (cause instanceof AppError) return cause;
  const said = toError(cause).message;
  const path = name.replace(/^sqlite /, "");
  if (/not a database|malformed|no such (?:table|column)|unsupported file format/.test(said)) {
    return new AppError("store_damaged", `Reading ${name}: the file is damaged (${said})`, {
      cause,
      hint: `Restore ${path}, or move it and the files with its name and -wal or -shm away`,
    });
  }
  if (/disk is full/.test(said)) {
    return new AppError("store_full", `Writing ${name}: the disk is full`, {
      cause,
      hint: "Free some space and run it again",
    });
  }
  const state = stateOfPath(cause);
  if (state !== undefined) {
    return new AppError("store_refused", `Opening ${name}: ${state}`, { cause, hint: "Name another file" });
  }
  const { NotCapable, PermissionDenied } = Deno.errors;
  if (
    /readonly|unable to open/.test(said) || cause instanceof NotCapable || cause instanceof PermissionDenied
  ) {
    return new AppError("store_refused", `Opening ${name}: it cannot be written`, {
      cause,
      hint: `Let this account write to ${path} and its folder`,
    });
  }
  return new AppError("store_unreachable", `Using ${name}: ${said}`, {
    cause,
    retryable: true,
    hint: "Run it again. If it stays so, look at the disk",
  });
}

/** The words of systems for a path that can be no file's. */
const IMPOSSIBLE_PATH = /name too long|levels of symbolic links|NUL byte/i;

/** Describes a path that leads to no file; undefined for other errors. */
function stateOfPath(cause: unknown): string | undefined {
  const { IsADirectory, NotADirectory, AlreadyExists } = Deno.errors;
  if (cause instanceof IsADirectory) return "it is a folder";
  if (cause instanceof NotADirectory || cause instanceof AlreadyExists) return "a part of its path is a file";
  const [impossible] = IMPOSSIBLE_PATH.exec(toError(cause).message) ?? [];
  return impossible === undefined ? undefined : `no file can be there (${impossible})`;
}

/** The error of a store that other processes kept locked until the time was used up. */
export function busyError(name: string): AppError {
  return new AppError("store_busy", `Using ${name}: other processes keep it locked`, {
    exitCode: EXIT.busy,
    retryable: true,
    hint: "Run it again when they are done",
  });
}
