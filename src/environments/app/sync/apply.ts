/** Applies a plan step by step. Before each change of the platform the pull request is looked at once more. */

import { AppError } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import { type BringUp, describeStep, type Plan, type Retirement, type Step } from "../../core/plan/mod.ts";
import { formatLabel } from "../../core/labels/mod.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import { activate, deploy, openDeployment, type Progress, recordFailure, recordIntent } from "./bring_up.ts";
import { type ApplyTools, guard, Superseded } from "./guard.ts";
import { lostError } from "../lock/hold.ts";
import { retire } from "./retire.ts";
import { retireFailed } from "./retire_failed.ts";
import type { Session } from "./session.ts";

/** How applying a plan ended. `superseded`: the pull request changed meanwhile, and another plan is due. */
export type Applied =
  | { readonly kind: "done" }
  | { readonly kind: "superseded"; readonly why: string }
  | { readonly kind: "failed"; readonly error: AppError };

/** Applies a plan; a failure of the environment is a value, a lost lock or an abort is thrown. */
export async function applyPlan(
  session: Session,
  plan: Plan,
  tools: ApplyTools,
  signal: AbortSignal,
): Promise<Applied> {
  const both = AbortSignal.any([signal, session.hold.lost]);
  const bringUp = plan.steps.find((step) => step.kind === "record_intent")?.bringUp;
  const state: Progress = { deployment: undefined, address: undefined, unsettled: undefined, serving: false };
  try {
    const retirements: Retirement[] = plan.steps.flatMap((step) =>
      step.kind === "retire" ? [step.retirement] : []
    );
    for (const step of plan.steps) {
      if (step.kind !== "retire") await applyStep(session, { plan, step, state, tools }, both);
      // All that goes, goes together, where the first of it stands in the plan.
      else if (step.retirement === retirements[0]) {
        await retire(session, { plan, retirements, guard: () => guard(session, plan, tools) }, both);
      }
      tools.done(describeStep(step));
    }
    return { kind: "done" };
  } catch (error) {
    if (error instanceof Superseded) return { kind: "superseded", why: error.message };
    session.hold.lost.throwIfAborted();
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === "stale_epoch") {
      // Whoever holds a higher epoch has taken this lock over, or let go of it long ago.
      if (!await isMine(session, tools)) throw lostError(plan.pr);
      throw error;
    }
    if (
      !(error instanceof AppError) || bringUp === undefined || state.serving || !isEnvironmentFailure(error)
    ) throw error;
    return await settleFailure(session, { plan, bringUp, error, state, tools }, signal);
  }
}

/** Looks once more whether the lock is still this run's. */
async function isMine(session: Session, tools: ApplyTools): Promise<boolean> {
  const { observation } = await tools.look();
  return session.context.githubDryRun || observation.lock.kind === "mine";
}

/** Records a failure, unless another run has taken over meanwhile or the pull request has moved on. */
async function settleFailure(
  session: Session,
  at: {
    readonly plan: Plan;
    readonly bringUp: BringUp;
    readonly error: AppError;
    readonly state: Progress;
    readonly tools: ApplyTools;
  },
  signal: AbortSignal,
): Promise<Applied> {
  const { plan, bringUp, error, state, tools } = at;
  try {
    await guard(session, plan, tools);
  } catch (late) {
    if (late instanceof Superseded) return { kind: "superseded", why: late.message };
    throw late;
  }
  await recordFailure(session, { bringUp, error, deployment: state.deployment }, signal);
  await retireFailed(session, { plan, short: shortSha(bringUp.sha), tools }, signal);
  return { kind: "failed", error };
}

interface StepContext {
  readonly plan: Plan;
  readonly step: Step;
  readonly state: Progress;
  readonly tools: ApplyTools;
}

/** Failures that belong to the environment and are recorded as such; others leave the record for the next run. */
function isEnvironmentFailure(error: AppError): boolean {
  return !error.code.startsWith("forge_") &&
    !["lock_lost", "busy", "token_invalid", "stale_epoch"].includes(error.code);
}

async function applyStep(session: Session, at: StepContext, signal: AbortSignal): Promise<void> {
  const { plan, step, state, tools } = at;
  const { context } = session;
  switch (step.kind) {
    case "record_intent":
      return await recordIntent(session, { plan, step }, signal);
    case "consume_triggers":
      if (!step.names.some((name) => session.names.includes(name))) return;
      return await session.write({ remove: step.names }, signal);
    case "settle":
      await guard(session, plan, tools);
      return await context.platform.settle(
        step.service,
        { repo: context.repo, epoch: session.hold.epoch },
        signal,
      );
    case "build":
      session.hold.assertMine();
      state.deployment = await openDeployment(session, plan, signal);
      await build(session, step, signal);
      return await guard(session, plan, tools);
    case "deploy":
      if (!plan.build) {
        state.deployment = await openDeployment(session, plan, signal);
        await guard(session, plan, tools);
      }
      return await deploy(session, { bringUp: step.bringUp, plan, state, tools }, signal);
    case "activate":
      return await activate(session, { step, state, plan, tools }, signal);
    case "repair_labels":
      return await repairLabels(session, step, signal);
    case "remove_labels":
      session.say({ notice: undefined, failure: undefined });
      session.note(
        plan.reason === "pr_closed"
          ? "The pull request was closed; everything is removed"
          : "Stopped; everything is removed",
      );
      return await session.write({
        remove: step.names,
        comment: session.sight.comment !== undefined || plan.steps.some((each) => each.kind === "retire"),
      }, signal);
    case "notice": {
      const words = (step.saying ?? plan.because).map((each) => escapeMarkdown(each)).join(" ");
      session.remember({ notice: step.key });
      if (plan.reason === "not_authorized" || step.saying !== undefined) {
        session.note(words, { unlabeled: true });
      }
      session.say({ notice: step.key === undefined ? undefined : words });
      return await session.write({ comment: true }, signal);
    }
    case "refresh_comment":
      session.say({ notice: undefined, failure: undefined });
      session.remember({ notice: undefined });
      return await session.write({ comment: true }, signal);
    case "drop_comments":
      return await session.write({
        also: step.nodeIds.map((nodeId) => ({ kind: "delete_comment", nodeId })),
      }, signal);
    case "retire":
    case "drop_lock":
      return;
  }
}

/** The comment says what the labels said that are put right now. One that tells of a failure keeps it. */
async function repairLabels(
  session: Session,
  { add, remove }: Step & { readonly kind: "repair_labels" },
  signal: AbortSignal,
): Promise<void> {
  const shown = [...add.map((label) => ({ label, name: formatLabel(label) })), ...remove].filter((
    { label },
  ) => ["status", "active", "address"].includes(label.kind));
  const failed = [...session.labels.environments.values()].some(({ status }) => status === "failed");
  const comment = shown.length > 0 && !failed && session.sight.comment !== undefined;
  if (comment) {
    session.note(`Put labels right: ${shown.map(({ name }) => escapeMarkdown(name)).join(", ")}`, {
      unlabeled: true,
    });
  }
  await session.write({ add, remove: remove.map(({ name }) => name), comment }, signal);
}

async function build(
  session: Session,
  step: Step & { readonly kind: "build" },
  signal: AbortSignal,
): Promise<void> {
  const { context } = session;
  const pr = session.sight.snapshot.number;
  const close = context.terminal.group(`Building ${step.image}`);
  try {
    await context.images.build({
      repo: context.repo,
      pr,
      sha: step.sha,
      image: step.image,
      onLine: (line) => context.terminal.log(line),
    }, signal);
  } finally {
    close();
  }
}
