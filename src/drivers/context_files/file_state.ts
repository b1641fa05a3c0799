/** Reads which version of a context a file holds, from its text and the sidecar beside it. */

import { isValueMap, type ValueMap } from "../../contexts/core/tree/value.ts";
import type { VersionMark } from "../../contexts/core/version.ts";
import { AppError } from "../../lib/errors.ts";
import { sha256 } from "../../lib/sha256.ts";
import { readWhole } from "./atomic_file.ts";
import { type FileRecord, parseSidecar, type Sidecar } from "./sidecar.ts";
import type { ParsedTree } from "./tree_format.ts";

/** The files of a store. */
export interface StoreFiles {
  /** Names the store in messages. */
  readonly name: string;
  readonly path: string;
  /** Says which version the file holds. */
  readonly sidecar: string;
  /** Parses a text of the file. */
  readonly parse: (text: string) => Promise<ParsedTree>;
}

/** The content of a file. */
export interface FileState {
  /** The ID that stands in the tree. */
  readonly context: string;
  readonly tree: ValueMap;
  readonly record: FileRecord;
  readonly claims: Sidecar["claims"];
  /** Whether another program wrote the file. The record is then a new version, which no sidecar describes yet. */
  readonly isForeign: boolean;
}

/**
 * Reads a file; undefined if it is absent. `time` is the time of a version that another program wrote. Throws AppError
 * `store_damaged`.
 */
export async function readFileState(files: StoreFiles, time: string): Promise<FileState | undefined> {
  // The file comes last: it is never older than the sidecar says, except between the two writes of a version.
  const sidecar = readSidecar(files);
  const text = readWhole(files.path);
  if (text === undefined) return undefined;
  const parsed = await files.parse(text);
  if ("problem" in parsed) throw damaged(files, parsed.problem);
  const state = parsed.tree.get("state");
  const context = isValueMap(state) ? state.get("cicdContextDataId") : undefined;
  if (typeof context !== "string") {
    throw damaged(files, "state.cicdContextDataId is missing, so it is no context");
  }
  const hash = await sha256(text);
  const own = sidecar?.context === context ? sidecar : undefined;
  const known = [own?.now, own?.before].find((record) => record?.hash === hash);
  return {
    context,
    tree: parsed.tree,
    record: known ?? {
      newest: {
        version: (own?.now.newest.version ?? 0) + 1,
        time,
        actor: "unknown",
        operations: [{ op: "replace" }],
      },
      keys: own?.now.keys ?? {},
      hash,
    },
    claims: own?.claims ?? new Map(),
    isForeign: known === undefined,
  };
}

/** Reads the mark of the version without its tree; undefined if that takes the whole state. */
export async function readKnownVersion(
  files: StoreFiles,
): Promise<{ readonly context: string; readonly newest: VersionMark } | undefined> {
  const sidecar = readSidecar(files);
  const text = sidecar === undefined ? undefined : readWhole(files.path);
  if (sidecar === undefined || text === undefined) return undefined;
  const hash = await sha256(text);
  const known = [sidecar.now, sidecar.before].find((record) => record?.hash === hash);
  return known === undefined ? undefined : { context: sidecar.context, newest: markOf(known.newest) };
}

/** Returns the mark of a version. */
export function markOf({ version, time }: VersionMark): VersionMark {
  return { version, time };
}

function readSidecar({ name, sidecar }: StoreFiles): Sidecar | undefined {
  const text = readWhole(sidecar);
  if (text === undefined) return undefined;
  const parsed = parseSidecar(text);
  if (parsed !== undefined) return parsed;
  throw new AppError("store_damaged", `Reading ${name}: ${sidecar} is not what showtime writes`, {
    hint: `Restore it, or delete it: the versions then begin again at 1`,
  });
}

function damaged({ name, path }: StoreFiles, problem: string): AppError {
  return new AppError("store_damaged", `Reading ${name}: ${problem}`, {
    hint: `Restore ${path}, or delete it and make the context again`,
  });
}
