/** The plans for a target that needs no work, and the clearing up that is due in any case. */

import { describeShown } from "../comment/mod.ts";
import { planHousekeeping } from "./housekeeping.ts";
import type { Plan, Reason, Step } from "./plan.ts";
import { notice, result, type Situation } from "./situation.ts";
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
  const unapproved = triggers.filter((each) =>
    each.name !== undefined && each.trigger !== "stop" && !each.approvesTarget
  );
  // A request that comes while the environment is being removed is served when it is gone.
  const pending = state === "stopping" ? [...unapproved, ...wanted] : unapproved;
  const satisfied = triggers.flatMap((each) =>
    each.name === undefined || each.trigger === "stop" || pending.includes(each) ? [] : [each.name]
  );
  if (unapproved.length > 0) {
    const steps: Step[] = [
      ...notice(situation, { reason: "untrusted_commit", about: target }),
      {
        kind: "consume_triggers",
        names: unapproved.flatMap((each) => each.name === undefined ? [] : [each.name]),
      },
    ];
    return result(situation, {
      rule: 13,
      reason: "untrusted_commit",
      action: "no_action",
      steps,
      because: [describeDoubt(situation, unapproved)],
    });
  }
  if (lockAlive) return result(situation, { ...how, action: "no_action" });
  const steps: Step[] = [
    ...(how.notice === undefined
      ? outdatedNotice(situation)
      : notice(situation, { reason: how.reason, about: how.notice })),
    ...planHousekeeping(observation, { policy, views, target, satisfied }),
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
  if (doubts.has("moved")) {
    return `The trigger was set on an earlier commit, and ${target} was not pushed by an account that may cause ` +
      "builds. Set the trigger again to approve it";
  }
  const unreadable = doubts.has("unreadable") ? " (the token may not read them: actions: read)" : "";
  return `Nothing shows that ${target} was the head before the trigger was set: no workflow run of it is known to be ` +
    `older${unreadable}. Set the trigger again, or let an account with write permission run ` +
    `"showtime start ${observation.pr} --sha ${observation.target}"`;
}

/** Returns the steps that clear what dead or parallel runs left. They are due even if nothing else is. */
export function litter({ observation, policy, views }: Situation): readonly Step[] {
  const { spareComments: nodeIds = [], shown, silent = [] } = observation.record;
  if (nodeIds.length > 0) return [{ kind: "drop_comments", nodeIds }];
  const answers = silent.some((short) => views.get(short)?.state === "running");
  if (
    policy.comments &&
    (answers || (shown !== undefined && shown !== describeShown(observation.labels)))
  ) {
    return [{ kind: "refresh_comment" }];
  }
  return observation.lock.kind === "held" && !observation.lock.alive ? [{ kind: "drop_lock" }] : [];
}

/** Removes the notice about a waiting commit when the target runs. */
function outdatedNotice({ observation, state }: Situation): readonly Step[] {
  const outdated = /^(?:frozen|untrusted_commit|auto_sync_off):/.test(observation.record.notice ?? "");
  return outdated && state === "running" ? [{ kind: "notice", key: undefined }] : [];
}
