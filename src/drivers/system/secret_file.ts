/** Files in `.showtime`, readable for this account only, in a folder that Git ignores. */

import { dirname, join } from "node:path";
import { AppError, toError, usageError } from "../../lib/errors.ts";
import { mayWrite } from "./may_write.ts";

const SECRET_MODE = 0o600;

/** Reads a file; undefined if it does not exist. Throws AppError `file_unreadable`. */
export async function readSecret(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new AppError("file_unreadable", `Reading ${path}: ${wordsOf(error)}`, {
      cause: error,
      hint: "Make it readable for this account",
    });
  }
}

/** Writes a file as a whole. Throws AppError `file_unwritable`; exit code 2 if the program may not write there. */
export async function writeSecret(path: string, text: string): Promise<void> {
  await prepareSecret(path);
  // A reader, and a run that is killed, never see half a file.
  const half = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    await Deno.writeTextFile(half, text, { mode: SECRET_MODE, createNew: true });
    await Deno.rename(half, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Opens a file for writing, and creates it if it does not exist. Throws as {@link writeSecret} does. */
export async function openSecret(path: string): Promise<Deno.FsFile> {
  await prepareSecret(path);
  try {
    return await Deno.open(path, { create: true, write: true, mode: SECRET_MODE });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Deletes a file; returns whether there was one. Throws as {@link writeSecret} does. */
export async function removeSecret(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw unwritable(path, error);
  }
}

/** Makes the folder of a file, and lets `.showtime` ignore itself in Git. Throws as {@link writeSecret} does. */
export async function prepareSecret(path: string): Promise<void> {
  if (!await mayWrite(path)) throw unwritable(path, new Deno.errors.NotCapable());
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const top = /^(.*?\.showtime)(?:\/|\\|$)/.exec(path)?.[1];
    if (top !== undefined) await hideFolder(top);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Lets Git ignore a folder with everything in it, unless a person wrote other rules into it. */
export async function hideFolder(folder: string): Promise<void> {
  try {
    await Deno.writeTextFile(join(folder, ".gitignore"), "*\n", { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

function unwritable(path: string, cause: unknown): AppError {
  const said = `Writing ${path}: ${wordsOf(cause)}`;
  if (cause instanceof Deno.errors.NotCapable) {
    return usageError("file_unwritable", said, "Run it in the folder that holds the file, or above");
  }
  return new AppError("file_unwritable", said, { cause, hint: "Run it in a folder that you may write to" });
}

function wordsOf(cause: unknown): string {
  return cause instanceof Deno.errors.NotCapable
    ? "it is outside the folders that showtime may use"
    : toError(cause).message.replace(/ \(os error \d+\)/g, "");
}
