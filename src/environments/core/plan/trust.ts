/** Who asked for what, and whether they may: the part of the decision that guards builds. */

import type { ShortSha } from "../../../lib/ids.ts";
import { sameLabelName } from "../labels/mod.ts";
import type { Trigger } from "../labels/label.ts";
import { isWrittenByUs } from "./believe.ts";
import type { Observation, Policy } from "./observation.ts";
import { mayCauseBuild } from "../../../lib/permission.ts";

/** A trigger label on the pull request, or a command that acts like one. */
export interface TriggerView {
  readonly trigger: Trigger;
  /** The label's name; undefined for a command. */
  readonly name: string | undefined;
  /** Who set it; undefined where nobody can be established. */
  readonly by: string | undefined;
  /** Milliseconds since 1970; undefined where the timeline does not tell. */
  readonly at: number | undefined;
  readonly authorized: boolean;
  /** Set for the target, or the target is trusted anyway. */
  readonly approvesTarget: boolean;
  /** Why it is refused, as a sentence; undefined where it is not. */
  readonly refusal: string | undefined;
  /** GitHub did not tell whether they may: refused for now, and not taken off. */
  readonly uncertain: boolean;
}

/** How much later than its payload says a label of the same event may stand in the timeline, in milliseconds. */
const SLACK_MS = 5_000;

/** Whether a login names a bot: bots cannot ask for builds. */
function isBot(login: string): boolean {
  return login.endsWith("[bot]");
}

/** Whether `login` may cause a build, by the permissions that were asked. */
export function personMay(observation: Observation, login: string | undefined): boolean {
  return login !== undefined && !isBot(login) && mayCauseBuild(observation.people.get(login));
}

/** Why `login` may not cause a build, as a sentence. */
export function describeRefusal(observation: Observation, login: string | undefined): string {
  if (login === undefined) return "nobody could be established as the one who asked";
  if (isBot(login)) return `${login} is a bot, and bots cannot ask for environments`;
  const answer = observation.people.get(login);
  switch (answer?.kind) {
    case "known":
      return `${login} has the role "${answer.permission}" in ${observation.repo}; write, maintain or admin is needed`;
    case "not_found":
      return `${login} has no role in ${observation.repo}; write, maintain or admin is needed`;
    case "error":
      return `the permission of ${login} could not be read (${answer.message}), so the request is refused`;
    case undefined:
      return `the permission of ${login} is not known, so the request is refused`;
  }
}

/**
 * Whether the target may be built without somebody asking for it: it is on a branch of this repository, or the
 * sender of the event that pushed it may cause builds.
 */
export function isTargetTrusted(observation: Observation): boolean {
  const { headRepo, repo, target, headSha, event } = observation;
  if (target === headSha && headRepo?.toLowerCase() === repo.toLowerCase()) return true;
  const pushed = event?.action === "synchronize" && event.headSha === target;
  return pushed && personMay(observation, event.sender);
}

/** All triggers, those of commands included, with who set them and whether they count. */
export function viewTriggers(observation: Observation, policy: Policy): readonly TriggerView[] {
  const trusted = policy.autoSync === "always" || isTargetTrusted(observation);
  const views: TriggerView[] = observation.labels.triggers.map(({ trigger, name }) => {
    const origin = observation.origins.get(name);
    // An event without a person is not the same as no event: what a deleted account asked for is nobody else's wish.
    const gone = origin !== undefined && origin.login === undefined;
    const by = origin === undefined ? observation.actor : origin.login;
    const authorized = personMay(observation, by);
    return {
      trigger,
      name,
      by,
      at: origin?.at,
      authorized,
      approvesTarget: trusted || labelApprovesTarget(observation, name),
      refusal: authorized
        ? undefined
        : gone
        ? "the account that set it does not exist any more, so nobody can be asked what it may"
        : describeRefusal(observation, by),
      uncertain: by !== undefined && !isBot(by) && observation.people.get(by)?.kind === "error",
    };
  });
  if (observation.request !== undefined) {
    const by = observation.actor;
    const authorized = personMay(observation, by);
    views.push({
      trigger: observation.request.trigger,
      name: undefined,
      by,
      at: undefined,
      authorized,
      approvesTarget: true,
      refusal: authorized ? undefined : describeRefusal(observation, by),
      uncertain: by !== undefined && !isBot(by) && observation.people.get(by)?.kind === "error",
    });
  }
  return views;
}

/**
 * Whether a trigger label was set on the target: by the event that is about it, unless the timeline has a younger one,
 * else by the timeline. Where neither
 * tells, the label counts as set now.
 */
function labelApprovesTarget(observation: Observation, name: string): boolean {
  const { event, origins, target } = observation;
  const origin = origins.get(name);
  if (event?.action === "labeled" && event.label !== undefined && sameLabelName(event.label, name)) {
    // A job that comes late speaks of a label that was taken off and set anew since: it tells nothing of the new one.
    const outdated = origin !== undefined && event.at !== undefined && origin.at > event.at + SLACK_MS;
    if (event.headSha !== undefined && !outdated) return event.headSha === target;
  }
  return origin === undefined || origin.approves === target;
}

/**
 * Whether the record of an SHA on the pull request was written by Showtime or somebody who may cause builds. A
 * status label set by anybody else must not make a run "resume" a build that nobody approved.
 */
export function isRecordTrusted(observation: Observation, short: ShortSha): boolean {
  const labeled = observation.labels.environments.get(short);
  const statuses = (labeled?.labels ?? []).filter(({ label }) =>
    label.kind === "status" || label.kind === "unknown_status"
  );
  return statuses.every(({ name }) => {
    const origin = observation.origins.get(name);
    if (origin === undefined) return personMay(observation, observation.actor);
    return origin.own || origin.bot || personMay(observation, origin.login);
  });
}

/** Logins whose permission the decision depends on; the actor is asked along with the pull request. */
export function peopleToAsk(observation: Omit<Observation, "people">): readonly string[] {
  const wanted = new Set<string>();
  for (const { label, name } of observation.labels.ours) {
    const origin = observation.origins.get(name);
    if (origin?.login === undefined) continue;
    if (label.kind === "trigger") wanted.add(origin.login);
    // What Showtime did not write itself is believed only from those who may.
    const doubtful = isWrittenByUs(label) || label.kind === "pr_ttl";
    if (doubtful && !origin.own && !origin.bot) wanted.add(origin.login);
  }
  const { event } = observation;
  if (event?.action === "synchronize" && event.sender !== undefined) wanted.add(event.sender);
  return [...wanted].filter((login) => !isBot(login));
}
