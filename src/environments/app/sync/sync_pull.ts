/**
 * Makes GitHub and the platform agree with the labels of one pull request. Every change of an environment
 * goes through here.
 */

import { AppError, EXIT, type ExitCode } from "../../../lib/errors.ts";
import { formatLabel, formatTtl } from "../../core/labels/mod.ts";
import type { FullSha, PrNumber } from "../../../lib/ids.ts";
import {
  type Comparison,
  type Observation,
  type PermissionAnswer,
  type Plan,
  planPull,
  type Policy,
  type Request,
} from "../../core/plan/mod.ts";
import type { HeadRun } from "../../ports/forge.ts";
import { type Admission, admit } from "../limits/admission.ts";
import { type CensusPorts, countWithoutLock } from "../limits/read_census.ts";
import { Announcer } from "../announce/announcer.ts";
import { applyPlan } from "./apply.ts";
import { describeRealEnvironment, refuseHalfDry, refuseRealEnvironment } from "./dry_rules.ts";
import { findRefusal, isTold, tellRefusal } from "./build_refusal.ts";
import type { RunOptions } from "../run.ts";
import { leftToCleanup } from "./left_to_cleanup.ts";
import { lockHeldError, type RefusedWork } from "../lock/lock_refusal.ts";
import { assertRoom } from "../record/label_room.ts";
import { confirmLock, takeLock } from "../lock/held_lock.ts";
import type { HeldLock } from "../lock/lock_lease.ts";
import { type ObservedPull, type ObservePorts, observePull } from "../observe/observe_pull.ts";
import { checkImageOwner } from "./check_image_owner.ts";
import { checkUrl } from "./check_url.ts";
import { refusedError } from "./left_behind.ts";
import { makePolicy } from "./make_policy.ts";
import { PullWriter } from "../record/pull_writer.ts";
import { dropStrayDefinitions, unlabeledCommits } from "../record/stray_definitions.ts";
import type { KnownPull } from "../observe/read_current.ts";
import type { SyncPorts } from "./sync_ports.ts";

/** How often one run starts over because the pull request changed meanwhile. */
const ROUNDS = 8;

/** The options of a sync. */
export interface SyncOptions extends RunOptions {
  readonly request: Request | undefined;
  /** Only plans: nothing is written anywhere. */
  readonly planOnly: boolean;
  /** Changes what a plan without an effect assumes about the pull request. */
  readonly assume?: (observation: Observation) => Observation;
  /** Receives the progress while the sync runs. */
  readonly watch?: SyncWatch;
}

/** Receives the progress of a sync while it runs: a build takes minutes. */
export interface SyncWatch {
  /** Called before a plan is applied, and again for a new plan if the pull request changed meanwhile. */
  planned(plan: Plan): void;
  /** Called with a sentence after a step of the plan is done. */
  done(sentence: string): void;
}

/** The result of a sync. */
export interface SyncResult {
  /** The deciding plan: the last one that did anything, else the only one. */
  readonly plan: Plan;
  /** Sentences about what was done. */
  readonly applied: readonly string[];
  /** The newest observation. */
  readonly observed: ObservedPull;
  /** The failure of the environment, if it did not come up; the pull request has the record of it. */
  readonly failure: AppError | undefined;
  /** Why the plan is left to the cleanup; undefined if it is not. */
  readonly left?: string;
  readonly exitCode: ExitCode;
}

/** Observes and plans; changes nothing. */
export async function planOnce(
  ports: ObservePorts & CensusPorts,
  pr: PrNumber,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly observed: ObservedPull; readonly policy: Policy }> {
  const policy = makePolicy(ports, pr, options);
  const observed = await observePull(ports, pr, {
    request: options.request,
    sha: options.sha,
    size: options.size,
    held: undefined,
    people: new Map(),
    headRuns: new Map(),
    comparisons: options.givenImage === undefined ? new Map() : undefined,
  }, signal);
  const { assume } = options;
  const { observation: seen } = observed;
  const observation = assume === undefined ? seen : assume(seen);
  const looked = assume === undefined ? observed : { ...observed, observation };
  const decision = { plan: planPull(observation, policy), observed: looked, policy };
  return await countWithoutLock(ports, decision, signal);
}

