/** Exports that are complete: what a ZIP lacks is fetched again, by itself if necessary. */

import { FOLDERS, parseUuid } from "../../assets/core/asset.ts";
import type { AssetKind } from "../../assets/core/asset.ts";
import { type BundleFile, readBundle } from "../../assets/core/bundle.ts";
import type { Exported } from "../../assets/ports/superset.ts";
import { AppError } from "../../lib/errors.ts";
import { messageOf } from "./answers.ts";
import type { Connection } from "./connection.ts";
import { formatQuery } from "./rison.ts";
import { readZip } from "./zip.ts";

/** A list of ids is part of the request line, which servers limit to some 4,000 bytes; a request may not take minutes. */
const CHUNK = 50;
const AT_ONCE = 3;

type ExportedKind = Exclude<AssetKind, "theme">;

/** The subject of an export. */
export interface ExportRequest {
  readonly kind: ExportedKind;
  readonly ids: readonly number[];
  readonly progress?: ((assets: number, bytes: number) => void) | undefined;
}

/** Exports assets with everything that they refer to. A chunk that the server refuses is halved down to the guilty asset. */
export async function exportAssets(
  connection: Connection,
  { kind, ids, progress }: ExportRequest,
  signal: AbortSignal,
): Promise<Exported> {
  const files = new Map<string, BundleFile>();
  const missing: Exported["missing"][number][] = [];
  const chunks: (readonly number[])[] = [];
  for (let start = 0; start < ids.length; start += CHUNK) chunks.push(ids.slice(start, start + CHUNK));

  async function fetchChunk(chunk: readonly number[]): Promise<void> {
    const outcome = await fetchOnce(connection, { kind, ids: chunk }, signal);
    if ("reason" in outcome) {
      const [id] = chunk;
      if (chunk.length === 1 && id !== undefined) missing.push({ kind, id, reason: outcome.reason });
      else {
        const half = Math.ceil(chunk.length / 2);
        await fetchChunk(chunk.slice(0, half));
        await fetchChunk(chunk.slice(half));
      }
      return;
    }
    const primary = outcome.files.filter((file) => file.kind === kind);
    // Two assets whose files get one name are one file in the ZIP: the server drops the second without a word.
    if (primary.length < chunk.length && chunk.length > 1) {
      for (const id of chunk) await fetchChunk([id]);
      return;
    }
    for (const file of outcome.files) {
      files.set(`${file.kind} ${parseUuid(file.tree["uuid"]) ?? file.path}`, file);
    }
    progress?.(primary.length, outcome.bytes);
  }

  async function work(): Promise<void> {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) await fetchChunk(chunk);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { files: [...files.values()], missing };
}

type FetchOutcome =
  | { readonly files: readonly BundleFile[]; readonly bytes: number }
  | { readonly reason: string };

async function fetchOnce(
  connection: Connection,
  { kind, ids }: ExportRequest,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  const source = `${ids.length} ${FOLDERS[kind]} of ${connection.name}`;
  for (let last = false;; last = true) {
    const path = `/api/v1/${kind}/export/?q=${formatQuery(ids)}`;
    const answer = await connection.read({ method: "GET", path }, signal);
    if (answer.status === 404 || answer.status === 500) {
      return { reason: `${answer.status} ${messageOf(answer)}` };
    }
    const isZip = answer.bytes[0] === 0x50 && answer.bytes[1] === 0x4b;
    if (answer.status !== 200 || !isZip) throw connection.unexpected(`Exporting ${FOLDERS[kind]}`, answer);
    try {
      return { ...readFiles(readZip(answer.bytes, source), source), bytes: answer.bytes.length };
    } catch (error) {
      // A cut ZIP is asked for again, once.
      if (last || !(error instanceof AppError) || !error.retryable) throw error;
    }
  }
}

function readFiles(
  members: Iterable<readonly [string, string]>,
  source: string,
): { readonly files: readonly BundleFile[] } {
  const { files, problems } = readBundle(members);
  const [problem] = problems;
  if (problem === undefined) return { files };
  throw new AppError(
    "superset_answer_unexpected",
    `Reading the export of ${source}: ${problem.path} is no YAML (${problem.message})`,
    {
      hint: "Look at this asset in Superset; a character in it cannot be written as YAML",
    },
  );
}
