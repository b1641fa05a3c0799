/** Keeps one comment with a plan on a pull request. */

import type { Assets, Uuid } from "../../core/asset.ts";
import { differencesOf } from "../../core/diff/differences.ts";
import { planMarker, renderPlanComment } from "../../core/review/plan_comment.ts";
import { recordPlan } from "../../core/review/plan_record.ts";
import { maskSecrets, secretsOf } from "../../core/secrets.ts";
import type { TreeMap } from "../../core/tree.ts";
import type { PreparedPush } from "../push/prepare_push.ts";
import { findBelievedPlan, type Review } from "./believed_plan.ts";

/** A plan to be reviewed. */
export interface ReviewedPlan {
  readonly instance: string;
  /** The folder of the assets, as the person named it. */
  readonly dir: string;
  readonly prepared: Pick<PreparedPush, "plan" | "hashes" | "digest" | "ours"> & {
    readonly observed: Pick<PreparedPush["observed"], "assets">;
  };
  readonly paths: ReadonlyMap<Uuid, string>;
  /** Findings of secrets that `assets.secrets.allow` accepts. */
  readonly allowedSecrets: readonly string[];
}

/** Writes the comment, or edits it in place. An equal comment stays as it is. */
export async function writePlan(
  review: Review,
  reviewed: ReviewedPlan,
  signal: AbortSignal,
): Promise<"created" | "edited" | "unchanged"> {
  const { instance, dir, prepared } = reviewed;
  const { pull, comment } = await findBelievedPlan(review, instance, signal);
  const body = renderPlanComment({
    instance,
    plan: prepared.plan,
    record: recordPlan(prepared),
    differences: differencesOf(...sidesOf(reviewed)),
    sides: { before: instance, after: dir },
  });
  if (comment?.body.replaceAll("\r\n", "\n").trimEnd() === body.trimEnd()) return "unchanged";
  const marker = planMarker(instance);
  await review.comments.write(review.pr, { pull, comment: comment?.nodeId, marker, body }, signal);
  return comment === undefined ? "created" : "edited";
}

/**
 * Returns both sides of what the plan changes. The push refuses secrets in the folder, but the instance may hold some:
 * they are masked.
 */
function sidesOf(
  { prepared, paths, allowedSecrets }: ReviewedPlan,
): readonly [before: Assets, after: Assets] {
  const { plan, observed, ours } = prepared;
  const shown = new Set(
    plan.filter(({ action }) => action !== "unchanged" && action !== "skip").map(({ uuid }) => uuid),
  );
  const pick = (assets: Assets): Assets =>
    new Map(
      [...assets].filter(([uuid]) => shown.has(uuid)).map(([uuid, asset]) => {
        const found = secretsOf(asset, { path: paths.get(uuid) ?? uuid, allow: allowedSecrets });
        return [
          uuid,
          found.length === 0 ? asset : { ...asset, tree: maskSecrets(asset.tree, found) as TreeMap },
        ];
      }),
    );
  return [pick(observed.assets), pick(ours)];
}
