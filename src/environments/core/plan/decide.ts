/**
 * The decision about a pull request. It is pure and the same for every command. The first rule that fits
 * decides; the numbers are those of the table in ARCHITECTURE.md.
 */

import { describeShown } from "../comment/mod.ts";
import { type FullSha, shortSha } from "../../../lib/ids.ts";
import { activeSha, withoutLabels } from "../labels/mod.ts";
import { judgeLabels } from "./believe.ts";
import { bringUp, planResume } from "./bring_up.ts";
import { heedDoubts } from "./doubts.ts";
import { planHousekeeping, retirementOf } from "./housekeeping.ts";
import type { Observation, Policy } from "./observation.ts";
import type { Plan, Reason, Step } from "./plan.ts";
import { settingsDifference, wantedSettings } from "./settings.ts";
import { notice, result, type Situation, survey } from "./situation.ts";
import { describeRefusal, isRecordTrusted, isTargetTrusted, type TriggerView } from "./trust.ts";

/** Plans the work on the observed pull request. */
export function planPull(observation: Observation, policy: Policy): Plan {
  const { doubts, believed } = judgeLabels(observation, policy);
  // The end removes every label, whether or not it is believed.
  const ended = planEnd(survey({ ...observation, labels: observation.allLabels }, policy));
  if (ended !== undefined) return ended;
  const plan = planOpen(believed, policy);
  if (plan.reason === "blocked" || plan.reason === "in_progress") return plan;
  return heedDoubts(plan, { doubts, allLabels: observation.allLabels });
}

/** The steps of {@link litter}. The blocked label does not hold them up. */
const LITTER: readonly Step["kind"][] = ["drop_lock", "drop_comments", "refresh_comment"];

function planOpen(observation: Observation, policy: Policy): Plan {
  const situation = survey(observation, policy);
  const plan = planLife(situation);
  const quiet = plan.steps.every(({ kind }) => LITTER.includes(kind)) &&
    ["up_to_date", "no_environment", "attempts_exhausted", "housekeeping"].includes(plan.reason);
  if (observation.labels.blocked.length > 0 && !quiet) {
    return result(situation, {
      rule: 3,
      reason: "blocked",
      action: "blocked",
      because: ["The pull request is blocked by a label; removing it lets Showtime act again"],
    });
  }
  return plan;
}

/** Plans by rules 1 and 2, which remove everything. */
function planEnd(situation: Situation): Plan | undefined {
  const { observation, policy, views, triggers } = situation;
  const stop = triggers.find((each) => each.trigger === "stop" && each.authorized);
  if (observation.open && stop === undefined) return undefined;
  const names = observation.labels.ours.filter(({ label }) =>
    label.kind !== "blocked" && label.kind !== "lock"
  )
    .map(({ name }) => name);
  const steps: Step[] = [...views.values()].map((view) => ({
    kind: "retire",
    retirement: retirementOf(view, policy),
  }));
  if (observation.platform !== "as_labels") {
    for (const legacy of observation.platform.filter((each) => each.legacy && each.short === undefined)) {
      steps.push({
        kind: "retire",
        retirement: { short: undefined, service: legacy.service, image: undefined, labels: [] },
      });
    }
  }
  const held = new Set(
    steps.flatMap((step) => step.kind === "retire" ? step.retirement.labels.map(({ name }) => name) : []),
  );
  const rest = names.filter((name) => !held.has(name));
  if (rest.length > 0) steps.push({ kind: "remove_labels", names: rest });
  if (steps.length === 0) {
    const left = litter(situation);
    return result(situation, {
      ...(left.length === 0 ? { rule: 17, reason: "no_environment" } : { rule: 16, reason: "housekeeping" }),
      action: "no_action",
      steps: left,
      because: ["Showtime has nothing on this pull request"],
    });
  }
  return observation.open
    ? result(situation, {
      rule: 2,
      reason: "stop_requested",
      action: "destroy_environment",
      endsEverything: true,
      steps,
      because: [`${stop?.by ?? "A person"} asked to stop`],
    })
    : result(situation, {
      rule: 1,
      reason: "pr_closed",
      action: "destroy_environment",
      endsEverything: true,
      steps,
      because: ["The pull request is closed"],
    });
}

