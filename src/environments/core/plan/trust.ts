/** The part of the decision that guards builds: who asked, and whether that account may. */

import type { ShortSha } from "../../../lib/ids.ts";
import { payloadHead } from "./approval.ts";
import { isWrittenByUs } from "./believe.ts";
import type { ApprovalDoubt, Asked, Observation, Policy } from "./observation.ts";
import { mayCauseBuild } from "../../../lib/permission.ts";

/** A trigger label on the pull request, or a command that acts like one. */
export interface TriggerView {
  readonly trigger: Asked;
  /** The label's name; undefined for a command. */
  readonly name: string | undefined;
  /** The login that set it; undefined if it cannot be identified. */
  readonly by: string | undefined;
  /** Milliseconds since 1970; undefined if the timeline does not say. */
  readonly at: number | undefined;
  readonly authorized: boolean;
  /** Whether it was set on the target, or the target is trusted anyway. */
  readonly approvesTarget: boolean;
  /** Why it does not approve the target; undefined if it does. */
  readonly doubt: ApprovalDoubt | undefined;
  /** The reason for the refusal, as a sentence; undefined if it is not refused. */
  readonly refusal: string | undefined;
  /** Whether GitHub did not report the permission: the trigger is refused for now, and stays. */
  readonly uncertain: boolean;
}

/** Whether a login is a bot's. Bots cannot ask for builds. */
function isBot(login: string): boolean {
  return login.endsWith("[bot]");
}

/** Whether `login` may cause a build, by the permissions that were read. */
export function personMay(observation: Pick<Observation, "people">, login: string | undefined): boolean {
  return login !== undefined && !isBot(login) && mayCauseBuild(observation.people.get(login));
}

/** Says in a sentence why `login` may not cause a build. */
export function describeRefusal(
  observation: Pick<Observation, "people" | "repo">,
  login: string | undefined,
): string {
  if (login === undefined) return "the account that asked could not be identified";
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
 * Whether the target may be built without a request: it is on a branch of this repository, or the sender of
 * the event that pushed it may cause builds.
 */
export function isTargetTrusted(observation: Observation): boolean {
  const { headRepo, repo, target, headSha, event } = observation;
  if (target === headSha && headRepo?.toLowerCase() === repo.toLowerCase()) return true;
  const pushed = event?.action === "synchronize" && event.headSha === target;
  return pushed && personMay(observation, event.sender);
}

/** Returns all triggers, including those of commands, with who set them and whether they count. */
export function viewTriggers(
  observation: Observation,
  policy: Pick<Policy, "autoSync">,
): readonly TriggerView[] {
  const trusted = policy.autoSync === "always" || isTargetTrusted(observation);
  const views: TriggerView[] = observation.labels.triggers.map(({ trigger, name }) => {
    const origin = observation.origins.get(name);
    // An event without an account differs from no event: the actor of this run does not answer for a deleted
    // account.
    const gone = origin !== undefined && origin.login === undefined;
    const by = origin === undefined ? observation.actor : origin.login;
    const authorized = personMay(observation, by);
    // Sleep runs no code, so it needs no approval of the commit.
    const doubt = trusted || trigger === "sleep" ? undefined : doubtAbout(observation, name);
    return {
      trigger,
      name,
      by,
      at: origin?.at,
      authorized,
      approvesTarget: doubt === undefined,
      doubt,
      refusal: authorized
        ? undefined
        : gone
        ? "the account that set it does not exist any more, so its permission cannot be read"
        : describeRefusal(observation, by),
      uncertain: by !== undefined && !isBot(by) && observation.people.get(by)?.kind === "error",
    };
  });
  if (observation.request !== undefined) {
    const by = observation.actor;
    const authorized = personMay(observation, by);
    const { trigger, comment } = observation.request;
    // A command at a terminal approves what it names; a comment approves the head that people saw.
    const approves = trusted || comment === undefined || comment.approves === observation.target;
    const doubt = approves ? undefined : comment.doubt ?? "moved";
    views.push({
      trigger,
      name: undefined,
      by,
      at: comment?.at,
      authorized,
      approvesTarget: doubt === undefined,
      doubt,
      refusal: authorized ? undefined : describeRefusal(observation, by),
      uncertain: by !== undefined && !isBot(by) && observation.people.get(by)?.kind === "error",
    });
  }
  return views;
}

/**
 * Returns why a trigger label does not approve the target; undefined if it does. A label without an event in
 * the timeline counts as set now, unless the run's own event about it names another head.
 */
function doubtAbout({ event, origins, target }: Observation, name: string): ApprovalDoubt | undefined {
  const origin = origins.get(name);
  if (origin !== undefined) return origin.approves === target ? undefined : origin.doubt ?? "moved";
  const head = payloadHead(event, { name, at: undefined });
  return head === undefined || head === target ? undefined : "moved";
}

/**
 * Whether Showtime or an account that may cause builds wrote the record of an SHA on the pull request. A
 * status label from any other account must not make a run "resume" a build that was never approved.
 */
export function isRecordTrusted(observation: Observation, short: ShortSha): boolean {
  const labeled = observation.labels.environments.get(short);
  const statuses = (labeled?.labels ?? []).filter(({ label }) =>
    label.kind === "status" || label.kind === "unknown_status"
  );
  return statuses.every(({ name }) => {
    const origin = observation.origins.get(name);
    if (origin === undefined) return personMay(observation, observation.actor);
    return origin.own || personMay(observation, origin.login);
  });
}

/** Returns the logins whose permission the decision depends on. The actor's is read with the pull request. */
export function peopleToAsk(observation: Omit<Observation, "people">): readonly string[] {
  const wanted = new Set<string>();
  for (const { label, name } of observation.labels.ours) {
    const origin = observation.origins.get(name);
    if (origin?.login === undefined) continue;
    if (label.kind === "trigger") wanted.add(origin.login);
    // A label that Showtime did not write itself is believed only from an account that may cause builds.
    const doubtful = isWrittenByUs(label) || label.kind === "pr_ttl";
    if (doubtful && !origin.own) wanted.add(origin.login);
  }
  const { event } = observation;
  if (event?.action === "synchronize" && event.sender !== undefined) wanted.add(event.sender);
  return [...wanted].filter((login) => !isBot(login));
}
