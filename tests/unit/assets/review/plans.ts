/** Plans for the tests of reviews. */

import assert from "node:assert/strict";
import { parseUuid, type Uuid } from "../../../../src/assets/core/asset.ts";
import type { PlannedAsset } from "../../../../src/assets/core/plan/plan.ts";
import type { CurrentPlan } from "../../../../src/assets/core/review/plan_record.ts";

/** The UUID of a number. */
export function uuid(index: number): Uuid {
  const parsed = parseUuid(`${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`);
  assert.ok(parsed !== undefined);
  return parsed;
}

/** A planned chart. */
export function planned(index: number, more: Partial<PlannedAsset> = {}): PlannedAsset {
  return {
    uuid: uuid(index),
    kind: "chart",
    name: `Chart ${index}`,
    action: "update",
    reason: undefined,
    message: undefined,
    fields: [],
    lost: [],
    ...more,
  };
}

/** A plan whose content on each side is named by a hex digit for each asset. */
export function current(
  plan: readonly PlannedAsset[],
  { ours = "a", theirs = "b", digest = "d" }: {
    readonly ours?: string;
    readonly theirs?: string;
    readonly digest?: string;
  } = {},
): CurrentPlan {
  const hashes = (digit: string) => new Map(plan.map((each) => [each.uuid, digit.repeat(64)]));
  return { plan, hashes: { ours: hashes(ours), theirs: hashes(theirs) }, digest: digest.repeat(64) };
}
