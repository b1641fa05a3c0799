import { dirname, isAbsolute, join, normalize } from "node:path";
import { AppError, toError, usageError } from "../../lib/errors.ts";
import { describeFileError } from "./file_error.ts";
import type { Files } from "../../ports/files.ts";

/** Makes the port to the files of a folder. A path that leads out of the folder throws RangeError. */
export function makeFiles(folder: string): Files {
  return {
    async read(path) {
      const place = placeOf(folder, path);
      try {
        return await Deno.readTextFile(place);
      } catch (cause) {
        if (cause instanceof Deno.errors.NotFound) return undefined;
        throw usageError("file_unreadable", `Reading ${path}: ${describe(cause)}`, "Make it a readable file");
      }
    },
    async write(path, text) {
      const place = placeOf(folder, path);
      try {
        await Deno.mkdir(dirname(place), { recursive: true });
        await Deno.writeTextFile(place, text);
      } catch (cause) {
        const hint = "Run it in a folder that you may write to";
        throw new AppError("file_unwritable", `Writing ${path}: ${describe(cause)}`, { cause, hint });
      }
    },
    async append(path, text) {
      try {
        await Deno.writeTextFile(path, text, { append: true });
      } catch (cause) {
        if (!(cause instanceof Deno.errors.NotCapable)) throw cause;
        throw new Error(describeFileError(cause), { cause });
      }
    },
  };
}

function placeOf(folder: string, path: string): string {
  const clean = normalize(path);
  if (clean.startsWith("..") || isAbsolute(clean)) {
    throw new RangeError(`"${path}" leads out of the folder`);
  }
  return join(folder, clean);
}

function describe(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "it is not allowed here";
  }
  if (error instanceof Deno.errors.IsADirectory) return "there is a folder of that name";
  return toError(error).message.replace(/ \(os error \d+\)/g, "");
}
