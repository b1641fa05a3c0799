/** Looks into executables, also those that this machine cannot run. */

import { createHash } from "node:crypto";
import { permissionFlags } from "../../../src/wiring/permissions.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Permissions by name, as `allow_run`; an empty list stands for no limit. */
export type Permissions = ReadonlyMap<string, readonly string[]>;

/** What Deno wrote into an executable. */
export interface BakedOptions {
  readonly permissions: Permissions;
  /** Whether it asks a person for what it is not permitted. */
  readonly prompt: unknown;
  readonly codeCacheKey: unknown;
  readonly logLevel: unknown;
}

/** Reads what Deno wrote into an executable. */
export function bakedOptions(file: Bytes): BakedOptions {
  const text = new TextDecoder("latin1").decode(file);
  const start = text.lastIndexOf('{"argv":[');
  if (start < 0) throw new Error("Reading an executable: it holds no options");
  // They are followed by bytes that no JSON has.
  const end = text.indexOf("\0", start);
  const { permissions, code_cache_key: codeCacheKey, log_level: logLevel } = JSON.parse(
    text.slice(start, text.lastIndexOf("}", end) + 1),
  );
  const { prompt, allow_import: _, ...others } = permissions;
  const given = Object.entries<readonly string[] | null>(others).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const]
  );
  return { permissions: new Map(given), prompt, codeCacheKey, logLevel };
}

/** What an executable for a system is to hold. */
export function wantedPermissions(os: string): Permissions {
  const given = new Map(
    permissionFlags(os).map((flag) => {
      const [name = "", value] = flag.replace(/^--/, "").split("=");
      return [name.replace("-", "_"), value === undefined ? [] : value.split(",")];
    }),
  );
  given.delete("no_prompt");
  return given;
}

/** The processor and system that an executable says it is for, as Deno names them. */
export function targetOf(file: Bytes): string {
  const view = viewOf(file);
  if (view.getUint32(0) === 0x7f454c46) {
    return `${PROCESSORS.get(view.getUint16(0x12, true)) ?? "unknown"}-unknown-linux-gnu`;
  }
  if (view.getUint16(0) === 0x4d5a) {
    const machine = view.getUint16(view.getUint32(0x3c, true) + 4, true);
    return `${PROCESSORS.get(machine) ?? "unknown"}-pc-windows-msvc`;
  }
  if (view.getUint32(0, true) === 0xfeedfacf) {
    return `${PROCESSORS.get(view.getUint32(4, true)) ?? "unknown"}-apple-darwin`;
  }
  return "unknown";
}

/** By the numbers that the formats have for them. */
const PROCESSORS: ReadonlyMap<number, string> = new Map([
  [0x3e, "x86_64"],
  [0xb7, "aarch64"],
  [0x8664, "x86_64"],
  [0x01000007, "x86_64"],
  [0x0100000c, "aarch64"],
]);

/**
 * Whether an executable for macOS is signed, if by nobody, so that each of its pages is what was signed: those for ARM
 * do not start otherwise. False also where there is no signature.
 */
export function isSigned(file: Bytes): boolean {
  const view = viewOf(file);
  for (let index = 0, at = 32; index < view.getUint32(16, true); index++) {
    if (view.getUint32(at, true) === 0x1d) return hasItsPages(file, view.getUint32(at + 8, true));
    at += view.getUint32(at + 4, true);
  }
  return false;
}

/** Compares the pages with the hashes in the directory that the signature begins with. */
function hasItsPages(file: Bytes, signature: number): boolean {
  const view = viewOf(file);
  const directory = signature + view.getUint32(signature + 16);
  const hashes = directory + view.getUint32(directory + 16);
  const count = view.getUint32(directory + 28);
  const end = view.getUint32(directory + 32);
  const pageBytes = 2 ** view.getUint8(directory + 39);
  if (view.getUint32(directory) !== 0xfade0c02 || end !== signature) return false;
  if (count !== Math.ceil(end / pageBytes)) return false;
  for (let index = 0; index < count; index++) {
    const page = file.subarray(index * pageBytes, Math.min((index + 1) * pageBytes, end));
    const expected = file.subarray(hashes + 32 * index, hashes + 32 * (index + 1));
    if (createHash("sha256").update(page).digest().compare(expected) !== 0) return false;
  }
  return true;
}

function viewOf(file: Bytes): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}
