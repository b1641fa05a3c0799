import { dirname } from "node:path";
import { AppError, usageError } from "../../lib/errors.ts";
import { describeFileError } from "./file_error.ts";
import { mayWrite } from "./may_write.ts";

/** Throws AppError `file_unwritable` (exit code 2) if the program may not write a file at the path, or it is a folder. */
export async function assertWritable(path: string): Promise<void> {
  if (!await mayWrite(path)) {
    throw usageError(
      "file_unwritable",
      `Writing ${path}: it is outside the folders that showtime may use`,
      "Run it in the folder that holds the file, or above",
    );
  }
  const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  if (isFolder) {
    throw usageError("file_unwritable", `Writing ${path}: there is a folder of that name`, "Name a file");
  }
}

/** Writes a file as a whole, and makes its folders: a reader never sees half of it. Throws AppError `file_unwritable`. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const half = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(half, text, { createNew: true });
    await Deno.rename(half, path);
  } catch (cause) {
    await Deno.remove(half).catch(() => {});
    throw new AppError("file_unwritable", `Writing ${path}: ${describeFileError(cause)}`, {
      cause,
      hint: "Name a file in a folder that has room and that you may write to",
    });
  }
}
