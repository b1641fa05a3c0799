/**
 * The decision which environments of a pull request sleep and wake by time. It is made once over the listings and once
 * more, under the lock, over a fresh look.
 */

import { formatAge } from "../../../lib/duration.ts";
import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import { formatInstant } from "../../../lib/instant.ts";
import type { NewestRequest, PlatformEnvironment, SleepCause } from "../environment/environment.ts";
import type { LabeledEnvironment, LabelState } from "../labels/mod.ts";
import { formatSleepHours, windowAt } from "./hours.ts";
import type { RecordedSleep } from "./recorded_sleep.ts";
import type { SleepSettings } from "./settings.ts";

/** Everything about the sleep of one pull request's environments. */
export interface SleepFacts {
  /** GitHub's time, milliseconds since 1970. */
  readonly now: number;
  readonly pr: PrNumber;
  readonly pull: { readonly open: boolean; readonly labels: LabelState } | undefined;
  /** The platform's environments of this number. */
  readonly platform: readonly PlatformEnvironment[];
  readonly settings: SleepSettings;
  /** The comment's record; undefined if it was not read. */
  readonly record: { readonly sleep: RecordedSleep | undefined } | undefined;
  /** The newest requests of the last `afterMs`, by service. */
  readonly requests: ReadonlyMap<string, NewestRequest>;
}

/** An environment to put to sleep or to wake. */
export interface SleepChange {
  /** A key that is the same for the same change in every plan. */
  readonly id: string;
  readonly pr: PrNumber;
  readonly short: ShortSha;
  readonly change: "sleep" | "wake";
  readonly cause: SleepCause;
  /** The environment, in words. */
  readonly what: string;
  /** The reason, as a sentence. */
  readonly why: string;
}

/** Finds the environments of one pull request to put to sleep or to wake. */
export function judgeSleep(facts: SleepFacts): readonly SleepChange[] {
  const { pull } = facts;
  // A trigger asks for something else, and its run decides. The blocked label holds up sleep and wake.
  if (pull === undefined || !pull.open || pull.labels.blocked.length > 0 || pull.labels.triggers.length > 0) {
    return [];
  }
  return [...pull.labels.environments.values()].flatMap((labeled) => judgeOne(facts, labeled) ?? []);
}

function judgeOne(facts: SleepFacts, labeled: LabeledEnvironment): SleepChange | undefined {
  const deployed = facts.platform.find((each) => each.short === labeled.sha && !each.legacy);
  if (deployed === undefined || !deployed.managed) return undefined;
  if (labeled.status === "asleep") return judgeAsleep(facts, deployed, labeled.sha);
  if (labeled.status === "deploying") return judgeWaking(facts, labeled.sha);
  const active = facts.pull?.labels.active.includes(labeled.sha) === true;
  if (labeled.status !== "running" || !active || deployed.sleep !== undefined) return undefined;
  return judgeRunning(facts, deployed, labeled.sha);
}

/** Judges an environment that runs: its hours of sleep have begun since it was started, or no request has come for long. */
function judgeRunning(
  facts: SleepFacts,
  deployed: PlatformEnvironment,
  short: ShortSha,
): SleepChange | undefined {
  const { now, settings: { hours, afterMs }, requests } = facts;
  const startedAt = deployed.startedAt ?? deployed.createdAt;
  if (startedAt === undefined) return undefined;
  const window = hours && windowAt(hours, now);
  if (hours !== undefined && window !== undefined && startedAt < window.start) {
    const why = `Its hours of sleep are ${formatSleepHours(hours)}`;
    return changeOf(facts, { short, change: "sleep", cause: "schedule", why });
  }
  if (afterMs === undefined || now - startedAt < afterMs || requests.get(deployed.service) !== "none") {
    return undefined;
  }
  return changeOf(facts, {
    short,
    change: "sleep",
    cause: "idle",
    why: `It had no request for ${formatAge(afterMs)}`,
  });
}

/**
 * Judges an environment that its label calls asleep. Only one that its hours put to sleep wakes by itself. If neither the
 * platform nor a record says why it sleeps, it is looked at again with the record. One that is not stopped is stopped: a
 * run died before.
 */
function judgeAsleep(
  facts: SleepFacts,
  deployed: PlatformEnvironment,
  short: ShortSha,
): SleepChange | undefined {
  const { now, settings: { hours }, record } = facts;
  const recorded = record?.sleep?.sha === short ? record.sleep : undefined;
  if (deployed.sleep === undefined) {
    const why = "Its label says that it is asleep, and it is not stopped";
    return changeOf(facts, { short, change: "sleep", cause: recorded?.cause ?? "person", why });
  }
  if (hours === undefined || windowAt(hours, now) !== undefined) return undefined;
  const cause = deployed.sleep.cause ?? recorded?.cause;
  const since = recorded?.since ?? deployed.sleep.since;
  if (cause === undefined ? record !== undefined || !fellAsleepWithin(facts, since) : cause !== "schedule") {
    return undefined;
  }
  const at = since === undefined ? "" : ` since ${formatInstant(since)}`;
  const why = `It sleeps${at}, and its hours of sleep (${formatSleepHours(hours)}) are over`;
  return changeOf(facts, { short, change: "wake", cause: "schedule", why });
}

/** Judges an environment that is starting while no run works on it: a cleanup that woke it may have died. */
function judgeWaking(facts: SleepFacts, short: ShortSha): SleepChange | undefined {
  const { now, settings: { hours }, record } = facts;
  if (hours === undefined || windowAt(hours, now) !== undefined) return undefined;
  if (record !== undefined && (record.sleep?.sha !== short || record.sleep.cause !== "schedule")) {
    return undefined;
  }
  const why = `Its hours of sleep (${
    formatSleepHours(hours)
  }) are over, and the run that woke it ended early`;
  return changeOf(facts, { short, change: "wake", cause: "schedule", why });
}

function fellAsleepWithin({ settings: { hours } }: SleepFacts, since: number | undefined): boolean {
  return hours !== undefined && (since === undefined || windowAt(hours, since) !== undefined);
}

function changeOf(
  { pr }: SleepFacts,
  change: Pick<SleepChange, "short" | "change" | "cause" | "why">,
): SleepChange {
  return { ...change, id: `${change.change}:${pr}:${change.short}`, pr, what: `${change.short} of #${pr}` };
}
