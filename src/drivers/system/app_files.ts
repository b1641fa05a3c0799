import { relative, sep } from "node:path";
import type { AppFiles } from "../../contexts/ports/app_files.ts";
import { AppError, usageError } from "../../lib/errors.ts";
import { describeFileError } from "./file_error.ts";

/** The largest file that is read: a tree has at most half of it. */
const LARGEST = 16 * 1024 * 1024;

/** Makes the port to app files. */
export function makeAppFiles(): AppFiles {
  return {
    async read(path, { within } = {}) {
      if (path === "") {
        throw usageError("file_unreadable", "Reading a file: its path is empty", "Name a file");
      }
      try {
        const real = await Deno.realPath(path);
        if (within !== undefined) assertWithin({ path, real, folder: await Deno.realPath(within) });
        const { isFile, size } = await Deno.stat(real);
        if (!isFile) throw unreadable(path, "it is no file");
        if (size > LARGEST) throw unreadable(path, `it has ${size} bytes, and the limit is ${LARGEST}`);
        return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(real));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        if (error instanceof AppError) throw error;
        if (error instanceof TypeError) throw unreadable(path, "it is not UTF-8 text");
        throw unreadable(path, describeFileError(error));
      }
    },
  };
}

function assertWithin(
  { path, real, folder }: { readonly path: string; readonly real: string; readonly folder: string },
): void {
  const way = relative(folder, real);
  if (way !== ".." && !way.startsWith(`..${sep}`) && way !== real) return;
  throw usageError(
    "base_outside",
    `Reading ${path}: it is a link that leads out of ${folder}`,
    "Copy the file into the folder of bases",
  );
}

function unreadable(path: string, state: string) {
  return usageError("file_unreadable", `Reading ${path}: ${state}`, "Make it a readable file");
}
