import { toError } from "../lib/errors.ts";

/** Why a file could not be used, in words for people: without the engine's and the system's own. */
export function describeFileError(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "it may not be read";
  if (error instanceof Deno.errors.NotCapable) return "it is in none of the folders that showtime may use";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return toError(error).message.replace(/ \(os error \d+\)/g, "");
}
