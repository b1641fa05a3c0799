import { dirname } from "node:path";

/** Files of contexts hold secrets: only this account reads a new one. */
const NEW_MODE = 0o600;

/**
 * Writes a file as a whole, onto the disk: a reader and a kill see the old text or the new one. `half` is the file that
 * is written first. Links are followed, and the mode of an existing file stays. Errors of the system are thrown as they
 * are.
 */
export async function writeWhole(
  path: string,
  { half, text }: { half: string; text: string },
): Promise<void> {
  try {
    await writeHalf(half, { text, mode: await modeOf(path) ?? NEW_MODE });
    await Deno.rename(half, path);
  } catch (error) {
    // It may have taken the last room of the disk.
    await Deno.remove(half).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

async function writeHalf(path: string, { text, mode }: { text: string; mode: number }): Promise<void> {
  const file = await Deno.open(path, { write: true, create: true, truncate: true, mode: NEW_MODE });
  try {
    await writeAll(file, new TextEncoder().encode(text));
    await file.sync();
  } finally {
    file.close();
  }
  if (mode !== NEW_MODE) await Deno.chmod(path, mode);
}

/** Removes a file, from the disk too; false if it is absent. */
export async function removeWhole(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

/** Reads a file; undefined if it is absent. Throws Deno.errors.InvalidData for anything but UTF-8. */
export async function readWhole(path: string): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    // A reader that replaces what it cannot read would have the next version lose it.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Deno.errors.InvalidData("it is not UTF-8", { cause });
  }
}

/** Follows links to the file itself, whose folder takes the files beside it. */
export async function followLinks(path: string): Promise<string> {
  try {
    return (await Deno.lstat(path)).isSymlink ? await Deno.realPath(path) : path;
  } catch {
    // It is absent, or the next step says why it cannot be used.
    return path;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    const { mode } = await Deno.stat(path);
    return mode === null ? undefined : mode & 0o777;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A rename is lasting when its folder is on the disk. Not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path);
    await folder.sync();
  } catch {
    // The file itself is whole in any case.
  }
}
