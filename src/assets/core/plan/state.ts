/** How an asset stands between the folder and an instance. */

import type { Hash } from "../hash.ts";

/** The states that `status` shows. */
export type AssetState = "in_step" | "ahead" | "behind" | "both" | "only_there";

/** The hashes of an asset on both sides, and what the instance is known to have had. */
export interface Standing {
  readonly ours: Hash | undefined;
  readonly theirs: Hash | undefined;
  readonly base: ReadonlySet<Hash> | undefined;
}

/**
 * Judges where an asset was changed: `ahead` in the folder, `behind` on the instance, `both`, or nowhere. An asset that
 * the instance lacks is ahead. Without a known base, different content counts as changed on both sides.
 */
export function judgeState({ ours, theirs, base }: Standing): AssetState {
  if (ours === undefined) return "only_there";
  if (theirs === undefined) return "ahead";
  if (ours === theirs) return "in_step";
  if (base?.has(theirs)) return "ahead";
  return base?.has(ours) ? "behind" : "both";
}
