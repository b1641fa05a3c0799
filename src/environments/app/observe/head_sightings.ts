/** Finds out since when the target is known to be the head, as far as a trigger's approval depends on it. */

import type { FullSha } from "../../../lib/ids.ts";
import type { CommentRecord } from "../../core/comment/mod.ts";
import { type HeadSighting, isTargetTrusted, type Observation, viewTriggers } from "../../core/plan/mod.ts";
import type { ForgeReader, HeadRun, PullSnapshot } from "../../ports/forge.ts";
import type { AppSettings } from "../run.ts";

/** Returns the commits that earlier runs recorded: the head in the comment, and what the platform's tags name. */
export function recordedHeads(
  record: CommentRecord,
  platform: Observation["platform"],
): readonly HeadSighting[] {
  const { head } = record;
  const tagged = platform === "as_labels"
    ? []
    : platform.flatMap(({ managed, sha, createdAt }) =>
      managed && sha !== undefined && createdAt !== undefined ? [{ sha, at: createdAt }] : []
    );
  return [...(head === undefined ? [] : [{ sha: head.sha, at: head.since }]), ...tagged];
}

/** Whether a trigger decides that would approve the target if the target is known to be the head before it. */
export function needsHeadRun(observation: Observation, settings: AppSettings): boolean {
  if (!observation.open || settings.autoSync === "always" || isTargetTrusted(observation)) return false;
  const triggers = viewTriggers(observation, settings);
  if (triggers.some(({ trigger, authorized }) => trigger === "stop" && authorized)) return false;
  return triggers.some(({ authorized, doubt }) => authorized && doubt === "unseen");
}

/** Reads the earliest workflow run of the target. The pull request is older than any run that counts. */
export async function readHeadRun(
  forge: Pick<ForgeReader, "firstRunOf">,
  head: { readonly target: FullSha; readonly snapshot: PullSnapshot },
  signal: AbortSignal,
): Promise<HeadRun> {
  const { target, snapshot } = head;
  const { headRef: branch, headRepo: repo, createdAt } = snapshot;
  if (branch === undefined || repo === undefined) return { kind: "none" };
  return await forge.firstRunOf({ sha: target, branch, repo, since: createdAt }, signal);
}
