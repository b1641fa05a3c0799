/** The record of a plan that its comment hides: the digest, and a short list that shows later what has moved. */

import { type AssetKind, parseUuid, type Uuid } from "../asset.ts";
import type { Hash } from "../hash.ts";
import type { Action, PlannedAsset } from "../plan/plan.ts";

/** An asset of a plan, with the beginnings of the hashes of its content; `-` stands for no content. */
export interface RecordedAsset {
  readonly uuid: Uuid;
  readonly action: Action;
  readonly ours: string;
  readonly theirs: string;
}

/** The record of a plan. */
export interface PlanRecord {
  readonly digest: string;
  /** The assets that are not unchanged, at most {@link MOST_ASSETS}. */
  readonly assets: readonly RecordedAsset[];
  /** The number of further ones. */
  readonly more: number;
}

/** A plan as it is now. */
export interface CurrentPlan {
  readonly plan: readonly PlannedAsset[];
  readonly hashes: { readonly ours: ReadonlyMap<Uuid, Hash>; readonly theirs: ReadonlyMap<Uuid, Hash> };
  readonly digest: string;
}

/** An asset whose action or content is another one than in the record. */
export interface MovedAsset {
  readonly uuid: Uuid;
  /** Undefined if the folder no longer has the asset. */
  readonly kind: AssetKind | undefined;
  readonly name: string | undefined;
  /** A clause, such as `now update, was create`. */
  readonly what: string;
}

/** The number of assets that a record lists: about 20 KB. */
const MOST_ASSETS = 250;
/** The length of a hash's beginning. */
const DIGITS = 8;
const ACTIONS: readonly Action[] = ["create", "update", "unchanged", "conflict", "skip", "delete"];

const DATA = /^<!-- showtime-assets:data (\{[^<>]{0,40000}\}) -->$/;

/** Makes the record of a plan. */
export function recordPlan(current: CurrentPlan): PlanRecord {
  const assets = changesIn(current);
  return {
    digest: current.digest,
    assets: assets.slice(0, MOST_ASSETS),
    more: Math.max(0, assets.length - MOST_ASSETS),
  };
}

function changesIn({ plan, hashes }: CurrentPlan): readonly RecordedAsset[] {
  return plan.filter(({ action }) => action !== "unchanged").map(({ uuid, action }) => ({
    uuid,
    action,
    ours: hashes.ours.get(uuid)?.slice(0, DIGITS) ?? "-",
    theirs: hashes.theirs.get(uuid)?.slice(0, DIGITS) ?? "-",
  }));
}

/** Formats a record as one line of a comment. It holds UUIDs, hashes and fixed words: no text of people. */
export function formatPlanRecord({ digest, assets, more }: PlanRecord): string {
  const rows = assets.map(({ uuid, action, ours, theirs }) => [uuid, action, ours, theirs].join(" "));
  return `<!-- showtime-assets:data ${JSON.stringify({ version: 1, digest, assets: rows, more })} -->`;
}

/** Parses the line that {@link formatPlanRecord} wrote; undefined if it is another one. */
export function parsePlanRecord(line: string): PlanRecord | undefined {
  const text = DATA.exec(line)?.[1];
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { version, digest, assets, more } = value as Readonly<Record<string, unknown>>;
  if (version !== 1 || typeof digest !== "string" || !/^[0-9a-f]{64}$/.test(digest)) return undefined;
  if (!Array.isArray(assets) || !Number.isSafeInteger(more)) return undefined;
  const rows = assets.map(parseRow);
  return rows.includes(undefined)
    ? undefined
    : { digest, assets: rows.filter((row) => row !== undefined), more: Number(more) };
}

function parseRow(row: unknown): RecordedAsset | undefined {
  const [id, word, ours, theirs, ...rest] = typeof row === "string" ? row.split(" ") : [];
  const uuid = parseUuid(id);
  const action = ACTIONS.find((each) => each === word);
  if (uuid === undefined || action === undefined || rest.length > 0) return undefined;
  if (!isBeginning(ours) || !isBeginning(theirs)) return undefined;
  return { uuid, action, ours, theirs };
}

function isBeginning(text: string | undefined): text is string {
  return text !== undefined && /^(?:-|[0-9a-f]{8})$/.test(text);
}

/**
 * Lists the assets that have moved since the record was made. If the record lists only a part of its plan, assets that
 * it may have left out are not judged.
 */
export function movedSince(record: PlanRecord, current: CurrentPlan): readonly MovedAsset[] {
  const before = new Map(record.assets.map((each) => [each.uuid, each]));
  const now = new Map(changesIn(current).map((each) => [each.uuid, each]));
  const planned = new Map(current.plan.map((each) => [each.uuid, each]));
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((uuid): readonly MovedAsset[] => {
    const [old, young, asset] = [before.get(uuid), now.get(uuid), planned.get(uuid)];
    if (old === undefined && record.more > 0) return [];
    const what = describeMove(old, young, { gone: asset === undefined });
    return what === undefined ? [] : [{ uuid, kind: asset?.kind, name: asset?.name, what }];
  });
}

function describeMove(
  old: RecordedAsset | undefined,
  young: RecordedAsset | undefined,
  { gone }: { readonly gone: boolean },
): string | undefined {
  if (gone) return `no longer in the folder, was ${old?.action}`;
  const [was, is] = [old?.action ?? "unchanged", young?.action ?? "unchanged"];
  if (was !== is) return `now ${is}, was ${was}`;
  const sides = [
    ...(old?.ours === young?.ours ? [] : ["in the folder"]),
    ...(old?.theirs === young?.theirs ? [] : ["on the instance"]),
  ];
  return sides.length === 0 ? undefined : `other content ${sides.join(" and ")}`;
}
