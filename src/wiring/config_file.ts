/** Finds the configuration file: from the working folder up to the root of the clone, here or on the base branch. */

import { posix } from "node:path";
// This module does not load the packages that read the file: without a file they are not needed.
import { CONFIG_FILE, isMisnamed, MISNAMED_FILES, misnamedFile } from "../config/file_names.ts";
import { type ClonePlace, describeFileError } from "../drivers/system/mod.ts";
import type { Forge } from "../environments/ports/forge.ts";
import { usageError } from "../lib/errors.ts";
import type { PrNumber } from "../lib/ids.ts";

/** The configuration file that was found, and the folder that its paths count from. */
export interface FoundConfig {
  /** Undefined if there is no file. `path` is the path in messages. */
  readonly file: { readonly path: string; readonly text: string } | undefined;
  /** The path of the file's folder from the working folder; without a file, of the root of the clone. */
  readonly folder: string;
}

/** Reads the file that `--config` names. `remedy` is the hint if it cannot be read. */
export async function readNamed(
  path: string,
  remedy = "Check the path given to --config",
): Promise<FoundConfig> {
  const text = await read(path, remedy, `Reading the configuration "${path}"`);
  // A pipe, as in --config <(…), has no folder of its own.
  const folder = isFileAt(path) ? path.replace(/[^\\/]*$/, "").replace(/(?<=.)[\\/]$/, "") : "";
  return { file: { path, text }, folder: folder === "" ? "." : folder };
}

/** Looks for the file in the working folder and above, and reads it. A misnamed file throws AppError. */
export async function findHere(place: ClonePlace | undefined): Promise<FoundConfig> {
  const depth = place?.depth ?? 0;
  for (let ups = 0; ups <= depth; ups++) {
    const folder = climb(ups);
    const prefix = folder === "." ? "" : `${folder}/`;
    const names = namesIn(folder);
    if (names.includes(CONFIG_FILE)) {
      const path = `${prefix}${CONFIG_FILE}`;
      const text = await read(path, "Make it readable, or name another with --config", `Reading ${path}`);
      return { file: { path, text }, folder };
    }
    const misnamed = names.find(isMisnamed) ?? misnamedBelow(folder);
    if (misnamed !== undefined) throw misnamedFile(misnamed, { folder: prefix });
  }
  return { file: undefined, folder: climb(depth) };
}

/** Looks for the file on the base branch, in the folders that {@link findHere} would look in. */
export async function findOnBase(
  forge: Pick<Forge, "readBaseFiles">,
  { place, pr }: { readonly place: ClonePlace | undefined; readonly pr: PrNumber | undefined },
  signal: AbortSignal,
): Promise<FoundConfig> {
  const parts = place === undefined || place.prefix === "" ? [] : place.prefix.split("/");
  const folders = [...parts.keys()].toReversed().map((index) => `${parts.slice(0, index + 1).join("/")}/`);
  const prefixes = [...folders, ""];
  const wanted = prefixes.flatMap((prefix) => [CONFIG_FILE, ...MISNAMED_FILES].map((name) => prefix + name));
  const texts = await forge.readBaseFiles(wanted, { pr }, signal);
  for (const [ups, prefix] of prefixes.entries()) {
    const text = texts.get(`${prefix}${CONFIG_FILE}`);
    if (text !== undefined) {
      return { file: { path: `${prefix}${CONFIG_FILE} (base branch)`, text }, folder: climb(ups) };
    }
    const misnamed = MISNAMED_FILES.find((name) => texts.has(prefix + name));
    if (misnamed !== undefined) {
      throw misnamedFile(misnamed, { folder: prefix, where: " on the base branch" });
    }
  }
  return { file: undefined, folder: climb(parts.length) };
}

/** Returns the path on the base branch of a file that the working folder sees as `path`. */
export function pathOnBase(path: string, place: ClonePlace | undefined): string {
  return posix.normalize(posix.join(place?.prefix ?? "", path.replaceAll("\\", "/")));
}

/** Whether the working folder has the file, which has no effect in Actions. An unreadable folder is no error. */
export async function isHere(): Promise<boolean> {
  try {
    return (await Deno.stat(CONFIG_FILE)).isFile;
  } catch {
    return false;
  }
}

function climb(ups: number): string {
  return ups === 0 ? "." : Array(ups).fill("..").join("/");
}

function namesIn(folder: string): readonly string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  } catch {
    // The folder cannot be listed. A file in it may be readable all the same.
    return statOf(`${folder}/${CONFIG_FILE}`) === undefined ? [] : [CONFIG_FILE];
  }
}

/** Finds a misnamed file in the folders of the clone that other tools read. */
function misnamedBelow(folder: string): string | undefined {
  return MISNAMED_FILES.find((name) => name.includes("/") && isFileAt(`${folder}/${name}`));
}

function isFileAt(path: string): boolean {
  return statOf(path)?.isFile === true;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

async function read(path: string, hint: string, action: string): Promise<string> {
  try {
    // A pipe may have to be waited for. The text of a file is there at once, before another thread would answer.
    return isFileAt(path) ? Deno.readTextFileSync(path) : await Deno.readTextFile(path);
  } catch (error) {
    throw usageError("config_unreadable", `${action}: ${describeFileError(error)}`, hint);
  }
}
