import { AppError, EXIT, toError, usageError } from "../../lib/errors.ts";

/** Explains an error of the system while a file that holds contexts was used. `name` names the store. */
export function explainError(cause: unknown, name: string): Error {
  if (cause instanceof AppError || !isOfSystem(cause)) return toError(cause);
  const reason = reasonOf(cause);
  if (cause instanceof Deno.errors.NotCapable) return outsideError(name);
  if (isFull(cause)) {
    return new AppError("store_full", `Writing ${name}: ${reason}`, {
      cause,
      hint: "Free some space and run it again",
    });
  }
  if (cause instanceof Deno.errors.InvalidData) {
    return new AppError("store_damaged", `Reading ${name}: ${reason}`, { cause, hint: "Restore the file" });
  }
  return new AppError("store_refused", `Using ${name}: ${reason}`, {
    cause,
    hint: isOtherKind(cause)
      ? "Name another file"
      : "Let this account read and write the file and its folder",
  });
}

/** The error of a file in a folder that the program may not write to. */
export function outsideError(name: string): AppError {
  return usageError(
    "store_outside",
    `Using ${name}: it is outside of the folder that showtime was started in`,
    "Start it in a folder that holds this file, such as /",
  );
}

/** The error of a copy, whose version stands in the primary. */
export function copyError(cause: unknown, name: string): AppError {
  return new AppError("copy_unwritable", `Writing the copy ${name}: ${reasonOf(cause)}`, {
    cause,
    exitCode: EXIT.incomplete,
    hint: isOtherKind(cause) ? "Name another file" : "Let this account write the file and its folder",
  });
}

/** The words of systems for a path that can be no file's: too long, a circle of links, or with the character NUL. */
export const IMPOSSIBLE_PATH = /name too long|levels of symbolic links|NUL byte/i;

/** Whether the path leads to something else than a file, so that no permission helps. */
function isOtherKind(cause: unknown): boolean {
  const { IsADirectory, NotADirectory, AlreadyExists } = Deno.errors;
  return [IsADirectory, NotADirectory, AlreadyExists].some((each) => cause instanceof each) ||
    IMPOSSIBLE_PATH.test(toError(cause).message);
}

/** Describes for people why a file could not be used. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.NotCapable) {
    return "it is outside of the folder that showtime was started in";
  }
  if (cause instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (cause instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (cause instanceof Deno.errors.NotADirectory || cause instanceof Deno.errors.AlreadyExists) {
    return "a part of its path is a file";
  }
  if (cause instanceof Deno.errors.InvalidData) return "it is not UTF-8";
  if (isFull(cause)) return "the disk is full";
  return toError(cause).message.replace(/ \(os error \d+\).*$/s, "");
}

function isFull(cause: unknown): boolean {
  return /\(os error (?:28|122)\)|No space left/.test(toError(cause).message);
}

/** Errors of the program itself, and the reason of an abort, are no matter of the file. */
function isOfSystem(cause: unknown): boolean {
  return Object.values(Deno.errors).some((each) => cause instanceof each) ||
    /\(os error \d+\)|NUL byte/.test(toError(cause).message);
}
