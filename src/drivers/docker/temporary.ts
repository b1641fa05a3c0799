import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../lib/errors.ts";

/**
 * Runs `use` with a new folder that only this user can read, and removes it at the end. Deno's own function
 * for temporary folders asks for the right to write everywhere in the system's temporary folder. Deno refuses
 * that right if the docker command lies below that folder.
 */
export async function withTemporaryFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = join(tmpdir(), `showtime-${crypto.randomUUID()}`);
  try {
    await Deno.mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    throw new AppError("temporary_folder", `Making a temporary folder: "${tmpdir()}" cannot be written to`, {
      cause,
      hint: "Make it writable, or set TMPDIR to a folder that is",
    });
  }
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}
