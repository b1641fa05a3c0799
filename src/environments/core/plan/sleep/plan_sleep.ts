/** The plans by rule 18: an environment is put to sleep, stays asleep, or wakes as it was, without a build. */

import type { SleepCause } from "../../environment/environment.ts";
import { keyOf } from "../../environment/names.ts";
import { decideActive } from "../active/decide_active.ts";
import { BRINGING, fullShaOf } from "../active/plan_active.ts";
import { bringUp } from "../bring_up.ts";
import { planIdle } from "../idle.ts";
import type { Observation, Policy } from "../observation.ts";
import type { Plan, Reason, Step } from "../plan.ts";
import { isUpward, result, type Situation, survey } from "../situation.ts";
import type { ShaView } from "../state.ts";
import type { TriggerView } from "../trust.ts";

/** The number of the rule about sleep. */
const RULE = 18;

/** The reasons for which an environment is put to sleep. */
const REASONS: Readonly<Record<SleepCause, Reason>> = {
  person: "sleep_requested",
  schedule: "sleep_scheduled",
  idle: "idle",
};

/** Plans by rule 18; undefined if no environment sleeps and none is to. */
export function planSleep(situation: Situation): Plan | undefined {
  const { observation, triggers, views, view: own, target, wanted, lockAlive } = situation;
  const short = decideActive(observation, { views, target });
  const view = short === undefined ? undefined : views.get(short);
  if (view?.state === "asleep") {
    const asked = triggers.filter((each) => each.authorized && (isUpward(each) || each.trigger === "wake"));
    if (asked.length > 0) return planWakeFor(situation, { view, asked });
    if (view.deployed !== undefined && view.deployed.sleep === undefined) {
      return lockAlive ? planWatching(situation, view) : planFinish(situation, view);
    }
    return own?.state === "drifted" && own !== view ? undefined : planStay(situation, view);
  }
  const sleep = triggers.filter((each) => each.authorized && each.trigger === "sleep");
  if (view?.state !== "running" || sleep.length === 0 || wanted.length > 0) return undefined;
  const { by } = sleep[0] ?? {};
  return sleepPlan(situation, {
    view,
    cause: "person",
    names: namesOf(sleep),
    because: [`${by ?? "A person"} asked to put ${view.short} to sleep`],
  });
}

/** Plans to put an environment to sleep that the cleanup chose. */
export function planSleeping(
  observation: Observation,
  policy: Policy,
  how: { readonly view: ShaView; readonly cause: SleepCause; readonly because: readonly string[] },
): Plan {
  return sleepPlan(survey(observation, policy), { ...how, names: [] });
}

/** Plans to wake an environment that the cleanup chose; undefined if its full hash is not on record. */
export function planWaking(
  observation: Observation,
  policy: Policy,
  how: { readonly view: ShaView; readonly because: readonly string[] },
): Plan | undefined {
  return wakePlan(survey(observation, policy), { ...how, reason: "wake_scheduled", asked: [] });
}

/** Plans to stop an environment that its label calls asleep: the run that put it to sleep died before. */
function planFinish(situation: Situation, view: ShaView): Plan {
  const { observation: { record } } = situation;
  return sleepPlan(situation, {
    view,
    cause: record.sleep?.sha === view.short ? record.sleep.cause : "person",
    names: namesOf(situation.triggers.filter(({ trigger }) => trigger === "sleep")),
    because: [
      `The labels say that ${view.short} is asleep, and it is not stopped: the run that stopped it ended early`,
    ],
  });
}

function planWatching(situation: Situation, { short }: ShaView): Plan {
  return result(situation, {
    rule: 5,
    reason: "in_progress",
    action: "no_action",
    because: [`Another run is putting ${short} to sleep`],
  });
}

function sleepPlan(
  situation: Situation,
  how: {
    readonly view: ShaView;
    readonly cause: SleepCause;
    readonly names: readonly string[];
    readonly because: readonly string[];
  },
): Plan {
  const { view: { short, deployed }, cause } = how;
  const { observation } = situation;
  const environment = deployed === undefined ? { pr: observation.pr, short } : keyOf(deployed);
  const steps: Step[] = deployed?.unsettled === true ? [{ kind: "settle", environment }] : [];
  const { sleep: recorded } = observation.record;
  const since = recorded?.sha === short ? recorded.since : observation.now;
  steps.push({ kind: "sleep", sleep: { short, environment, cause, since }, triggers: how.names });
  return result(situation, {
    rule: RULE,
    reason: REASONS[cause],
    action: "sleep_environment",
    steps,
    because: how.because,
  });
}

/** Plans to leave everything as it is. A newer commit waits: it is built when the environment is awake. */
function planStay(situation: Situation, { short }: ShaView): Plan {
  const { target, observation: { pr } } = situation;
  const how = `a start or sync trigger, or "showtime wake ${pr}", wakes it without a build`;
  return planIdle(situation, {
    rule: RULE,
    reason: "asleep",
    because: [
      short === target
        ? `${short} is asleep; ${how}`
        : `${short} is asleep, and ${target} waits until it is awake; ${how}`,
    ],
  });
}

/** Plans a wake that was asked for. A forced start builds the commit anew instead. */
function planWakeFor(
  situation: Situation,
  { view, asked }: { readonly view: ShaView; readonly asked: readonly TriggerView[] },
): Plan | undefined {
  const { observation: { request }, target } = situation;
  const [first] = asked;
  // The command in a comment means what the label means, and the label wakes.
  const anew = request?.trigger === "start" && request.force && request.comment === undefined;
  if (anew && view.short === target) {
    return bringUp(situation, { rule: 8, reason: "rebuild_requested", build: true, asked: first?.by });
  }
  return wakePlan(situation, {
    view,
    reason: "wake_requested",
    asked,
    because: [`${first?.by ?? "A person"} asked to wake ${view.short}`],
  }) ?? planStay(situation, view);
}

/** Plans to start an environment as it was. Changed settings are applied afterwards, by rule 15. */
function wakePlan(
  situation: Situation,
  how: {
    readonly view: ShaView;
    readonly reason: "wake_requested" | "wake_scheduled";
    readonly asked: readonly TriggerView[];
    readonly because: readonly string[];
  },
): Plan | undefined {
  const { observation, policy, target, triggers } = situation;
  const { view, reason, asked, because } = how;
  const sha = fullShaOf(observation, view) ?? (view.short === target ? observation.target : undefined);
  if (sha === undefined) return undefined;
  const own = survey({ ...observation, target: sha, request: undefined }, {
    ...policy,
    ttl: undefined,
    givenImage: undefined,
  });
  const plan = bringUp(own, { rule: RULE, reason, build: false, wake: true });
  // A start or sync asks for the target too, so it stays until the target is up. A sleep before it is outweighed.
  const satisfied = view.short === target ? asked : [];
  const outweighed = asked.length > 0 ? triggers.filter(({ trigger }) => trigger === "sleep") : [];
  const names = namesOf([...satisfied, ...outweighed]);
  const [intent, ...rest] = plan.steps.filter(({ kind }) => BRINGING.includes(kind));
  return result(situation, {
    rule: RULE,
    reason,
    action: "wake_environment",
    steps: [
      ...(intent === undefined ? [] : [intent]),
      ...(names.length === 0 ? [] : [{ kind: "consume_triggers", names } as const]),
      ...rest,
    ],
    because,
  });
}

function namesOf(triggers: readonly TriggerView[]): readonly string[] {
  return triggers.flatMap(({ name }) => name === undefined ? [] : [name]);
}
