/** The plans for a target that needs no work, and the clearing up that is due in any case. */

import { describeShown } from "../comment/mod.ts";
import { isStatus, wantedStatus } from "../news/mod.ts";
import { decideActive } from "./active/decide_active.ts";
import { planMissingContent } from "./active/missing_content.ts";
import { planActive } from "./active/plan_active.ts";
import { planHousekeeping } from "./housekeeping.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import { findRecorded, findUnchanged } from "./paths/unchanged.ts";
import type { Observation, Policy } from "./observation.ts";
import type { Plan, Reason, Step } from "./plan.ts";
import { isUpward, notice, result, type Situation } from "./situation.ts";
import type { TriggerView } from "./trust.ts";

/** The steps of {@link litter}. The blocked label does not hold them up. */
export const LITTER: readonly Step["kind"][] = ["drop_lock", "drop_comments", "refresh_comment"];

/** Plans for a target that needs no work: housekeeping, and a notice in the comment if there is one. */
export function planIdle(
  situation: Situation,
  how: {
    readonly rule: number;
    readonly reason: Reason;
    readonly notice?: string;
    readonly because: readonly string[];
  },
): Plan {
  const { observation, policy, triggers, views, target, lockAlive, state, wanted } = situation;
  // A trigger on an earlier commit does not approve this one: it is removed, and the comment asks again.
  const unapproved = triggers.filter((each) => isUpward(each) && !each.approvesTarget);
  // A request that comes while the environment is being removed is served when it is gone.
  const pending = state === "stopping" ? [...unapproved, ...wanted] : unapproved;
  const satisfied = triggers.flatMap((each) =>
    each.name === undefined || each.trigger === "stop" || pending.includes(each) ? [] : [each.name]
  );
  if (unapproved.length > 0) {
    const names = unapproved.flatMap((each) => each.name === undefined ? [] : [each.name]);
    const steps: Step[] = [
      ...notice(situation, { reason: "untrusted_commit", about: target }),
      ...(names.length === 0 ? [] : [{ kind: "consume_triggers", names } as const]),
    ];
    return result(situation, {
      rule: 13,
      reason: "untrusted_commit",
      action: "no_action",
      steps,
      because: [describeDoubt(situation, unapproved)],
    });
  }
  const judged = planActive(situation);
  const lost = judged?.lost === true ? judged.short : undefined;
  // If another environment runs, people are sent there, and nothing has to be asked for.
  const replaced = lost !== undefined && decideActive(observation, { views, target, lost }) !== lost;
  const active = replaced ? undefined : judged;
  const acts = active !== undefined && active.steps.length > 0;
  if (lockAlive && (!acts || active.reason === "resumed")) {
    return result(situation, { ...how, action: "no_action" });
  }
  const housekeeping = planHousekeeping(observation, {
    policy,
    views,
    target,
    satisfied,
    lost,
  });
  if (active !== undefined) {
    const because = [...active.because, ...how.because];
    // The record of the new intent clears the notice, so the notice about the waiting commit is written again.
    const after: readonly Step[] = how.notice === undefined || !policy.comments
      ? []
      : [{ kind: "notice", key: `${how.reason}:${how.notice}`, saying: how.because }];
    const about = `${active.short},${target}`;
    const steps: Step[] = acts
      ? [...housekeeping, ...active.steps, ...after]
      : [...notice(situation, { reason: active.reason, about }), ...housekeeping];
    if (steps.length === 0) steps.push(...litter(situation));
    return result(situation, { ...active, steps, because });
  }
  const steps: Step[] = [
    ...(how.notice === undefined
      ? outdatedNotice(situation)
      : notice(situation, { reason: how.reason, about: how.notice })),
    ...housekeeping,
    ...planMissingContent(observation, situation),
  ];
  if (steps.length === 0) steps.push(...litter(situation));
  const settled = how.rule === 17 && steps.length > 0 && how.reason !== "frozen";
  return result(situation, {
    rule: settled ? 16 : how.rule,
    reason: settled ? "housekeeping" : how.reason,
    action: "no_action",
    steps,
    because: how.because,
  });
}

/** Says what is missing so that triggers approve the target, and what a person can do. */
function describeDoubt({ observation, target }: Situation, unapproved: readonly TriggerView[]): string {
  const doubts = new Set(unapproved.map(({ doubt }) => doubt));
  const [asked, again] = unapproved.some(({ name }) => name !== undefined)
    ? ["trigger was set", "Set the trigger again"]
    : ["command was written", "Write the command again"];
  if (doubts.has("moved")) {
    return `The ${asked} on an earlier commit, and ${target} was not pushed by an account that may cause ` +
      `builds. ${again} to approve it`;
  }
  const unreadable = doubts.has("unreadable") ? " (the token may not read them: actions: read)" : "";
  return `Nothing shows that ${target} was the head before the ${asked}: no workflow run of it is known to be ` +
    `older${unreadable}. ${again}, or let an account with write permission run ` +
    `"showtime start ${observation.pr} --sha ${observation.target}"`;
}

/** Returns the steps that clear what dead or parallel runs left. They are due even if nothing else is. */
export function litter({ observation, policy, views }: Situation): readonly Step[] {
  const { nearMisses = [], record: { spareComments: nodeIds = [], shown, silent = [] } } = observation;
  if (nodeIds.length > 0) return [{ kind: "drop_comments", nodeIds }];
  const answers = silent.some((short) => views.get(short)?.state === "running");
  // Without a comment there is nothing to correct, but a question about a label is still to be asked.
  const asks = observation.open && nearMisses.length > 0;
  const due = shown === undefined ? asks : shown !== describeShown(observation.labels, nearMisses);
  if (policy.comments && (answers || due)) return [{ kind: "refresh_comment" }];
  return observation.lock.kind === "held" && !observation.lock.alive ? [{ kind: "drop_lock" }] : [];
}

/** Removes the notice about a waiting commit when the target runs, and about a lost image when that is over. */
function outdatedNotice(situation: Situation): readonly Step[] {
  const { observation, state } = situation;
  const shown = observation.record.notice ?? "";
  const runs = state === "running" || findUnchanged(situation) !== undefined ||
    findRecorded(situation) !== undefined;
  const waited = /^(?:frozen|untrusted_commit|auto_sync_off):/.test(shown) && runs;
  return waited || shown.startsWith("image_gone:") ? [{ kind: "notice", key: undefined }] : [];
}

/**
 * Returns the plan, with a step that writes the head's status if no other step is due and the status is not the one that
 * the commit is to have. Every other step writes it by itself, after the labels. While another run is at work, that run
 * writes it.
 */
export function withStatus(
  plan: Plan,
  { observation, policy }: { readonly observation: Observation; readonly policy: Policy },
): Plan {
  const { lock, open, headSha, labels, headStatus: present, record: { failure, update } } = observation;
  if (policy.status === undefined || plan.steps.length > 0) return plan;
  if (lock.kind === "held" && lock.alive) return plan;
  const { required } = policy.status;
  const { platform } = observation;
  const stableOf = (short: ShortSha) =>
    platform === "as_labels" ? policy.url : platform.find((each) => each.short === short)?.settings.url;
  const status = wantedStatus({ open, headSha, labels, stableOf, failure, update, present, required });
  if (status === undefined || present === undefined || isStatus(present, status)) return plan;
  const settled = plan.rule === 17 && plan.reason !== "frozen";
  return {
    ...plan,
    ...(settled ? { rule: 16, reason: "housekeeping" } : {}),
    steps: [{ kind: "report_status", status }],
    because: [...plan.because, `The status of ${headSha} is not set yet, or out of date`],
  };
}
