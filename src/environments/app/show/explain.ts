/** Explains a decision: its inputs, the rule that applied, and what would change it. Changes nothing. */

import { formatInstant } from "../../../lib/instant.ts";
import { type PrNumber, shortSha } from "../../../lib/ids.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { LockOwner } from "../../core/lock.ts";
import {
  type Comparison,
  isTargetTrusted,
  judgeLabels,
  type Observation,
  type PermissionAnswer,
  type Plan,
  planVariations,
  type Policy,
  settingsDifference,
  type ShaState,
  touchedPath,
  type TriggerView,
  type Variation,
  viewShas,
  viewTriggers,
  wantedSettings,
} from "../../core/plan/mod.ts";
import type { DeployedSettings } from "../../core/environment/environment.ts";
import { type CensusPorts, countForVariations } from "../limits/read_census.ts";
import type { ObservedPull, ObservePorts } from "../observe/observe_pull.ts";
import { planOnce, type SyncOptions } from "../sync/sync_pull.ts";

/** One input of the decision, in words. */
export interface ExplainedInput {
  readonly name: string;
  readonly value: string;
  /** The value in the words of people, if it has codes. */
  readonly words?: string;
}

/** A decision with its reasons. */
export interface Explanation {
  readonly plan: Plan;
  readonly observed: ObservedPull;
  readonly inputs: readonly ExplainedInput[];
  readonly policy: Policy;
  /** Changes that would lead to another decision. */
  readonly variations: readonly Variation[];
  /** The same changes as sentences with codes. */
  readonly wouldChange: readonly string[];
}

