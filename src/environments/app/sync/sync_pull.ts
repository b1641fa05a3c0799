/** Makes the world agree with the labels of one pull request. Everything that changes something goes through here. */

import { AppError, EXIT, type ExitCode } from "../../../lib/errors.ts";
import { formatLabel, formatTtl } from "../../core/labels/mod.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import {
  type PermissionAnswer,
  type Plan,
  planPull,
  type Policy,
  type Request,
} from "../../core/plan/mod.ts";
import { applyPlan } from "./apply.ts";
import type { RunOptions } from "../run.ts";
import { lockHeldError, type RefusedWork } from "../lock/lock_refusal.ts";
import { confirmLock, type HeldLock, takeLock } from "../lock/held_lock.ts";
import { type ObservedPull, type ObservePorts, observePull } from "./observe_pull.ts";
import { makePolicy } from "./make_policy.ts";
import { PullWriter } from "./pull_writer.ts";
import type { SyncPorts } from "./sync_ports.ts";

/** How often one run starts over because the pull request changed meanwhile. */
const ROUNDS = 8;

/** What is asked of a sync. */
export interface SyncOptions extends RunOptions {
  readonly request: Request | undefined;
  /** Plan only: nothing is written anywhere. */
  readonly planOnly: boolean;
  /** Told what happens while it does. */
  readonly watch?: SyncWatch;
}

/** Who is told of a sync while it goes on: a build takes minutes. */
export interface SyncWatch {
  /** A plan is about to be applied; there is another one where the pull request changed meanwhile. */
  planned(plan: Plan): void;
  /** A step of it is done, as a sentence. */
  done(sentence: string): void;
}

/** What a sync led to. */
export interface SyncResult {
  /** The plan that decided; the last one that did anything, else the only one. */
  readonly plan: Plan;
  /** What was done, as sentences. */
  readonly applied: readonly string[];
  /** The newest look. */
  readonly observed: ObservedPull;
  /** The failure of the environment, where it did not come up; the record of it is on the pull request. */
  readonly failure: AppError | undefined;
  readonly exitCode: ExitCode;
}

/** Looks and plans; changes nothing. */
export async function planOnce(
  ports: ObservePorts,
  pr: PrNumber,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly observed: ObservedPull; readonly policy: Policy }> {
  const policy = makePolicy(ports, pr, options);
  const observed = await observePull(ports, pr, {
    request: options.request,
    sha: options.sha,
    held: undefined,
    people: new Map(),
  }, signal);
  return { plan: planPull(observed.observation, policy), observed, policy };
}

/** `--ttl` is the weaker one: whoever gives it is told where it comes to nothing. */
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

/** Makes the pull request's environment agree with its labels, and looks once more after letting go. */
export async function syncPull(
  ports: SyncPorts,
  pr: PrNumber,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<SyncResult> {
  const policy = makePolicy(ports, pr, options);
  const people = new Map<string, PermissionAnswer>();
  let request = options.request;
  const look = (held: HeldLock | undefined, confirms = false) =>
    observePull(ports, pr, { request, sha: options.sha, held, confirms, people }, signal);
  let observed = await look(undefined);
  warnOfWeight(ports, { policy, observed });
  let plan = planPull(observed.observation, policy);
  let decisive: Plan | undefined;
  let failure: AppError | undefined;
  let carriedOut: Plan | undefined;
  const applied: string[] = [];
  for (let round = 0; round < ROUNDS && !options.planOnly; round++) {
    const { lock } = observed.observation;
    const wants = plan.steps.length > 0 || plan.reason === "in_progress";
    if (!wants || isRetryOfThisRun(plan, failure)) break;
    if (comesBack(plan, carriedOut)) {
      ports.terminal.warn(
        `What was done did not last (rule ${plan.rule}, ${plan.reason}): it is not done again. ` +
          `"showtime explain ${pr}" shows what is seen`,
      );
      break;
    }
    const turned = turnedOf(request, plan);
    // A holder that builds nothing is waited for, where the lock is taken.
    if (lock.kind === "held" && lock.alive && lock.owner?.doing === undefined) {
      throw lockHeldError(ports, { pr, owner: lock.owner, turned });
    }
    if (plan.build) await ports.images.check({ pr, sha: plan.target }, signal);
    const checked = plan.target;
    const held = await takeLock(ports, { pr, doing: undefined, turned }, signal);
    try {
      observed = await look(held, true);
      await confirmLock(ports, held, { pr, locks: observed.snapshot.locks, turned }, signal);
      plan = planPull(observed.observation, policy);
      if (plan.steps.length > 0 && !isRetryOfThisRun(plan, failure)) {
        if (plan.build && plan.target !== checked) {
          await ports.images.check({ pr, sha: plan.target }, signal);
        }
        // The newest plan that did something: what a person asked outweighs a refusal on the way, a push what it replaced.
        if (decisive === undefined || !isIdle(plan)) decisive = plan;
        const writer = new PullWriter(ports, held, observed);
        options.watch?.planned(plan);
        const outcome = await applyPlan(writer, plan, {
          policy,
          look: () => look(held),
          done(sentence) {
            applied.push(sentence);
            options.watch?.done(sentence);
          },
        }, signal);
        carriedOut = outcome.kind === "done" ? plan : undefined;
        failure = outcome.kind === "failed" ? outcome.error : outcome.kind === "done" ? undefined : failure;
        if (outcome.kind === "superseded") ports.terminal.say(`Starting over: ${outcome.why}`);
        else request = undefined;
      }
    } finally {
      await held.release();
    }
    if (ports.githubDryRun) break;
    observed = await look(undefined);
    plan = planPull(observed.observation, policy);
  }
  const deciding = decisive ?? plan;
  return { plan: deciding, applied, observed, failure, exitCode: exitCodeOf(deciding, failure) };
}

/** What does not happen now where another run holds the pull request. */
function turnedOf(request: Request | undefined, plan: Plan): RefusedWork {
  return request === undefined
    ? { kind: "labels", removes: plan.endsEverything }
    : { kind: "command", trigger: request.trigger };
}

function isIdle(plan: Plan): boolean {
  return plan.action === "no_action" || plan.action === "blocked";
}

/**
 * The very same is to be done again: something does not keep what it is told, and would not the next time. What a person
 * asks for again meanwhile is another thing.
 */
function comesBack(plan: Plan, carriedOut: Plan | undefined): boolean {
  if (carriedOut === undefined || plan.steps.length === 0) return false;
  if (plan.steps.some(({ kind }) => kind === "consume_triggers")) return false;
  const [now, before] = [plan, carriedOut].map(({ reason, target, steps }) =>
    JSON.stringify([reason, target, steps])
  );
  return now === before;
}

/** A run does not retry its own failure: the next event does, once the cause may have gone. */
function isRetryOfThisRun(plan: Plan, failure: AppError | undefined): boolean {
  return failure !== undefined && plan.reason === "retry_failed";
}

function exitCodeOf(plan: Plan, failure: AppError | undefined): ExitCode {
  if (failure !== undefined) return EXIT.failed;
  return plan.action === "blocked" ? EXIT.refused : EXIT.done;
}
