/** The places in a pull request's context that are about its environments, and what they hold. */

import { valueAt } from "../tree/operations.ts";
import type { Path } from "../tree/path.ts";
import { isValueMap, toValue, type Value, type ValueMap } from "../tree/value.ts";

/** The pipeline whose events are named after statuses. */
export const ENVIRONMENT_PIPELINE = "environment";

/** The events of that pipeline. */
export const ENVIRONMENT_EVENTS: readonly string[] = [
  "building",
  "deploying",
  "updating",
  "running",
  "failed",
  "stopped",
  "expired",
];

/** How an environment ended. */
export type EnvironmentEnd = "stopped" | "expired";

/** The environment of one commit. */
export interface EnvironmentNews {
  /** The first 7 digits of the commit. */
  readonly sha: string;
  /** The status of the label. */
  readonly status: string;
  /** When the status was set, as RFC 3339; undefined if it is not known yet. */
  readonly since: string | undefined;
  /** The environment as `status --json` prints it. */
  readonly object: ValueMap;
}

/** The environments of a pull request at one moment. */
export interface PullNews {
  /** `owner/name`. Another repository has a pull request of the same number. */
  readonly repository: string;
  /** As RFC 3339 in UTC, to be compared as text. */
  readonly at: string;
  readonly environments: readonly EnvironmentNews[];
  /** Whether a run works on them still: only the beginning of work is announced. */
  readonly atWork: boolean;
  /** The ends of environments that are known; others go by their expiry. */
  readonly ended: ReadonlyMap<string, EnvironmentEnd>;
}

/** An event as it was fired: its name, and when the status began. */
export interface FiredEvent {
  readonly event: string;
  readonly since: string | undefined;
}

/** The facts about an environment that are kept beside its object. */
export interface EnvironmentMark {
  readonly status: string;
  readonly since: string | undefined;
  /** When GitHub showed it: an older sight changes nothing. */
  readonly seen: string;
  /** The newest event whose handlers are done. */
  readonly fired: FiredEvent | undefined;
}

/** The place of an environment's object. */
export function objectPath(sha: string): Path {
  return ["state", "environments", sha];
}

/** The place of an environment's mark. */
export function markPath(sha: string): Path {
  return ["state", "environmentEvents", sha];
}

/** The place of the repository that a context follows. */
export const REPOSITORY_PATH: Path = ["state", "environmentEvents", "repository"];

/** Lists the commits whose environments a context knows, in the order in which they came. */
export function knownEnvironments(tree: ValueMap): readonly string[] {
  const known = valueAt(tree, ["state", "environments"]);
  return isValueMap(known) ? [...known.keys()] : [];
}

/** Reads the mark of an environment; undefined if it is absent or cannot be read. */
export function readMark(tree: ValueMap, sha: string): EnvironmentMark | undefined {
  const mark = valueAt(tree, markPath(sha));
  if (!isValueMap(mark)) return undefined;
  const [status, seen, fired] = [textIn(mark, "status"), textIn(mark, "seen"), mark.get("fired")];
  if (status === undefined || seen === undefined) return undefined;
  const event = isValueMap(fired) ? textIn(fired, "event") : undefined;
  return {
    status,
    seen,
    since: textIn(mark, "since"),
    fired: event === undefined || !isValueMap(fired) ? undefined : { event, since: textIn(fired, "since") },
  };
}

/** Makes the value of a mark. */
export function markValue({ status, since, seen, fired }: EnvironmentMark): Value {
  return toValue({
    status,
    since: since ?? null,
    seen,
    fired: fired === undefined ? null : { event: fired.event, since: fired.since ?? null },
  });
}

/** Returns the text under a key; undefined for anything else. */
export function textIn(map: ValueMap, key: string): string | undefined {
  const value = map.get(key);
  return typeof value === "string" ? value : undefined;
}

/** Whether work on an environment has begun and not ended. */
export function isInProgress(status: string): boolean {
  return ["building", "built", "deploying", "updating"].includes(status);
}

/** Whether an environment is gone. */
export function isEnded(status: string): status is EnvironmentEnd {
  return status === "stopped" || status === "expired";
}
