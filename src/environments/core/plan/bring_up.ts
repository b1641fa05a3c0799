/** The plans of all rules that bring the target up. */

import { dueAfterStart } from "../environment/hooks.ts";
import { retirementOf } from "./housekeeping.ts";
import type { BringUp, Plan, Reason, Step } from "./plan.ts";
import type { Observation } from "./observation.ts";
import { requesterOf, wantedSettings, wantedTtl } from "./settings.ts";
import { result, type Situation } from "./situation.ts";
import type { ShaView } from "./state.ts";

/**
 * Plans to bring the target up: record, consume triggers, build, deploy, activate, then retire the others.
 */
export function bringUp(
  situation: Situation,
  how: {
    readonly rule: number;
    readonly reason: Reason;
    readonly build: boolean;
    readonly asked?: string | undefined;
    /** Whether it serves already, so that only the record is missing. */
    readonly serves?: boolean;
    /** Whether it sleeps, so that it is started as it was. */
    readonly wake?: boolean;
  },
): Plan {
  const { observation, policy, target, view, others } = situation;
  const asked = how.asked ?? (view?.labeled?.requestedBy === undefined ? observation.actor : undefined);
  const inherited = situation.view?.labeled?.requestedBy ?? others[0]?.labeled?.requestedBy;
  const bringUp: BringUp = {
    sha: observation.target,
    image: policy.givenImage ?? (how.build ? undefined : view?.deployed?.image) ?? policy.imageOf(target),
    settings: (how.wake === true ? view?.deployed?.settings : undefined) ??
      wantedSettings(observation, policy),
    ttl: wantedTtl(observation, { policy, short: target }),
    requestedBy: how.asked ?? requesterOf(view, undefined) ?? inherited ?? asked,
    createdAt: createdBefore(situation, how.reason) ?? observation.now,
    inPlace: view?.deployed !== undefined ||
      (observation.platform === "as_labels" && (view?.state === "running" || view?.state === "asleep")),
  };
  const build = how.build && policy.givenImage === undefined;
  const updates = view?.deployed !== undefined &&
    (how.reason === "rebuild_requested" || how.reason === "settings_changed" ||
      view.labeled?.status === "updating");
  const steps: Step[] = [];
  const names = consumable(situation);
  steps.push({
    kind: "record_intent",
    bringUp,
    status: updates ? "updating" : build ? "building" : "deploying",
    build,
  });
  if (names.length > 0) steps.push({ kind: "consume_triggers", names });
  if (how.serves !== true) {
    if (build) steps.push({ kind: "build", sha: bringUp.sha, image: bringUp.image });
    const hook = dueAfterStart(policy.hooks, bringUp);
    if (how.wake === true) steps.push({ kind: "wake", bringUp });
    else steps.push({ kind: "deploy", bringUp, ...(hook === undefined ? {} : { hook }) });
  }
  const address = how.serves === true ? view?.deployed?.address : undefined;
  if (policy.content !== undefined) {
    const { sha, settings: { login } } = bringUp;
    steps.push({ kind: "push_content", sha, login, address, serving: false });
  }
  steps.push({ kind: "activate", bringUp, address });
  for (const other of [...situation.views.values()].filter((each) => each.short !== target)) {
    steps.push({ kind: "retire", retirement: retirementOf(other, policy) });
  }
  const active = others.some((each) => each.state === "running") ||
    (bringUp.inPlace && view?.state === "running");
  const rolling = ["rebuild_requested", "new_commit", "settings_changed"].includes(how.reason) ||
    (active && ["start_requested", "sync_requested", "retry_failed"].includes(how.reason));
  return result(situation, {
    rule: how.rule,
    reason: how.reason,
    action: rolling ? "rolling_update" : "create_environment",
    build,
    steps,
    because: [describeWhy(situation, how.reason)],
  });
}

/** The states in words that follow a commit. */
const STATE_WORDS: Readonly<Record<Situation["state"], string>> = {
  absent: "has no environment",
  in_progress: "is being brought up",
  running: "is running",
  asleep: "is asleep",
  drifted: "is not running, although its label says so",
  failed: "did not come up",
  stopping: "is being removed",
};

/** Says in a sentence why the target is brought up. */
function describeWhy({ target, state, view, observation }: Situation, reason: Reason): string {
  if (reason === "resumed") {
    const status = view?.labeled?.status;
    return status === undefined
      ? `The platform has ${target}, not healthy, and no label names it: a run that died left it`
      : `The labels say that ${target} is ${status}, and the run that worked on it died: its work is continued`;
  }
  if (reason === "drifted") {
    const seen = view?.deployed === undefined
      ? "does not have it"
      : `has it ${view.deployed.condition}, not healthy`;
    const image = observation.imageExists === false ? ", and its image is gone" : "";
    return `The labels say that ${target} is running, but the platform ${seen}${image}`;
  }
  return `${target} ${STATE_WORDS[state]}`;
}

/**
 * Returns when the environment was created, if it is still the same one: it runs, or it is resumed or
 * restored. An environment that is made anew after a failure starts its lifetime now; so does an update, if the
 * time-to-live counts from the newest deployment.
 */
function createdBefore({ observation, policy, view }: Situation, reason: Reason): number | undefined {
  const deploysAnew = reason === "rebuild_requested" || reason === "settings_changed";
  if (policy.ttlFrom === "deployed" && deploysAnew) return undefined;
  const lives = view?.deployed !== undefined || view?.state === "running" || view?.state === "asleep" ||
    reason === "resumed" || reason === "drifted";
  if (!lives) return undefined;
  return [view?.labeled?.createdAt, view?.deployed?.createdAt].find((at) =>
    at !== undefined && at <= observation.now
  );
}

/**
 * Returns the triggers that a plan which brings the target up satisfies. A sleep trigger is one of them if a start or
 * sync stands beside it; else the environment is put to sleep when it is up.
 */
function consumable({ triggers, wanted }: Situation): readonly string[] {
  return triggers.flatMap((each) =>
    each.trigger === "stop" || each.name === undefined || (each.trigger === "sleep" && wanted.length === 0)
      ? []
      : [each.name]
  );
}

/** Plans by rule 6: a run died, and its work is continued from the parts that exist. */
export function planResume(situation: Situation): Plan {
  const { observation, view } = situation;
  const status = view?.labeled?.status;
  const rebuilding = status === "updating" && observation.labels.preparing.includes(situation.target);
  const build = rebuilding || observation.imageExists === false ||
    (status === "building" && observation.imageExists !== true);
  const serves = view !== undefined && servesAlready(view);
  if (view !== undefined && !serves && isWaking(observation, view)) {
    return bringUp(situation, { rule: 6, reason: "resumed", build: false, wake: true });
  }
  return bringUp(situation, { rule: 6, reason: "resumed", build: build && !serves, serves });
}

/** Whether a run that died was waking the environment: it sleeps by the record, and not by its label any more. */
export function isWaking({ record: { sleep } }: Observation, { short, labeled, deployed }: ShaView): boolean {
  return sleep?.sha === short && labeled?.status === "deploying" && deployed !== undefined;
}

/** Whether a run that died had deployed the environment, so that only the record is missing. */
export function servesAlready({ deployed, labeled }: ShaView): boolean {
  return deployed?.healthy === true && !deployed.unsettled && labeled?.status !== "updating";
}
