import { dirname } from "node:path";

// Each call is synchronous: an asynchronous one waits for another thread, which takes several times as long as the call.

/** Files of contexts hold secrets: only this account reads a new one. */
const NEW_MODE = 0o600;

/** How a file is written. */
export interface WholeWrite {
  /** The file that is written first. */
  readonly half: string;
  readonly text: string;
  /** Whether the new text has to survive a power cut. Otherwise the old or the new one does; to wait for the disk takes long. */
  readonly lasting: boolean;
}

/**
 * Writes a file as a whole: a reader, a kill and a power cut leave the old text or the new one. Links are followed, and the mode
 * of an existing file stays. Errors of the system are thrown as they are.
 */
export function writeWhole(path: string, { half, text, lasting }: WholeWrite): void {
  try {
    writeHalf(half, { text, mode: modeOf(path) ?? NEW_MODE });
    Deno.renameSync(half, path);
  } catch (error) {
    // It may have taken the last room of the disk.
    removeQuietly(half);
    throw error;
  }
  if (lasting) syncFolder(dirname(path));
}

function writeHalf(path: string, { text, mode }: { text: string; mode: number }): void {
  const file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: NEW_MODE });
  try {
    writeAll(file, new TextEncoder().encode(text));
    file.syncSync();
  } finally {
    file.close();
  }
  if (mode !== NEW_MODE) Deno.chmodSync(path, mode);
}

/** Removes a file, from the disk too; false if it is absent. */
export function removeWhole(path: string): boolean {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  syncFolder(dirname(path));
  return true;
}

/** Reads a file; undefined if it is absent. Throws Deno.errors.InvalidData for anything but UTF-8. */
export function readWhole(path: string): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(path);
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
export function followLinks(path: string): string {
  try {
    return Deno.lstatSync(path).isSymlink ? Deno.realPathSync(path) : path;
  } catch {
    // It is absent, or the next step says why it cannot be used.
    return path;
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made.
  }
}

function modeOf(path: string): number | undefined {
  try {
    const { mode } = Deno.statSync(path);
    return mode === null ? undefined : mode & 0o777;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A rename is lasting when its folder is on the disk. Not every system can open a folder. */
function syncFolder(path: string): void {
  try {
    using folder = Deno.openSync(path);
    folder.syncSync();
  } catch {
    // The file itself is whole in any case.
  }
}
