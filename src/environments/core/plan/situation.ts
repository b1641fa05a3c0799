/** The facts that every rule of the decision looks at, and the shape of its outcome. */

import { type ShortSha, shortSha } from "../../../lib/ids.ts";
import type { Observation, Policy } from "./observation.ts";
import { type Likeness, likenessOf } from "./likeness.ts";
import type { ActionNeeded, Plan, Reason, Step } from "./plan.ts";
import { type ShaView, viewShas } from "./state.ts";
import { isTargetTrusted, type TriggerView, viewTriggers } from "./trust.ts";

/** The facts that every rule looks at. */
export interface Situation {
  readonly observation: Observation;
  readonly policy: Policy;
  readonly target: ShortSha;
  readonly views: ReadonlyMap<ShortSha, ShaView>;
  readonly view: ShaView | undefined;
  readonly state: ShaView["state"];
  /** How the record under the target's 7 digits relates to the target. */
  readonly likeness: Likeness;
  /** Whether the target may be built in any case: it is trusted, or a trigger that counts approves it. */
  readonly approved: boolean;
  readonly others: readonly ShaView[];
  readonly triggers: readonly TriggerView[];
  /** Start and sync triggers that count and approve the target. */
  readonly wanted: readonly TriggerView[];
  readonly frozen: boolean;
  readonly lockAlive: boolean;
}

/** Derives from an observation the facts that the rules look at. */
export function survey(observation: Observation, policy: Policy): Situation {
  const views = viewShas(observation);
  const target = shortSha(observation.target);
  const view = views.get(target);
  const triggers = viewTriggers(observation, policy);
  const becameRunning = observation.labels.ours.filter(({ label }) =>
    label.kind === "status" && label.sha === target && label.status === "running"
  ).map(({ name }) => observation.origins.get(name)?.at).find((at) => at !== undefined);
  const stale = (trigger: TriggerView) =>
    becameRunning !== undefined && trigger.at !== undefined && trigger.at < becameRunning;
  const wanted = triggers.filter((each) =>
    isUpward(each) && each.authorized && each.approvesTarget && !stale(each)
  );
  return {
    observation,
    policy,
    target,
    views,
    view,
    likeness: likenessOf(observation, view),
    approved: policy.autoSync === "always" || isTargetTrusted(observation) || wanted.length > 0,
    state: view?.state ?? "absent",
    others: [...views.values()].filter((each) => each.short !== target && each.state !== "absent"),
    triggers,
    wanted,
    frozen: observation.labels.frozen.length > 0,
    lockAlive: observation.lock.kind === "held" && observation.lock.alive,
  };
}

/** Whether a trigger asks for the target to be brought up. */
export function isUpward({ trigger }: Pick<TriggerView, "trigger">): boolean {
  return trigger === "start" || trigger === "sync";
}

/** Returns the step that shows a notice in the comment; none if the comment shows it already. */
export function notice(
  situation: Situation,
  saying: { readonly reason: Reason; readonly about: string },
): readonly Step[] {
  const key = `${saying.reason}:${saying.about}`;
  const { observation, policy } = situation;
  return !policy.comments || observation.record.notice === key ? [] : [{ kind: "notice", key }];
}

/** Builds the plan of a rule. */
export function result(
  situation: Situation,
  how: {
    readonly rule: number;
    readonly reason: Reason;
    readonly action: ActionNeeded;
    readonly endsEverything?: boolean;
    readonly build?: boolean;
    readonly steps?: readonly Step[];
    readonly because: readonly string[];
  },
): Plan {
  return {
    pr: situation.observation.pr,
    target: situation.observation.target,
    action: how.action,
    reason: how.reason,
    rule: how.rule,
    endsEverything: how.endsEverything ?? false,
    build: how.build ?? false,
    steps: how.steps ?? [],
    because: how.because,
  };
}