/** Plans by rules 4 to 17. */
function planLife(situation: Situation): Plan {
  const refused = situation.triggers.filter((each) => !each.authorized && !each.uncertain);
  if (refused.length > 0) return planBeside(situation, refused);
  const plan = planCommit(situation);
  // If GitHub does not report a permission, the trigger has no effect, but it stays.
  const uncertain = situation.triggers.filter((each) => each.uncertain);
  return uncertain.length > 0 && plan.action === "no_action" ? planRefusal(situation, uncertain) : plan;
}

/**
 * Plans a refusal by rule 4 beside the work that is due without the refused triggers, so that it delays
 * nobody else.
 */
function planBeside(situation: Situation, refused: readonly TriggerView[]): Plan {
  const refusal = planRefusal(situation, refused);
  // A refused command was the only request to this run.
  if (refused.some(({ name }) => name === undefined)) return refusal;
  const { observation, policy } = situation;
  const labels = withoutLabels(
    observation.labels,
    refused.flatMap(({ name }) => name === undefined ? [] : [name]),
  );
  const plan = planCommit(survey({ ...observation, labels }, policy));
  if (!plan.steps.some(({ kind }) => kind === "record_intent")) return refusal;
  const told = refusal.steps.map((step) =>
    step.kind === "notice" ? { ...step, saying: refusal.because } : step
  );
  return { ...plan, steps: [...told, ...plan.steps], because: [...plan.because, ...refusal.because] };
}

/** Plans by rules 5 to 17. */
function planCommit(situation: Situation): Plan {
  const { observation, policy, target, view, state, others, wanted, frozen, lockAlive, likeness, approved } =
    situation;
  if ((state === "in_progress" || state === "stopping") && lockAlive) {
    return result(situation, {
      rule: 5,
      reason: "in_progress",
      action: "no_action",
      because: [`Another run is working on ${target}`],
    });
  }
  if (state !== "absent" && state !== "stopping") {
    if (likeness.kind === "other") return planTwin(situation, likeness.commit);
    // Nothing shows that the record is about this commit, and no trigger approved it: it counts as a new one.
    if (likeness.kind === "unknown" && !approved) return planNewCommit(situation);
  }
  const start = wanted.find((each) => each.trigger === "start");
  const sync = wanted.find((each) => each.trigger === "sync");
  if (
    state === "in_progress" || state === "drifted" ||
    (state === "failed" && start === undefined && sync === undefined)
  ) {
    if (!isRecordTrusted(observation, target) && start === undefined && sync === undefined) {
      return result(situation, {
        rule: 4,
        reason: "not_authorized",
        action: "blocked",
        because: [
          `The labels of ${target} were set without permission: ${
            describeRefusal(observation, setterOf(situation))
          }`,
        ],
      });
    }
  }
  if (state === "in_progress") return planResume(situation);
  if (start !== undefined && (state === "absent" || state === "failed")) {
    return bringUp(situation, { rule: 7, reason: "start_requested", build: true, asked: start.by });
  }
  if (
    start !== undefined && (state === "drifted" || (state === "running" && isRebuild(observation, start)))
  ) {
    return bringUp(situation, { rule: 8, reason: "rebuild_requested", build: true, asked: start.by });
  }
  if (sync !== undefined && (state === "absent" || state === "failed")) {
    return bringUp(situation, { rule: 9, reason: "sync_requested", build: true, asked: sync.by });
  }
  if (state === "drifted") {
    return bringUp(situation, { rule: 10, reason: "drifted", build: observation.imageExists === false });
  }
  // An environment that is being removed does not count: a push must not bring back what was stopped.
  if (state === "absent" && others.some((each) => each.state !== "stopping")) return planNewCommit(situation);
  if (state === "failed") {
    const attempts = observation.record.attempts.get(target) ?? 1;
    if (attempts < 1 + policy.retries && frozen) {
      return idle(situation, {
        rule: 17,
        reason: "frozen",
        because: [`${target} failed, and the pull request is frozen`],
      });
    }
    if (attempts < 1 + policy.retries) {
      return bringUp(situation, { rule: 14, reason: "retry_failed", build: true });
    }
    return idle(situation, {
      rule: 17,
      reason: "attempts_exhausted",
      because: [`${target} failed ${attempts} times; a start trigger tries again`],
    });
  }
  if (state === "running" && view?.deployed?.managed === true) {
    const differs = settingsDifference(view.deployed.settings, wantedSettings(observation, policy));
    if (differs.length > 0) {
      const plan = bringUp(situation, { rule: 15, reason: "settings_changed", build: false });
      return { ...plan, because: [...plan.because, `Deployed settings differ: ${differs.join(", ")}`] };
    }
  }
  if (state === "running") {
    return idle(situation, { rule: 17, reason: "up_to_date", because: [`${target} is running`] });
  }
  const stopping = state === "stopping";
  return idle(situation, {
    rule: 17,
    reason: "no_environment",
    because: [stopping ? `${target} is being removed` : "No environment was asked for"],
  });
}

