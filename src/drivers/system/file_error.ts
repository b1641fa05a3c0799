import { toError } from "../../lib/errors.ts";

/** Describes for people why a file could not be used, without the wording of Deno and the system. */
export function describeFileError(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "it is outside the folders that showtime may use";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return toError(error).message.replace(/ \(os error \d+\)/g, "");
}
