/** Imports a chunk of assets. A chunk that is refused is narrowed down to the guilty asset. */

import type { Assets, PushedKind, Uuid } from "../../core/asset.ts";
import { parseUuid } from "../../core/asset.ts";
import { isPushed } from "../../core/asset.ts";
import { type Hash, hashAsset } from "../../core/hash.ts";
import type { ImportOutcome } from "../../ports/superset.ts";
import type { AssetsPorts, Instance } from "../assets_ports.ts";
import { toFolder } from "../observe_instance.ts";
import { bundleChunk, type BundleSource, uuidOfMember } from "./bundle_chunk.ts";
import { dependenciesOf, type Outcomes } from "./outcomes.ts";
import type { PreparedPush } from "./prepare_push.ts";

/** The things that an import works with. */
export interface ImportTools {
  readonly instance: Instance;
  readonly ports: AssetsPorts;
  readonly prepared: PreparedPush;
  readonly outcomes: Outcomes;
  /** The numeric ids on the instance; new ones are added. */
  readonly ids: Map<Uuid, number>;
  readonly source: BundleSource;
  readonly continueOnError: boolean;
}

/**
 * Imports a chunk and records what became of each asset. Returns false if the push has to stop: an asset failed, and the
 * others are not wanted without it.
 */
export async function importChunk(
  tools: ImportTools,
  { kind, chunk }: { readonly kind: PushedKind; readonly chunk: readonly Uuid[] },
  signal: AbortSignal,
): Promise<boolean> {
  const { instance, outcomes, continueOnError } = tools;
  const files = bundleChunk(chunk, tools.source);
  let outcome = await instance.server.import(kind, files, { overwrite: true }, signal);
  if (outcome.kind === "unclear") outcome = await lookUp(tools, { kind, chunk, outcome }, signal);
  if (outcome.kind === "done") {
    for (const uuid of chunk) outcomes.set(uuid, { result: "done" });
    return true;
  }
  const guilty = outcome.kind === "refused"
    ? guiltyOf(outcome, { chunk, prepared: tools.prepared })
    : new Map<Uuid, Guilt>();
  if (guilty.size > 0) {
    for (const [uuid, about] of guilty) outcomes.set(uuid, { result: "failed", reason: "refused", ...about });
    const rest = chunk.filter((uuid) => !guilty.has(uuid) && !outcomes.isHeldBack(uuid));
    if (!continueOnError) return false;
    return rest.length === 0 || await importChunk(tools, { kind, chunk: rest }, signal);
  }
  const [only] = chunk;
  if (chunk.length === 1 && only !== undefined) {
    // A server can fail after it has written.
    if (outcome.kind === "failed" && await hasArrived(tools, { kind, chunk }, signal)) {
      outcomes.set(only, { result: "done" });
      return true;
    }
    outcomes.set(only, { result: "failed", reason: "refused", message: outcome.message });
    return continueOnError;
  }
  const half = Math.ceil(chunk.length / 2);
  const goesOn = await importChunk(tools, { kind, chunk: chunk.slice(0, half) }, signal);
  return goesOn && await importChunk(tools, { kind, chunk: chunk.slice(half) }, signal);
}

interface Guilt {
  /** Names the file of the folder, and each field that the server names. */
  readonly message: string;
  readonly fields: readonly string[];
}

/** Finds the assets that a refusal names. A refused dependency makes the assets that use it guilty. */
function guiltyOf(
  outcome: ImportOutcome & { readonly kind: "refused" },
  { chunk, prepared: { ours, paths } }: {
    readonly chunk: readonly Uuid[];
    readonly prepared: Pick<PreparedPush, "ours" | "paths">;
  },
): ReadonlyMap<Uuid, Guilt> {
  const guilty = new Map<Uuid, Guilt>();
  for (const [path, complaints] of Object.entries(outcome.files)) {
    const uuid = uuidOfMember(path);
    if (uuid === undefined) continue;
    const said = complaints.map(({ field, message }) =>
      field === undefined ? message : `${field}: ${message}`
    );
    const message = `${paths.get(uuid) ?? path}: ${said.join("; ")}`;
    for (const each of chunk) {
      const asset = ours.get(each);
      if (each === uuid) {
        guilty.set(each, {
          message,
          fields: complaints.flatMap(({ field }) => field ?? []),
        });
      } else if (asset !== undefined && dependenciesOf(asset, ours).includes(uuid)) {
        guilty.set(each, { message, fields: [] });
      }
    }
  }
  return guilty;
}

/** After an import without a clear answer: looks whether it took effect, and sends it once more if it did not. */
async function lookUp(
  tools: ImportTools,
  { kind, chunk, outcome }: {
    readonly kind: PushedKind;
    readonly chunk: readonly Uuid[];
    readonly outcome: ImportOutcome & { readonly kind: "unclear" };
  },
  signal: AbortSignal,
): Promise<ImportOutcome> {
  let { message } = outcome;
  for (const isLast of [false, true]) {
    await tools.ports.clock.sleep(2_000, signal);
    if (await hasArrived(tools, { kind, chunk }, signal)) return { kind: "done" };
    if (isLast) break;
    const again = await tools.instance.server.import(kind, bundleChunk(chunk, tools.source), {
      overwrite: true,
    }, signal);
    if (again.kind !== "unclear") return again;
    ({ message } = again);
  }
  return { kind: "failed", message };
}

/** Whether the instance has the content of a chunk. */
async function hasArrived(
  tools: ImportTools,
  { kind, chunk }: { readonly kind: PushedKind; readonly chunk: readonly Uuid[] },
  signal: AbortSignal,
): Promise<boolean> {
  await learnIds(tools, kind, signal);
  const now = await readAgain(tools, { kind, uuids: chunk }, signal);
  return chunk.every((uuid) => now.hashes.get(uuid) === tools.prepared.hashes.ours.get(uuid));
}

/** Reads the ids of assets that an import created. */
export async function learnIds(tools: ImportTools, kind: PushedKind, signal: AbortSignal): Promise<void> {
  const { assets } = await tools.instance.server.list(kind, signal);
  for (const { uuid, id } of assets) if (uuid !== undefined) tools.ids.set(uuid, id);
}

/** Exports assets once more, and returns their content and hashes in the folder's vocabulary. */
export async function readAgain(
  tools: Pick<ImportTools, "instance" | "prepared" | "ids">,
  { kind, uuids }: { readonly kind: PushedKind; readonly uuids: readonly Uuid[] },
  signal: AbortSignal,
): Promise<{ readonly assets: Assets; readonly hashes: ReadonlyMap<Uuid, Hash> }> {
  const { instance, prepared } = tools;
  const ids = uuids.flatMap((uuid) => tools.ids.get(uuid) ?? []);
  const { files } = ids.length === 0 ? { files: [] } : await instance.server.export(kind, ids, {}, signal);
  const raw = new Map(files.flatMap((file) => {
    const uuid = parseUuid(file.tree["uuid"]);
    return uuid === undefined ? [] : [[uuid, file] as const];
  }));
  const assets = toFolder(raw, {
    mapping: prepared.observed.databases,
    settings: instance.settings,
    ours: [],
  });
  const hashes = new Map<Uuid, Hash>();
  for (const [uuid, asset] of assets) if (isPushed(asset.kind)) hashes.set(uuid, await hashAsset(asset));
  return { assets, hashes };
}