/** Observes once, plans, and plans again with each input that could be different. */
export async function explainPull(
  ports: ObservePorts & CensusPorts,
  pr: PrNumber,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<Explanation> {
  const decision = await planOnce(ports, pr, options, signal);
  const { plan, observed, policy } = await countForVariations(ports, decision, signal);
  const variations = planVariations(observed.observation, policy);
  const wouldChange = variations.map(({ what, plan: other }) => {
    const building = other.build ? ", an image would be built" : "";
    return `${what}: ${other.action} (${other.reason}, rule ${other.rule})${building}`;
  });
  const inputs = inputsOf(observed.observation, policy);
  return { plan, observed, policy, inputs, variations, wouldChange };
}

const STATE_WORDS: Readonly<Record<ShaState, string>> = {
  absent: "not there",
  in_progress: "being brought up",
  running: "running",
  asleep: "asleep",
  drifted: "not running, although its label says so",
  failed: "failed",
  stopping: "being removed",
};

function inputsOf(observation: Observation, policy: Policy): readonly ExplainedInput[] {
  const { target, headSha, actor, people, record, labels, platform, lock } = observation;
  const inputs: ExplainedInput[] = [];
  const say = (name: string, value: string) => inputs.push({ name, value });
  say("pull request", observation.open ? "open" : "closed");
  say("head commit", `${headSha}${target === headSha ? "" : ` (asked for: ${target})`}`);
  say("trust", describeTrust(observation, policy));
  say(
    "actor",
    actor === undefined ? "not known" : `${actor}: ${describePermission(people.get(actor))}`,
  );
  for (const { name } of labels.ours) {
    const origin = observation.origins.get(name);
    say(
      `label ${name}`,
      origin === undefined
        ? "the timeline does not say who set it"
        : `set by ${origin.login ?? "an account that is gone"} at ${formatInstant(origin.at)}`,
    );
  }
  const { forged, uncertain, overlong, pretended } = judgeLabels(observation, policy).doubts;
  for (const { name } of [...forged, ...uncertain, ...overlong]) {
    const by = observation.origins.get(name)?.login;
    const who = by === undefined ? "an account that is gone" : `${by}: ${describePermission(people.get(by))}`;
    say(`label ${name}`, `set by ${who}; not believed`);
  }
  for (const { name } of pretended) say(`label ${name}`, "of an environment that a dry run pretended");
  for (const name of labels.foreign) say(`label ${name}`, "not of Showtime's language: ignored");
  for (const trigger of viewTriggers(observation, policy)) {
    say(`trigger ${trigger.trigger}`, describeTrigger(trigger, shortSha(target)));
  }
  for (const view of viewShas(observation).values()) {
    const attempts = record.attempts.get(view.short) ?? 0;
    const sources = `labels say ${view.labeled?.status ?? "nothing"}, ${
      platform === "as_labels" ? "the platform was not asked" : describeDeployed(view.deployed)
    }${
      attempts === 0
        ? ""
        : `; brought up ${attempts} times so far, ${1 + policy.retries} without being asked at most`
    }`;
    inputs.push({
      name: `environment ${view.short}`,
      value: `${view.state}: ${sources}`,
      words: `${STATE_WORDS[view.state]}: ${sources}`,
    });
  }
  if (platform !== "as_labels") {
    for (const each of platform) {
      if (each.short === undefined) {
        say(`environment ${each.service}`, `of an older scheme: ${each.condition}`);
      }
    }
  }
  for (
    const [what, exists] of [["the head", observation.imageExists], [
      "the active environment",
      observation.activeImageExists,
    ]] as const
  ) {
    if (exists !== undefined) say(`image of ${what}`, exists ? "is there" : "is gone");
  }
  if (observation.comparison !== undefined) {
    say("changed files", describeComparison(observation.comparison, policy.buildPaths ?? []));
  }
  if (observation.census !== undefined) {
    say("environments of other pull requests", String(observation.census.length));
  }
  say("lock", lock.kind === "held" ? describeHolder(lock.owner, lock.alive) : lock.kind);
  const wanted = wantedSettings(observation, policy);
  say("settings wanted", describeSettings(wanted));
  const deployed = viewShas(observation).get(shortSha(target))?.deployed?.settings;
  if (deployed !== undefined) {
    const differs = settingsDifference(deployed, wanted);
    say("settings deployed", differs.length === 0 ? "the same" : `different: ${differs.join(", ")}`);
  }
  say("automatic updates", policy.autoSync);
  say("time", formatInstant(observation.now));
  return inputs;
}

function describeComparison(comparison: Comparison, patterns: readonly string[]): string {
  const since = `since ${shortSha(comparison.base)}, which is deployed`;
  if (comparison.paths === undefined) return `${since}: not known in full, so all of them count as changed`;
  const touched = touchedPath(comparison, patterns);
  const count = comparison.paths.length;
  return touched === undefined
    ? `${since}: ${count}, none of build.paths`
    : `${since}: ${count}, and ${stripControls(touched)} is one of build.paths`;
}

function describeTrust(observation: Observation, policy: Policy): string {
  if (policy.autoSync === "always") return "every commit is trusted (auto_sync: always)";
  if (!isTargetTrusted(observation)) {
    return `not trusted: it comes from ${
      observation.headRepo ?? "a fork that is gone"
    }; a trigger on it approves it`;
  }
  return observation.headRepo?.toLowerCase() === observation.repo.toLowerCase()
    ? "trusted: it is on a branch of this repository"
    : `trusted: ${observation.event?.sender ?? "its sender"} pushed it and may cause builds`;
}

function describePermission(answer: PermissionAnswer | undefined): string {
  switch (answer?.kind) {
    case "known":
      return answer.permission;
    case "not_found":
      return "no role here";
    case "error":
      return `unknown, because asking failed: ${answer.message}`;
    case undefined:
      return "not asked, because nothing depends on it";
  }
}

function describeTrigger(trigger: TriggerView, target: string): string {
  const source = trigger.name === undefined ? "by this command" : `by "${trigger.name}"`;
  const who = `${trigger.by ?? "an unknown person"}, ${source}${
    trigger.at === undefined ? "" : ` at ${formatInstant(trigger.at)}`
  }`;
  if (!trigger.authorized) {
    return `${who}: refused, because ${trigger.refusal ?? "they lack write permission"}`;
  }
  if (trigger.approvesTarget) return `${who}: authorised`;
  return trigger.doubt === "moved"
    ? `${who}: authorised, but set on an earlier commit than ${target}`
    : `${who}: authorised, but nothing shows that ${target} was the head before`;
}

function describeDeployed(
  deployed: { readonly healthy: boolean; readonly condition: string } | undefined,
): string {
  if (deployed === undefined) return "the platform does not have it";
  return `the platform has it ${deployed.healthy ? "healthy" : "not healthy"} (${deployed.condition})`;
}

function describeHolder(owner: LockOwner | undefined, alive: boolean): string {
  if (owner === undefined) return "held by an entry that cannot be read";
  const run = owner.run === undefined
    ? "outside of Actions"
    : `run ${owner.run.id}, attempt ${owner.run.attempt}`;
  return `held by ${owner.login ?? "an unknown person"} (${run}) until ${formatInstant(owner.expiresAt)}, ${
    alive ? "alive" : "dead"
  }`;
}

function describeSettings(settings: DeployedSettings): string {
  const flags = Object.entries(settings.flags).map(([flag, on]) => `${flag} ${on ? "on" : "off"}`);
  return [`size ${settings.size}`, ...flags.sort()].join(", ");
}
