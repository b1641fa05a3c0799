/** Rule 20: a start that the configured limits or the budget do not allow. */

import { formatDollars, hourlyPrice, HOURS_A_MONTH } from "../../cost/cost.ts";
import type { CostSettings } from "../../cost/settings.ts";
import { formatAge } from "../../../../lib/duration.ts";
import { planIdle } from "../idle.ts";
import type { Observation, Policy } from "../observation.ts";
import type { BringUp, Plan, Reason } from "../plan.ts";
import { type Situation, survey } from "../situation.ts";
import { viewShas } from "../state.ts";
import type { Census, CountedPull } from "./census.ts";

/** The reasons of plans that start an environment. One that is resumed or restored counts already. */
const STARTING: readonly Reason[] = ["start_requested", "sync_requested", "retry_failed", "new_commit"];

/** How many pull requests a refusal names. */
const NAMED = 5;

/** Whether a limit or a budget is configured. */
export function isLimited({ limits, cost }: Pick<Policy, "limits" | "cost">): boolean {
  return limits !== undefined || cost?.budget !== undefined;
}

/**
 * Returns the environment that a plan would start, if limits decide about it: the pull request has none yet. Undefined if
 * the plan starts none.
 */
export function startedBy(
  plan: Plan,
  { observation, policy }: { readonly observation: Observation; readonly policy: Policy },
): BringUp | undefined {
  if (!isLimited(policy) || !STARTING.includes(plan.reason)) return undefined;
  const there = [...viewShas(observation).values()].some(({ deployed, state }) =>
    deployed !== undefined || ["running", "drifted", "in_progress"].includes(state)
  );
  return there ? undefined : plan.steps.find((step) => step.kind === "record_intent")?.bringUp;
}

/** Plans the refusal of a start by rule 20. Returns the plan itself if it is within the limits, or nothing was counted. */
export function planWithinLimits(
  plan: Plan,
  { observation, policy }: { readonly observation: Observation; readonly policy: Policy },
): Plan {
  const { census } = observation;
  const started = startedBy(plan, { observation, policy });
  if (census === undefined || started === undefined) return plan;
  const refusal = overLimit(census, { started, policy, now: observation.now }) ??
    overBudget(census, { started, cost: policy.cost, now: observation.now });
  if (refusal === undefined) return plan;
  const situation = survey(observation, policy);
  const asked = situation.wanted.length > 0;
  const commanded = asked && situation.wanted.every(({ name }) => name === undefined);
  const idle = planIdle(situation, {
    rule: 20,
    reason: refusal.reason,
    ...(commanded ? {} : { notice: noticeOf(situation) }),
    because: refusal.because,
  });
  // An account that asked is refused. An automatic attempt waits for room.
  return asked ? { ...idle, action: "blocked" } : idle;
}

function noticeOf({ target }: Situation): string {
  return target;
}

interface Refusal {
  readonly reason: "over_limit" | "over_budget";
  readonly because: readonly string[];
}

function overLimit(
  census: Census,
  { started, policy: { limits }, now }: {
    readonly started: BringUp;
    readonly policy: Policy;
    readonly now: number;
  },
): Refusal | undefined {
  const { environments, perUser } = limits ?? {};
  if (environments !== undefined && census.length >= environments) {
    return {
      reason: "over_limit",
      because: [
        `${countPulls(census.length)} already, and limits.environments is ${environments}`,
        whatCanGo(census, now),
      ],
    };
  }
  const { requestedBy } = started;
  if (perUser === undefined || requestedBy === undefined) return undefined;
  const own = census.filter((each) => isSameLogin(each.requestedBy, requestedBy));
  if (own.length < perUser) return undefined;
  return {
    reason: "over_limit",
    because: [
      `${requestedBy} asked for those of ${
        countPullsOf(own.length)
      } already, and limits.per_user is ${perUser}`,
      whatCanGo(own, now),
    ],
  };
}

function overBudget(
  census: Census,
  { started, cost, now }: {
    readonly started: BringUp;
    readonly cost: CostSettings | undefined;
    readonly now: number;
  },
): Refusal | undefined {
  if (cost?.budget === undefined) return undefined;
  const priceOf = (size: string | undefined) => hourlyPrice(cost, size) ?? 0;
  const awake = census.filter(({ awake }) => awake);
  const hourly = awake.reduce((sum, { size }) => sum + priceOf(size), 0) + priceOf(started.settings.size) +
    cost.shared;
  const month = hourly * HOURS_A_MONTH;
  if (month <= cost.budget) return undefined;
  return {
    reason: "over_budget",
    because: [
      `With this environment all would cost about ${formatDollars(month)} a month, and cost.budget is ${
        formatDollars(cost.budget)
      } (${cost.source})`,
      ...(awake.length === 0 ? [] : [whatCanGo(awake, now)]),
    ],
  };
}

function countPulls(count: number): string {
  return count === 1 ? "1 pull request has an environment" : `${count} pull requests have an environment`;
}

function countPullsOf(count: number): string {
  return count === 1 ? "1 pull request" : `${count} pull requests`;
}

/** Names what could be stopped, oldest first. */
function whatCanGo(pulls: readonly CountedPull[], now: number): string {
  const named = pulls.slice(0, NAMED).map(({ pr, createdAt, requestedBy }) => {
    const facts = [
      ...(createdAt === undefined ? [] : [`${formatAge(Math.max(0, now - createdAt))} old`]),
      ...(requestedBy === undefined ? [] : [`asked for by ${requestedBy}`]),
    ];
    return `#${pr}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`;
  });
  const more = pulls.length > NAMED ? ` and ${pulls.length - NAMED} more` : "";
  const first = pulls[0];
  return `The oldest that could go: ${named.join(", ")}${more}. "showtime stop ${
    first?.pr ?? "<pr>"
  }" or the stop label makes room; then ask again`;
}

/** Whether two logins are the same. A label may have cut one, which then ends in `…`. */
function isSameLogin(one: string | undefined, other: string): boolean {
  if (one === undefined) return false;
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  const isCut = (text: string) => text.endsWith("…");
  if (isCut(a)) return b.startsWith(a.slice(0, -1));
  return isCut(b) ? a.startsWith(b.slice(0, -1)) : a === b;
}
