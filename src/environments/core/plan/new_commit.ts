/** The plans for a target that differs from the commit that has an environment. */

import { type FullSha, shortSha } from "../../../lib/ids.ts";
import { activeSha } from "../labels/mod.ts";
import { commitsBehind, describeBehind } from "../environment/distance.ts";
import { bringUp } from "./bring_up.ts";
import { planIdle } from "./idle.ts";
import type { Observation } from "./observation.ts";
import { planUnchanged } from "./paths/plan_served.ts";
import type { Plan } from "./plan.ts";
import { result, type Situation } from "./situation.ts";
import { isRecordTrusted, isTargetTrusted } from "./trust.ts";

/**
 * Plans by rule 13 if another commit has the target's names and labels: the target is not built for anybody.
 */
export function planTwin(situation: Situation, other: FullSha): Plan {
  const { observation: { target }, wanted } = situation;
  const plan = planIdle(situation, {
    rule: 13,
    reason: "untrusted_commit",
    notice: target,
    because: [
      `${target} is not built: its first 7 digits are those of ${other}, which has an environment on record here, ` +
      "and the names and labels of the two would be the same. Push any new commit",
    ],
  });
  return wanted.length > 0 ? { ...plan, action: "blocked" } : plan;
}

/** Plans by rules 11 to 13: the pull request has an environment, but not for its target. */
export function planNewCommit(situation: Situation): Plan {
  const { observation, policy, target, frozen, others } = situation;
  if (frozen) {
    return planIdle(situation, {
      rule: 11,
      reason: "frozen",
      notice: target,
      because: [
        `The pull request is frozen by "${observation.labels.frozen[0]}"${describeDistance(observation)}; ${
          policy.autoSync === "always" || (policy.autoSync !== "never" && isTargetTrusted(observation))
            ? `taking that label off brings it to ${target}`
            : `a start or sync trigger brings it to ${target}`
        }`,
      ],
    });
  }
  if (policy.autoSync === "never") {
    return planIdle(situation, {
      rule: 13,
      reason: "auto_sync_off",
      notice: target,
      because: [
        `Pushes do not update environments here (auto_sync: never); a sync trigger brings it to ${target}`,
      ],
    });
  }
  const updates = policy.autoSync === "always" || isTargetTrusted(observation);
  const vouched = others.some((each) =>
    each.state !== "stopping" && (each.deployed !== undefined || isRecordTrusted(observation, each.short))
  );
  if (updates && !vouched) {
    return result(situation, {
      rule: 4,
      reason: "not_authorized",
      action: "blocked",
      because: ["The labels that name an environment were set by an account that may not ask for one"],
    });
  }
  if (updates) {
    return planUnchanged(situation) ?? bringUp(situation, { rule: 12, reason: "new_commit", build: true });
  }
  return planIdle(situation, {
    rule: 13,
    reason: "untrusted_commit",
    notice: target,
    because: [
      `${target} was not pushed by an account that may cause builds; a start or sync trigger approves it`,
    ],
  });
}

/** Says how many commits the environment is behind; empty if the timeline does not show it. */
function describeDistance({ labels, commits, target }: Observation): string {
  const runs = activeSha(labels, shortSha(target));
  const behind = runs === undefined ? undefined : commitsBehind(commits, { runs, head: target });
  return behind === undefined || behind === 0 ? "" : `: ${runs} is ${describeBehind(behind)}`;
}
