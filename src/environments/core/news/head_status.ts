/** The status `showtime` that a head commit is to have. Checks on the pull request show it. */

import { FAILURE_WORDS } from "../environment/failure.ts";
import type { FullSha, ShortSha } from "../../../lib/ids.ts";
import { shortSha } from "../../../lib/ids.ts";
import type { LabeledEnvironment, LabelState } from "../labels/mod.ts";
import type { FailedUpdate, RememberedFailure } from "../comment/mod.ts";
import { formatUrl } from "../environment/names.ts";

/** The context of the status, which branch protection names. */
export const STATUS_CONTEXT = "showtime";

/** The status of a commit. `url`: undefined if it leads nowhere. */
export interface HeadStatus {
  readonly state: "pending" | "success" | "failure" | "error";
  readonly description: string;
  readonly url: string | undefined;
}

/** The facts that decide about the status of a head commit. */
export interface StatusFacts {
  readonly open: boolean;
  readonly headSha: FullSha;
  /** The labels that are believed. */
  readonly labels: LabelState;
  /** Finds the address that stays of an environment; undefined if it has none. */
  readonly stableOf?: ((short: ShortSha) => string | undefined) | undefined;
  /** The newest failure on record. */
  readonly failure?: RememberedFailure | undefined;
  /** The newest failed update on record. */
  readonly update?: FailedUpdate | undefined;
  /** The status that the commit has; undefined if it is not known. */
  readonly present: HeadStatus | "none" | undefined;
  /** Whether branch protection waits for the status on every head. */
  readonly required: boolean;
}

/**
 * Returns the status that the head commit is to have; undefined if the one that it has may stay. The address of an
 * environment is in the status of `success`. The other states have no address here: the run that writes them knows
 * which page explains them.
 */
export function wantedStatus(facts: StatusFacts): HeadStatus | undefined {
  const { environments } = facts.labels;
  const short = shortSha(facts.headSha);
  const head = environments.get(short);
  if (head?.status !== undefined) return ofEnvironment(facts, head);
  // A push that changes nothing in the image is served by the environment of an earlier commit.
  const serving = [...environments.values()].find(({ serves }) => serves?.includes(short) === true);
  return serving?.status === undefined ? withoutEnvironment(facts) : ofEnvironment(facts, serving);
}

function ofEnvironment(facts: StatusFacts, head: LabeledEnvironment): HeadStatus | undefined {
  const { failure, update } = facts;
  switch (head.status) {
    case "building":
    case "built":
    case "deploying":
    case "updating":
      return { state: "pending", description: "The environment is coming up", url: undefined };
    case "running":
      return {
        state: "success",
        description: update?.sha === head.sha
          ? "The environment is running; its last update failed"
          : "The environment is running",
        url: head.address === undefined ? undefined : facts.stableOf?.(head.sha) ?? formatUrl(head.address),
      };
    case "asleep":
      // The stable address leads to a page that says how to wake it, where the platform has such a page.
      return {
        state: "success",
        description: "The environment is asleep; a start or sync trigger wakes it",
        url: facts.stableOf?.(head.sha),
      };
    case "failed":
    case "unknown": {
      const reason = failure?.sha === head.sha ? failure.reason : "failed";
      return { state: "failure", description: FAILURE_WORDS[reason], url: undefined };
    }
    default:
      return undefined;
  }
}

/**
 * A status that says "pending" without an environment was left by a run that died. A status of success stays: it says
 * that the environment expired, was stopped or was never asked for.
 */
function withoutEnvironment(
  { open, present, required, labels, headSha }: StatusFacts,
): HeadStatus | undefined {
  if (present === undefined) return undefined;
  const left = present !== "none" && present.state === "pending";
  const missing = open && required && (present === "none" || present.state !== "success");
  if (!left && !missing) return undefined;
  const others = [...labels.environments.values()].filter(({ sha, status }) =>
    sha !== shortSha(headSha) && status !== undefined && status !== "stopping"
  );
  return {
    state: "success",
    description: others.length > 0 ? runsAnother(others.map(({ sha }) => sha)) : "No preview was asked for",
    url: undefined,
  };
}

function runsAnother(shas: readonly ShortSha[]): string {
  return `This commit has no preview; the pull request's preview is of ${shas.join(", ")}`.slice(0, 140);
}

/** Returns the status of a commit whose environment is removed; undefined if the one that it has may stay. */
export function removedStatus(present: HeadStatus | undefined): HeadStatus | undefined {
  if (present === undefined || (present.state !== "pending" && present.state !== "success")) return undefined;
  // Without an address there is nothing to take back.
  if (present.state === "success" && present.url === undefined) return undefined;
  return { state: "success", description: "The environment is removed", url: undefined };
}

/** Whether a commit has a status already. Of a state without an address, the page that explains it does not matter. */
export function isStatus(present: HeadStatus | "none" | undefined, wanted: HeadStatus): boolean {
  if (present === undefined || present === "none") return false;
  return present.state === wanted.state && present.description === wanted.description &&
    (wanted.state !== "success" || sameUrl(present.url, wanted.url));
}

function sameUrl(one: string | undefined, other: string | undefined): boolean {
  const whole = (url: string | undefined) =>
    url !== undefined && URL.canParse(url) ? new URL(url).href : url ?? "";
  return whole(one) === whole(other);
}
