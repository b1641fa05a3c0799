import { toError } from "../../lib/errors.ts";

/** Describes for people why a file could not be used, without the wording of Deno and the system. */
export function describeFileError(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "it is outside the folders that showtime may use";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  const said = toError(error).message;
  if (/no space left|quota exceeded/i.test(said)) return "the disk is full";
  // Deno adds its own call: `: writefile '/tmp/x'`.
  return said.replace(/ \(os error \d+\)/g, "").replace(/: \w+ '.*'$/s, "");
}
