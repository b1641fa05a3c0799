/** The search for what would change a decision: it plans again over observations that differ in one thing. */

import { type FullSha, fullSha, shortSha } from "../../../lib/ids.ts";
import { formatLabel, type Label, type LabelState, withLabel, withoutLabels } from "../labels/mod.ts";
import type { Trigger } from "../labels/label.ts";
import { planPull } from "./decide.ts";
import type { LabelOrigin, Observation, Policy } from "./observation.ts";
import type { Plan } from "./plan.ts";
import { isTargetTrusted } from "./trust.ts";

/** One thing that could be different, and the plan that results from it. */
export interface Variation {
  /** The beginning of a sentence: `with a start trigger by a person with write permission`. */
  readonly what: string;
  readonly plan: Plan;
}

/** The login of a person who may cause builds. No account can have it, because it contains spaces. */
const AUTHORIZED = "a person with write permission";
/** The hash of a commit that cannot exist. */
const NEWER: FullSha = fullSha("f".repeat(40));

/**
 * Returns the variations whose outcome (action, reason or build) differs from that of the observation itself.
 */
export function planVariations(observation: Observation, policy: Policy): readonly Variation[] {
  const base = planPull(observation, policy);
  return variants(observation)
    .map(({ what, observation: varied }) => ({ what, plan: planPull(varied, policy) }))
    .filter(({ plan }) =>
      plan.action !== base.action || plan.reason !== base.reason || plan.build !== base.build
    );
}

interface Variant {
  readonly what: string;
  readonly observation: Observation;
}

function variants(observation: Observation): readonly Variant[] {
  const { labels, lock, target, open } = observation;
  const list: Variant[] = [];
  for (const trigger of ["start", "sync", "stop"] as const) {
    list.push({
      what: `with a ${trigger} trigger by ${AUTHORIZED}`,
      observation: withTrigger(observation, trigger),
    });
  }
  for (const { name, trigger } of labels.triggers) {
    list.push({ what: `without "${name}"`, observation: without(observation, [name]) });
    if (trigger !== "stop") {
      list.push({
        what: `with "${name}" set now by ${AUTHORIZED}`,
        observation: withTrigger(without(observation, [name]), trigger),
      });
    }
  }
  if (labels.frozen.length > 0) {
    list.push({ what: "without the freeze label", observation: without(observation, labels.frozen) });
  }
  if (labels.blocked.length > 0) {
    list.push({ what: "without the blocked label", observation: without(observation, labels.blocked) });
  } else {list.push({
      what: "with the blocked label",
      observation: labelled(observation, { kind: "blocked" }),
    });}
  if (lock.kind === "held") {
    list.push({ what: "once the lock is free", observation: { ...observation, lock: { kind: "free" } } });
  }
  if (observation.census !== undefined) {
    list.push({ what: "if no other environment were there", observation: { ...observation, census: [] } });
  }
  if (observation.comparison !== undefined) {
    const { paths: _, ...comparison } = observation.comparison;
    list.push({
      what: "if a file of build.paths had changed",
      observation: { ...observation, comparison: { ...comparison, paths: undefined } },
    });
  }
  if (!isTargetTrusted(observation) && target === observation.headSha) {
    list.push({
      what: "if the commit were trusted",
      observation: { ...observation, headRepo: observation.repo },
    });
  }
  if ((observation.record.attempts.get(shortSha(target)) ?? 0) > 0) {
    const record = { ...observation.record, attempts: new Map() };
    list.push({ what: "if it had not been tried before", observation: { ...observation, record } });
  }
  list.push(
    {
      what: "with a newer, trusted commit",
      observation: { ...observation, headSha: NEWER, target: NEWER, headRepo: observation.repo },
    },
    {
      what: open ? "once the pull request is closed" : "if the pull request were open",
      observation: { ...observation, open: !open },
    },
  );
  return list;
}

function withTrigger(observation: Observation, trigger: Trigger): Observation {
  return labelled(observation, { kind: "trigger", trigger });
}

function labelled(observation: Observation, label: Label): Observation {
  const name = formatLabel(label);
  const origin: LabelOrigin = {
    login: AUTHORIZED,
    bot: false,
    own: false,
    at: observation.now,
    approves: observation.target,
  };
  return {
    ...relabeled(observation, withLabel(observation.allLabels, { name, label })),
    origins: new Map([...observation.origins, [name, origin]]),
    people: new Map([...observation.people, [AUTHORIZED, { kind: "known", permission: "write" }]]),
    event: undefined,
  };
}

function without(observation: Observation, names: readonly string[]): Observation {
  return relabeled(observation, withoutLabels(observation.allLabels, names));
}

function relabeled(observation: Observation, labels: LabelState): Observation {
  return { ...observation, labels, allLabels: labels };
}