/** Warns a person whose `--ttl` has no effect, because a label on the pull request outweighs it. */
function warnOfWeight(
  ports: SyncPorts,
  { policy, observed }: { readonly policy: Policy; readonly observed: ObservedPull },
): void {
  const { prTtl } = observed.observation.labels;
  if (policy.ttl === undefined || prTtl === undefined) return;
  const [asked, label] = [formatTtl(policy.ttl), formatLabel({ kind: "pr_ttl", ttl: prTtl })];
  if (asked !== formatTtl(prTtl)) {
    ports.terminal.warn(`--ttl ${asked} is outweighed by the label "${label}" on the pull request`);
  }
}

/** Warns a person who pretends the platform beside a real environment. */
function warnOfRealEnvironment(ports: SyncPorts, { observation }: ObservedPull): void {
  const sentence = describeRealEnvironment(ports, observation.allLabels);
  if (sentence !== undefined) ports.terminal.warn(sentence);
}

/**
 * Makes the pull request's environment agree with its labels, and observes once more after the lock is
 * released.
 */
export async function syncPull(
  ports: SyncPorts,
  pr: PrNumber,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<SyncResult> {
  const announcer = new Announcer(ports, pr, signal);
  try {
    const result = await syncAnnounced(ports, pr, { ...options, announcer }, signal);
    if (!options.planOnly) announcer.settled(result.observed);
    return result;
  } finally {
    await announcer.finish();
  }
}

async function syncAnnounced(
  ports: SyncPorts,
  pr: PrNumber,
  options: SyncOptions & { readonly announcer: Announcer },
  signal: AbortSignal,
): Promise<SyncResult> {
  if (!options.planOnly) refuseHalfDry(ports);
  const policy = makePolicy(ports, pr, options);
  const people = new Map<string, PermissionAnswer>();
  const headRuns = new Map<FullSha, HeadRun>();
  const comparisons = options.givenImage === undefined ? new Map<string, Comparison>() : undefined;
  const known: KnownPull = { newest: undefined };
  let request = options.request;
  const look = async (held: HeldLock | undefined, confirms = false) => {
    const seen = await observePull(ports, pr, {
      request,
      sha: options.sha,
      size: options.size,
      held,
      confirms,
      people,
      headRuns,
      comparisons,
      known,
    }, signal);
    if (seen.observation.lock.kind === "mine") options.announcer.atWork(seen);
    return seen;
  };
  let observed = await look(undefined);
  if (request?.trigger === "start" && !observed.observation.open) throw pullClosed(pr);
  warnOfWeight(ports, { policy, observed });
  if (options.planOnly || ports.githubDryRun) warnOfRealEnvironment(ports, observed);
  else refuseRealEnvironment(ports, { pr, labels: observed.observation.allLabels });
  const decide = async (seen: ObservedPull) => {
    const decision = { plan: planPull(seen.observation, policy), observed: seen, policy };
    // A start that was asked for is counted under the lock. An automatic one takes no lock if it has to wait.
    const asked = decision.plan.steps.some(({ kind }) => kind === "consume_triggers") ||
      request !== undefined;
    return asked && !options.planOnly ? decision : await countWithoutLock(ports, decision, signal);
  };
  let plan: Plan;
  ({ plan, observed } = await decide(observed));
  let decisive: Plan | undefined;
  let failure: AppError | undefined;
  let carriedOut: Plan | undefined;
  let superseded = false;
  let left: string | undefined;
  const applied: string[] = [];
  const refusals: string[] = [];
  for (let round = 0; round < ROUNDS && !options.planOnly; round++) {
    const { lock } = observed.observation;
    const wants = plan.steps.length > 0 || plan.reason === "in_progress";
    if (!wants || isRetryOfThisRun(plan, failure)) break;
    if (comesBack(plan, carriedOut)) {
      ports.terminal.warn(
        `The changes did not last (rule ${plan.rule}, ${plan.reason}), so they are not repeated. ` +
          `"showtime explain ${pr}" shows the state`,
      );
      break;
    }
    const turned = turnedOf(request, plan);
    // A holder that builds nothing is waited for in `takeLock`.
    if (lock.kind === "held" && lock.alive && lock.owner?.doing === undefined) {
      throw lockHeldError(ports, { pr, owner: lock.owner, turned });
    }
    assertRoom(observed, plan);
    let refusal = plan.build ? await findRefusal(ports.images, plan, signal) : undefined;
    if (
      refusal !== undefined && carriedOut?.reason === "wake_requested" && options.request?.trigger === "wake"
    ) {
      ports.terminal.warn(`${refusal.message}. It waits: "showtime sync ${pr}" builds it`);
      break;
    }
    if (refusal !== undefined && isTold(observed, refusal)) throw refusal;
    await checkImageOwner(ports, { plan, policy, observed }, signal);
    checkUrl(plan, observed);
    const checked = plan.target;
    const held = await takeLock(ports, { pr, doing: undefined, turned }, signal).catch((error) => {
      left = leftToCleanup(ports, { plan, error });
      if (left === undefined) throw error;
    });
    if (held === undefined) break;
    let admission: Admission | undefined;
    try {
      observed = await look(held, true);
      await confirmLock(ports, held, { pr, locks: observed.snapshot.locks, turned }, signal);
      refuseRealEnvironment(ports, { pr, labels: observed.observation.allLabels });
      const decision = { plan: planPull(observed.observation, policy), observed, policy };
      const admitted = await admit(ports, decision, { turned }, signal);
      ({ plan, observed } = admitted.decision);
      admission = admitted.admission;
      if (isRefusedByLimits(plan) && plan.steps.length === 0) {
        // A command leaves nothing on the pull request that could be taken off.
        request = undefined;
        decisive ??= plan;
        options.watch?.planned(plan);
      }
      if (plan.steps.length > 0 && !isRetryOfThisRun(plan, failure)) {
        const writer = new PullWriter(ports, held, observed);
        if (plan.build) {
          if (plan.target !== checked) refusal = await findRefusal(ports.images, plan, signal);
          if (refusal !== undefined) {
            await tellRefusal(writer, { plan, refusal }, signal);
            throw refusal;
          }
        }
        assertRoom(observed, plan);
        // The newest plan that did something: a person's request outweighs a refusal before it, and a push
        // outweighs the plan it replaced.
        if (decisive === undefined || !isIdle(plan)) decisive = plan;
        options.watch?.planned(plan);
        const outcome = await applyPlan(writer, plan, {
          policy,
          admission,
          look: () => look(held),
          done(sentence) {
            applied.push(sentence);
            options.watch?.done(sentence);
          },
        }, signal);
        refusals.push(...writer.refusals);
        carriedOut = outcome.kind === "done" ? plan : undefined;
        failure = outcome.kind === "failed" ? outcome.error : outcome.kind === "done" ? undefined : failure;
        superseded = outcome.kind === "superseded";
        if (outcome.kind === "superseded" && !outcome.blocked) {
          ports.terminal.say(`Starting over: ${outcome.why}`);
        } else if (!superseded) request = remainingRequest(request, plan);
      }
      if (lock.kind === "held") await clearAfterDead(ports, { pr, held, look }, signal);
    } finally {
      await admission?.end();
      await held.release();
    }
    if (ports.githubDryRun) break;
    observed = await look(undefined);
    options.announcer.settled(observed);
    ({ plan, observed } = await decide(observed));
  }
  // A block that ended the work decides, not the work that it ended.
  const blocked = superseded && plan.reason === "blocked";
  if (blocked) options.watch?.planned(plan);
  const deciding = blocked ? plan : decisive ?? plan;
  failure ??= refusedError(deciding, refusals);
  return {
    plan: deciding,
    applied,
    observed,
    failure,
    ...(left === undefined ? {} : { left }),
    exitCode: exitCodeOf(deciding, failure),
  };
}

/** Makes the error for a start on a closed pull request. Nothing is written for it, and nothing is removed. */
export function pullClosed(pr: PrNumber): AppError {
  return new AppError("pull_closed", `Starting an environment of pull request #${pr}: it is closed`, {
    exitCode: EXIT.refused,
    hint: "Reopen the pull request first",
  });
}

/**
 * Returns the request that a plan which was carried out leaves. Work that a dead run left comes before a sleep or a wake,
 * and the wake of an older commit before the start or the sync of the target.
 */
function remainingRequest(request: Request | undefined, plan: Plan): Request | undefined {
  const { reason, target } = plan;
  switch (request?.trigger) {
    case "sleep":
      return reason === "sleep_requested" ? undefined : request;
    case "wake":
      return reason === "resumed" ? request : undefined;
    case "start":
    case "sync":
      return plan.steps.some((step) => step.kind === "wake" && step.bringUp.sha !== target)
        ? request
        : undefined;
    default:
      return undefined;
  }
}

/** Removes what the dead holder of the lock had made on GitHub and not used. */
async function clearAfterDead(
  ports: SyncPorts,
  { pr, held, look }: {
    readonly pr: PrNumber;
    readonly held: HeldLock;
    readonly look: (held: HeldLock) => Promise<ObservedPull>;
  },
  signal: AbortSignal,
): Promise<void> {
  if (ports.githubDryRun) return;
  const shorts = unlabeledCommits(await look(held));
  await dropStrayDefinitions(ports, held, { pr, shorts }, signal);
}

/** Describes the work that does not happen now if another run holds the pull request. */
function turnedOf(request: Request | undefined, plan: Plan): RefusedWork {
  return request === undefined
    ? { kind: "labels", removes: plan.endsEverything }
    : { kind: "command", trigger: request.trigger };
}

function isIdle(plan: Plan): boolean {
  return plan.action === "no_action" || plan.action === "blocked";
}

/** Whether the plan refuses a start because of the limits or the budget. */
function isRefusedByLimits({ reason }: Plan): boolean {
  return reason === "over_limit" || reason === "over_budget";
}

/**
 * Returns true if the same work is due again: GitHub or the platform does not keep it, and would not keep it
 * the next time. A new request by a person is other work.
 */
function comesBack(plan: Plan, carriedOut: Plan | undefined): boolean {
  if (carriedOut === undefined || plan.steps.length === 0) return false;
  if (plan.steps.some(({ kind }) => kind === "consume_triggers")) return false;
  // The image of the second plan exists already: the first one built it.
  const [now, before] = [plan, carriedOut].map(({ reason, target, steps }) =>
    JSON.stringify([reason, target, steps.filter(({ kind }) => kind !== "build" && kind !== "record_intent")])
  );
  return now === before;
}

/**
 * Returns true if the plan retries this run's own failure, a failed update included. The next event retries it, when
 * the cause may be gone.
 */
function isRetryOfThisRun(plan: Plan, failure: AppError | undefined): boolean {
  return failure !== undefined && ["retry_failed", "settings_changed"].includes(plan.reason);
}

function exitCodeOf(plan: Plan, failure: AppError | undefined): ExitCode {
  if (failure !== undefined) return failure.code === "not_ours" ? EXIT.refused : EXIT.failed;
  return plan.action === "blocked" ? EXIT.refused : EXIT.done;
}
