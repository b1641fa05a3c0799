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
import { busyError, type Turned } from "../lock/busy.ts";
import { confirmLock, type Hold, takeLock } from "../lock/hold.ts";
import { lookAt, type ObservePorts, type Sight } from "./observe.ts";
import { policyFor } from "./policy.ts";
import { Session } from "./session.ts";
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
  readonly sight: Sight;
  /** The failure of the environment, where it did not come up; the record of it is on the pull request. */
  readonly failure: AppError | undefined;
  readonly exitCode: ExitCode;
}

/** Looks and plans; changes nothing. */
export async function planOnce(
  context: ObservePorts,
  pr: PrNumber,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly sight: Sight; readonly policy: Policy }> {
  const policy = policyFor(context, pr, options);
  const sight = await lookAt(context, pr, {
    request: options.request,
    sha: options.sha,
    hold: undefined,
    people: new Map(),
  }, signal);
  return { plan: planPull(sight.observation, policy), sight, policy };
}

/** `--ttl` is the weaker one: whoever gives it is told where it comes to nothing. */
function warnOfWeight(
  context: SyncPorts,
  { policy, sight }: { readonly policy: Policy; readonly sight: Sight },
): void {
  const { prTtl } = sight.observation.labels;
  if (policy.ttl === undefined || prTtl === undefined) return;
  const [asked, label] = [formatTtl(policy.ttl), formatLabel({ kind: "pr_ttl", ttl: prTtl })];
  if (asked !== formatTtl(prTtl)) {
    context.terminal.warn(`--ttl ${asked} is outweighed by the label "${label}" on the pull request`);
  }
}

/** Makes the pull request's environment agree with its labels, and looks once more after letting go. */
export async function syncPull(
  context: SyncPorts,
  pr: PrNumber,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<SyncResult> {
  const policy = policyFor(context, pr, options);
  const people = new Map<string, PermissionAnswer>();
  let request = options.request;
  const look = (hold: Hold | undefined, confirms = false) =>
    lookAt(context, pr, { request, sha: options.sha, hold, confirms, people }, signal);
  let sight = await look(undefined);
  warnOfWeight(context, { policy, sight });
  let plan = planPull(sight.observation, policy);
  let decisive: Plan | undefined;
  let failure: AppError | undefined;
  let carriedOut: Plan | undefined;
  const applied: string[] = [];
  for (let round = 0; round < ROUNDS && !options.planOnly; round++) {
    const { lock } = sight.observation;
    const wants = plan.steps.length > 0 || plan.reason === "in_progress";
    if (!wants || isRetryOfThisRun(plan, failure)) break;
    if (comesBack(plan, carriedOut)) {
      context.terminal.warn(
        `What was done did not last (rule ${plan.rule}, ${plan.reason}): it is not done again. ` +
          `"showtime explain ${pr}" shows what is seen`,
      );
      break;
    }
    const turned = turnedOf(request, plan);
    // A holder that builds nothing is waited for, where the lock is taken.
    if (lock.kind === "held" && lock.alive && lock.owner?.doing === undefined) {
      throw busyError(context, { pr, owner: lock.owner, turned });
    }
    if (plan.build) await context.images.check({ pr, sha: plan.target }, signal);
    const checked = plan.target;
    const hold = await takeLock(context, { pr, doing: undefined, turned }, signal);
    try {
      sight = await look(hold, true);
      await confirmLock(context, hold, { pr, locks: sight.snapshot.locks, turned }, signal);
      plan = planPull(sight.observation, policy);
      if (plan.steps.length > 0 && !isRetryOfThisRun(plan, failure)) {
        if (plan.build && plan.target !== checked) {
          await context.images.check({ pr, sha: plan.target }, signal);
        }
        // The newest plan that did something: what a person asked outweighs a refusal on the way, a push what it replaced.
        if (decisive === undefined || !isIdle(plan)) decisive = plan;
        const session = new Session(context, hold, sight);
        options.watch?.planned(plan);
        const outcome = await applyPlan(session, plan, {
          policy,
          look: () => look(hold),
          done(sentence) {
            applied.push(sentence);
            options.watch?.done(sentence);
          },
        }, signal);
        carriedOut = outcome.kind === "done" ? plan : undefined;
        failure = outcome.kind === "failed" ? outcome.error : outcome.kind === "done" ? undefined : failure;
        if (outcome.kind === "superseded") context.terminal.say(`Starting over: ${outcome.why}`);
        else request = undefined;
      }
    } finally {
      await hold.release();
    }
    if (context.githubDryRun) break;
    sight = await look(undefined);
    plan = planPull(sight.observation, policy);
  }
  const deciding = decisive ?? plan;
  return { plan: deciding, applied, sight, failure, exitCode: exitCodeOf(deciding, failure) };
}

/** What does not happen now where another run holds the pull request. */
function turnedOf(request: Request | undefined, plan: Plan): Turned {
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
