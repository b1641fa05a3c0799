/** Observations for tests of plans. */

import type { Asset, Assets } from "../../../../src/assets/core/asset.ts";
import { hashAsset } from "../../../../src/assets/core/hash.ts";
import { mapDatabases } from "../../../../src/assets/core/mapping/databases.ts";
import { placeOf } from "../../../../src/assets/core/plan/place.ts";
import type { Occupant, PlanOptions, PushObservation } from "../../../../src/assets/core/plan/plan.ts";
import { textOf } from "../../../../src/assets/core/tree.ts";
import { assetsOf, databaseFile, id, stored } from "../samples.ts";

export const DATABASE = stored("database", databaseFile());

export const STRICT: PlanOptions = { force: false, adopt: false, missing: "fail" };

/** Makes an observation of an instance that has `theirs` and knows the same database. */
// deno-lint-ignore layers/few-parameters -- our side, their side, and what differs
export async function observe(
  ours: readonly Asset[],
  theirs: readonly Asset[] = [],
  more: Partial<PushObservation> & { readonly known?: readonly Asset[] } = {},
): Promise<PushObservation> {
  const hashAll = async (assets: readonly Asset[]) =>
    new Map(await Promise.all(assets.map(async (each) => [each.uuid, await hashAsset(each)] as const)));
  const base = new Map<Asset["uuid"], Set<string>>();
  for (const [uuid, hash] of await hashAll(more.known ?? theirs)) base.set(uuid, new Set([hash]));
  const facts = [{ uuid: id("a"), name: "Harbor", dialect: "postgresql" }];
  const known = new Set(ours.map(({ uuid }) => uuid));
  return {
    ours: assetsOf(DATABASE, ...ours),
    theirs: assetsOf(...theirs.filter(({ uuid }) => known.has(uuid))),
    hashes: { ours: await hashAll(ours), theirs: await hashAll(theirs) },
    base,
    occupants: theirs.map(occupant),
    databases: mapDatabases(facts, facts, { map: {} }),
    placeOf,
    isIgnored: () => false,
    isForeign: () => false,
    ...more,
  };
}

/** The row of a listing that shows an asset. */
export function occupant(asset: Asset): Occupant {
  return {
    uuid: asset.uuid,
    name: asset.name,
    kind: asset.kind,
    ...(asset.kind === "dashboard" ? { slug: textOf(asset.tree, "slug") } : {}),
    ...(asset.kind === "dataset" ? { table: placeOf(asset) } : {}),
  };
}

/** Returns an asset with other fields. */
export function edited(asset: Asset, fields: Asset["tree"]): Asset {
  return { ...asset, tree: { ...asset.tree, ...fields } };
}

/** What a plan leaves on the instance once it is carried out. */
export function applied(
  plan: readonly { readonly uuid: string; readonly action: string }[],
  { ours, theirs }: { readonly ours: Assets; readonly theirs: readonly Asset[] },
): readonly Asset[] {
  const result = new Map(theirs.map((asset) => [asset.uuid, asset]));
  for (const { uuid, action } of plan) {
    const asset = ours.get(uuid as Asset["uuid"]);
    if ((action === "create" || action === "update") && asset !== undefined) result.set(asset.uuid, asset);
  }
  return [...result.values()];
}
