/** The results of a push, asset by asset. */

import type { Asset, Assets, Uuid } from "../../core/asset.ts";
import type { PlannedAsset, Reason } from "../../core/plan/plan.ts";
import { referencesOf } from "../../core/stored_form/normalize.ts";

/** The result of an asset. */
export type Result = "planned" | "done" | "unchanged" | "failed" | "skipped" | "not_applied";

/** An asset of a push with its result. */
export interface PushedAsset extends PlannedAsset {
  readonly result: Result;
}

interface Outcome {
  readonly result: Result;
  readonly reason?: Reason;
  readonly message?: string;
  readonly fields?: readonly string[];
}

/** The outcomes of a push so far. */
export class Outcomes {
  readonly #ours: Assets;
  readonly #outcomes = new Map<Uuid, Outcome>();

  constructor(ours: Assets) {
    this.#ours = ours;
  }

  /** Records an outcome. A later one replaces it. */
  set(uuid: Uuid, outcome: Outcome): void {
    this.#outcomes.set(uuid, outcome);
  }

  /** Returns the result of an asset; undefined if nothing was done yet. */
  of(uuid: Uuid): Result | undefined {
    return this.#outcomes.get(uuid)?.result;
  }

  /** Lists the assets with a result. */
  with(result: Result): readonly Uuid[] {
    return [...this.#outcomes].filter(([, each]) => each.result === result).map(([uuid]) => uuid);
  }

  /** Whether an asset that this one uses has failed. Records then that this one is skipped. */
  isHeldBack(uuid: Uuid): boolean {
    const asset = this.#ours.get(uuid);
    if (asset === undefined) return true;
    const failed = dependenciesOf(asset, this.#ours).find((each) => this.of(each) === "failed");
    if (failed === undefined) return false;
    this.set(uuid, {
      result: "skipped",
      reason: "dependency_failed",
      message: `it uses "${this.#ours.get(failed)?.name ?? failed}", which failed`,
    });
    return true;
  }

  /** Returns planned assets with their results so far. */
  apply(plan: readonly PlannedAsset[]): readonly PushedAsset[] {
    return plan.map((asset) => {
      const outcome = this.#outcomes.get(asset.uuid);
      return outcome === undefined ? settle(asset) : {
        ...asset,
        result: outcome.result,
        reason: outcome.reason ?? asset.reason,
        message: outcome.message ?? asset.message,
        fields: outcome.fields ?? asset.fields,
      };
    });
  }
}

/** Returns the result of an asset that a push does not touch. */
export function settle(asset: PlannedAsset): PushedAsset {
  const { action } = asset;
  return {
    ...asset,
    result: action === "unchanged"
      ? "unchanged"
      : action === "skip" || action === "conflict"
      ? "skipped"
      : "planned",
  };
}

/** Lists everything that an asset uses, directly or not. */
export function dependenciesOf(asset: Asset, all: Assets): readonly Uuid[] {
  return referencesOf(asset).flatMap(({ uuid }) => {
    const next = all.get(uuid);
    return next === undefined ? [uuid] : [uuid, ...dependenciesOf(next, all)];
  });
}
