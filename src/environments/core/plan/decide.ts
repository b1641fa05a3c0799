/**
 * The decision about a pull request. It is pure and the same for every command. The first rule that fits
 * decides; the numbers are those of the table in ARCHITECTURE.md.
 */

import { withoutLabels } from "../labels/mod.ts";
import { judgeLabels, type LabelJudgement } from "./believe.ts";
import { bringUp, planResume } from "./bring_up.ts";
import { heedDoubts } from "./doubts.ts";
import { planEnd } from "./end.ts";
import { planWithinLimits } from "./limits/plan_within_limits.ts";
import { LITTER, planIdle, withStatus } from "./idle.ts";
import { planNewCommit, planTwin } from "./new_commit.ts";
import type { Observation, Policy } from "./observation.ts";
import { describeOtherMachine, isOnOtherMachine } from "./active/other_machine.ts";
import { planRecorded } from "./paths/plan_served.ts";
import type { Plan, Step } from "./plan.ts";
import { isUpdateExhausted, updateDue } from "./settings.ts";
import { planSleep } from "./sleep/plan_sleep.ts";
import { notice, result, type Situation, survey } from "./situation.ts";
import { describeRefusal, isRecordTrusted, type TriggerView } from "./trust.ts";

/** Plans the work on the observed pull request. */
export function planPull(observation: Observation, policy: Policy): Plan {
  const judged = judgeLabels(observation, policy);
  return withStatus(planJudged(observation, policy, judged), { observation: judged.believed, policy });
}

function planJudged(
  observation: Observation,
  policy: Policy,
  { doubts, believed }: LabelJudgement,
): Plan {
  // The end removes every label, whether or not it is believed.
  const ended = planEnd(survey({ ...observation, labels: observation.allLabels }, policy));
  if (ended !== undefined) return ended;
  const plan = planWithinLimits(planOpen(believed, policy), { observation: believed, policy });
  if (plan.reason === "blocked" || plan.reason === "in_progress") return plan;
  return heedDoubts(plan, { doubts, allLabels: observation.allLabels });
}

function planOpen(observation: Observation, policy: Policy): Plan {
  const situation = survey(observation, policy);
  const plan = planLife(situation);
  const quiet = plan.steps.every(({ kind }) => LITTER.includes(kind)) &&
    ["up_to_date", "no_environment", "attempts_exhausted", "housekeeping", "asleep"].includes(plan.reason);
  if (observation.labels.blocked.length > 0 && !quiet) {
    return result(situation, {
      rule: 3,
      reason: "blocked",
      action: "blocked",
      because: [
        `The label "${
          observation.labels.blocked[0]
        }" blocks the pull request; taking it off lets Showtime act again`,
      ],
    });
  }
  return plan;
}

/** Plans by rules 4 to 18. */
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
  if (!plan.steps.some(({ kind }) => kind === "record_intent" || kind === "sleep")) return refusal;
  const told = refusal.steps.map((step) =>
    step.kind === "notice" ? { ...step, saying: refusal.because } : step
  );
  return { ...plan, steps: [...told, ...plan.steps], because: [...plan.because, ...refusal.because] };
}

/** Plans by rules 5 to 18. */
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
  const sleeping = planSleep(situation);
  if (sleeping !== undefined) return sleeping;
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
  if (isOnOtherMachine(observation, view)) {
    return planIdle(situation, {
      rule: 10,
      reason: "other_machine",
      because: [describeOtherMachine(observation, target)],
    });
  }
  if (state === "drifted") {
    return bringUp(situation, { rule: 10, reason: "drifted", build: observation.imageExists === false });
  }
  const recorded = planRecorded(situation);
  if (recorded !== undefined) return recorded;
  // An environment that is being removed does not count: a push must not bring back what was stopped.
  if (state === "absent" && others.some((each) => each.state !== "stopping")) return planNewCommit(situation);
  if (state === "failed") {
    const attempts = observation.record.attempts.get(target) ?? 1;
    if (attempts < 1 + policy.retries && frozen) {
      return planIdle(situation, {
        rule: 17,
        reason: "frozen",
        because: [
          `${target} failed, and "${
            observation.labels.frozen[0]
          }" freezes the pull request; a start trigger tries again`,
        ],
      });
    }
    if (attempts < 1 + policy.retries) {
      return bringUp(situation, { rule: 14, reason: "retry_failed", build: true });
    }
    return planIdle(situation, {
      rule: 17,
      reason: "attempts_exhausted",
      because: [`${target} failed ${attempts} times; a start trigger tries again`],
    });
  }
  if (view?.state === "running") {
    const differs = updateDue(observation, { policy, view });
    if (differs.length > 0) {
      // The image stays while the environment does, but a person or another program may have removed it.
      const build = observation.imageExists === false;
      const plan = bringUp(situation, { rule: 15, reason: "settings_changed", build });
      const gone = build ? ["Its image is gone, so it is built again"] : [];
      return {
        ...plan,
        because: [...plan.because, `Deployed settings differ: ${differs.join(", ")}`, ...gone],
      };
    }
    const exhausted = isUpdateExhausted(observation, { policy, view });
    return planIdle(situation, {
      rule: 17,
      reason: exhausted ? "attempts_exhausted" : "up_to_date",
      because: [
        exhausted
          ? `${target} is running; its update failed as often as it may: a start trigger tries again`
          : `${target} is running`,
      ],
    });
  }
  const stopping = state === "stopping";
  return planIdle(situation, {
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