/**
 * Returns the login that set the target's status, from the timeline; else the login that this run acts for.
 */
function setterOf({ observation, target }: Situation): string | undefined {
  const status = observation.labels.ours.find(({ label }) => label.kind === "status" && label.sha === target);
  return (status === undefined ? undefined : observation.origins.get(status.name)?.login) ??
    observation.actor;
}

/** Whether a start rebuilds an environment that runs: a label does, and a command does with `--force`. */
function isRebuild(observation: Observation, start: TriggerView): boolean {
  return start.name !== undefined || observation.request?.force === true;
}

/** Plans by rule 4: triggers by people without permission are removed, and the comment says why. */
function planRefusal(situation: Situation, refused: readonly TriggerView[]): Plan {
  const named = refused.filter((each) => each.name !== undefined);
  const names = named.flatMap((each) => each.name === undefined || each.uncertain ? [] : [each.name]);
  const because = [
    ...new Set(
      refused.map((each) => `"${each.name ?? `${each.trigger} (command)`}" is refused: ${each.refusal}`),
    ),
  ];
  const about = refused.map((each) => each.by ?? "").join(",");
  const steps: Step[] = named.length === 0 ? [] : [
    ...notice(situation, { reason: "not_authorized", about }),
    ...(names.length === 0 ? [] : [{ kind: "consume_triggers", names } as const]),
  ];
  return result(situation, { rule: 4, reason: "not_authorized", action: "blocked", steps, because });
}

/**
 * Plans by rule 13 if another commit has the target's names and labels: the target is not built for anybody.
 */
function planTwin(situation: Situation, other: FullSha): Plan {
  const { observation: { target }, wanted } = situation;
  const plan = idle(situation, {
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
function planNewCommit(situation: Situation): Plan {
  const { observation, policy, target, frozen, others } = situation;
  if (frozen) {
    return idle(situation, {
      rule: 11,
      reason: "frozen",
      notice: target,
      because: [
        `The pull request is frozen${
          describeDistance(observation)
        }; removing the label brings it to ${target}`,
      ],
    });
  }
  if (policy.autoSync === "never") {
    return idle(situation, {
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
    return bringUp(situation, { rule: 12, reason: "new_commit", build: true });
  }
  return idle(situation, {
    rule: 13,
    reason: "untrusted_commit",
    notice: target,
    because: [
      `${target} was not pushed by an account that may cause builds; a start or sync trigger approves it`,
    ],
  });
}

/** Says how many commits the environment is behind; empty if the timeline does not show it. */
export function describeDistance(observation: Observation): string {
  const active = activeSha(observation.labels, shortSha(observation.target));
  const at = observation.commits.findIndex((sha) => shortSha(sha) === active);
  const to = observation.commits.lastIndexOf(observation.target);
  if (active === undefined || at < 0 || to <= at) return "";
  const behind = to - at;
  return `: ${active} is ${behind} ${behind === 1 ? "commit" : "commits"} behind`;
}

/** Plans for a target that needs no work: housekeeping, and a notice in the comment if there is one. */
function idle(
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
      because: [
        `The trigger was set on an earlier commit, and ${target} was not pushed by an account that may cause builds`,
      ],
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

/** Returns the steps that clear what dead or parallel runs left. They are due even if nothing else is. */
function litter({ observation, policy }: Situation): readonly Step[] {
  const { spareComments: nodeIds = [], shown } = observation.record;
  if (nodeIds.length > 0) return [{ kind: "drop_comments", nodeIds }];
  if (policy.comments && shown !== undefined && shown !== describeShown(observation.labels)) {
    return [{ kind: "refresh_comment" }];
  }
  return observation.lock.kind === "held" && !observation.lock.alive ? [{ kind: "drop_lock" }] : [];
}

/** Removes the notice about a waiting commit when the target runs. */
function outdatedNotice({ observation, state }: Situation): readonly Step[] {
  const outdated = /^(?:frozen|untrusted_commit|auto_sync_off):/.test(observation.record.notice ?? "");
  return outdated && state === "running" ? [{ kind: "notice", key: undefined }] : [];
}
