/** The ZIPs of Superset: read with limits, written with the members in the order given. */

import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { AppError, toError } from "../../lib/errors.ts";

const MAX_MEMBER_BYTES = 100 * 1024 * 1024;
const MAX_RATIO = 200;

/** The files of a ZIP without its root folder, in their order. */
export type ZipFiles = ReadonlyMap<string, string>;

/**
 * Reads a ZIP. The first part of each path, the root folder, is left out. Throws AppError `superset_zip_refused` for a
 * damaged file, a path that leads out, a link, a member over 100 MB, or a ratio over 200 (assets.md, "Security").
 */
export function readZip(bytes: Uint8Array, source: string): ZipFiles {
  const refuse = (why: string, cause?: unknown) =>
    new AppError("superset_zip_refused", `Reading the ZIP of ${source}: ${why}`, {
      retryable: true,
      hint: "Run it again. If it stays so, look at what lies between: a proxy may cut or change answers",
      ...(cause === undefined ? {} : { cause }),
    });
  let unpacked: Record<string, Uint8Array>;
  try {
    const link = findLink(bytes);
    if (link !== undefined) throw refuse(`"${link}" is a symbolic link`);
    unpacked = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        const parts = name.replaceAll("\\", "/").split("/");
        if (/^(?:\/|[A-Za-z]:)/.test(name) || parts.includes("..")) {
          throw refuse(`"${name}" leads out of the folder`);
        }
        if (originalSize > MAX_MEMBER_BYTES) throw refuse(`"${name}" is larger than 100 MB`);
        if (size > 0 && originalSize / size > MAX_RATIO) {
          throw refuse(`"${name}" is packed more than 200 to 1`);
        }
        return !name.endsWith("/");
      },
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refuse(`it is damaged (${toError(error).message})`, error);
  }
  const names = Object.keys(unpacked);
  const rooted = names.every((name) => name.includes("/"));
  const files = new Map<string, string>();
  for (const name of names) {
    const bytes = unpacked[name];
    if (bytes !== undefined) files.set(rooted ? name.slice(name.indexOf("/") + 1) : name, strFromU8(bytes));
  }
  return files;
}

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_LARGE_DIRECTORY = 0x06064b50;
/** The bytes of the end of a directory, and of an entry without its name. */
const [END_BYTES, ENTRY_BYTES] = [22, 46];
const [FILE_TYPE, LINK_TYPE] = [0o170000, 0o120000];

/** Returns the name of the first member that is a symbolic link. Throws RangeError for a damaged ZIP. */
function findLink(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  // A comment of up to 64 KB may follow.
  let end = bytes.length - END_BYTES;
  while (u32(end) !== END_OF_DIRECTORY) end--;
  let [count, at] = [u16(end + 8), u32(end + 16)];
  if (count === 0xffff || at === 0xffffffff) {
    const large = u32(end - 12);
    if (u32(large) === END_OF_LARGE_DIRECTORY) [count, at] = [u32(large + 32), u32(large + 48)];
  }
  for (; count > 0; count--) {
    const name = bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + u16(at + 28));
    // The upper half of the external attributes is the file's mode on Unix, and 0 elsewhere.
    if ((u16(at + 40) & FILE_TYPE) === LINK_TYPE) return strFromU8(name);
    at += ENTRY_BYTES + u16(at + 28) + u16(at + 30) + u16(at + 32);
  }
  return undefined;
}

/** Writes files as a ZIP below one root folder. Members that repeat themselves stay below Superset's limit of 200 to 1. */
export function writeZip(
  root: string,
  files: Iterable<readonly [path: string, text: string]>,
): Uint8Array<ArrayBuffer> {
  const members: Record<string, Uint8Array> = {};
  for (const [path, text] of files) members[`${root}/${path}`] = strToU8(text);
  const packed = zipSync(members, { level: 6, mtime: "1980-01-01T00:00:00" });
  const size = Object.values(members).reduce((sum, { length }) => sum + length, 0);
  const bytes = size / packed.length < MAX_RATIO / 2
    ? packed
    : zipSync(members, { level: 0, mtime: "1980-01-01T00:00:00" });
  return new Uint8Array(bytes);
}
