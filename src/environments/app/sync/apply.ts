/** Applies a plan step by step. Before each change of the platform the pull request is observed again. */

import { AppError } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import { type BringUp, describeStep, type Plan, type Retirement, type Step } from "../../core/plan/mod.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import { activate, deploy, openDeployment, type Progress, recordIntent } from "./bring_up.ts";
import { isServing } from "../record/record_failure.ts";
import { repairLabels } from "../record/repair_labels.ts";
import { writeStatus } from "../record/report_status.ts";
import { type ApplyTools, assertStillDue, Superseded } from "./assert_still_due.ts";
import { imageOwnerOf } from "./check_image_owner.ts";
import { lostError } from "../lock/lock_lease.ts";
import { leftBehind } from "./left_behind.ts";
import { pushContent } from "./push_content.ts";
import { putToSleep, wake } from "./sleep.ts";
import { retire } from "../record/retire.ts";
import { settleFailure, type Unfinished } from "./settle_failure.ts";
import type { PullWriter } from "../record/pull_writer.ts";
import { eitherSignal } from "../../../lib/either_signal.ts";

/** The end of applying a plan. `superseded`: the pull request changed meanwhile, and another plan is due. */
export type Applied = { readonly kind: "done" } | Unfinished;

/** Applies a plan. A failure of the environment is a value; a lost lock or an abort is thrown. */
export async function applyPlan(
  writer: PullWriter,
  plan: Plan,
  tools: ApplyTools,
  signal: AbortSignal,
): Promise<Applied> {
  const both = eitherSignal(signal, writer.lock.lost);
  const bringUp = plan.steps.find((step) => step.kind === "record_intent")?.bringUp;
  const state: Progress = {
    deployment: undefined,
    address: undefined,
    warning: undefined,
    unsettled: undefined,
    sent: false,
    serving: false,
  };
  const served = bringUp !== undefined && isServing(writer.observed, shortSha(bringUp.sha));
  if (plan.endsEverything) writer.remember({ size: undefined, update: undefined });
  try {
    const retirements: Retirement[] = plan.steps.flatMap((step) =>
      step.kind === "retire" ? [step.retirement] : []
    );
    writer.spare(retirements.flatMap(({ labels }) => labels.map(({ name }) => name)));
    for (const step of plan.steps) {
      if (step.kind !== "retire") await applyStep(writer, { plan, step, state, tools }, both);
      // All retirements run together, at the place of the first one in the plan.
      else if (step.retirement === retirements[0]) {
        await retire(
          writer,
          { plan, retirements, assertStillDue: () => assertStillDue(writer, plan, tools) },
          both,
        );
      }
      tools.done(describeStep(step));
    }
    return { kind: "done" };
  } catch (error) {
    if (error instanceof Superseded) {
      if (error.blocked && bringUp !== undefined) await tellBlocked(writer, bringUp, both);
      return { kind: "superseded", why: error.message, blocked: error.blocked };
    }
    writer.lock.lost.throwIfAborted();
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === "stale_epoch") {
      // The holder of a higher epoch has taken this lock over, or has released its own lock long ago.
      if (!await isMine(writer, tools)) throw lostError(plan.pr);
      throw error;
    }
    const hidden = error instanceof AppError && !isEnvironmentFailure(error);
    if (bringUp === undefined || state.serving || hidden) throw error;
    return await settleFailure(
      writer,
      { plan, bringUp, error, state, served, notice: noticeOf(plan), tools },
      both,
    );
  }
}

/** Observes again whether this run still holds the lock. */
async function isMine(writer: PullWriter, tools: ApplyTools): Promise<boolean> {
  const { observation } = await tools.look();
  return writer.ports.githubDryRun || observation.lock.kind === "mine";
}

/** Returns the notice that a plan shows beside its work. */
function noticeOf(plan: Plan): { readonly key: string; readonly words: string } | undefined {
  const step = plan.steps.findLast((each) => each.kind === "notice");
  return step?.key === undefined ? undefined : { key: step.key, words: wordsOf(plan, step) };
}

function wordsOf(plan: Plan, step: Step & { readonly kind: "notice" }): string {
  return (step.saying ?? plan.because).map((each) => escapeMarkdown(each)).join(". ");
}

/** How long after a look at the pull request no further one is needed, in milliseconds. */
const FRESH_MS = 3_000;

interface StepContext {
  readonly plan: Plan;
  readonly step: Step;
  readonly state: Progress;
  readonly tools: ApplyTools;
}

/**
 * Returns true for failures of the environment, which are recorded. Other failures leave the record for the
 * next run.
 */
function isEnvironmentFailure(error: AppError): boolean {
  return !error.code.startsWith("forge_") &&
    !["lock_lost", "busy", "token_invalid", "stale_epoch", "stale_read", "too_many_labels"].includes(
      error.code,
    );
}

async function applyStep(writer: PullWriter, at: StepContext, signal: AbortSignal): Promise<void> {
  const { plan, step, state, tools } = at;
  const { ports } = writer;
  switch (step.kind) {
    case "record_intent":
      tools.admission?.assertMine();
      await recordIntent(writer, { plan, step }, signal);
      return await tools.admission?.end();
    case "consume_triggers":
      if (!step.names.some((name) => writer.names.includes(name))) return;
      return await writer.write({ remove: step.names }, signal);
    case "settle":
      await assertStillDue(writer, plan, tools);
      return await ports.platform.settle(
        step.environment,
        { ...writer.observed.identity, epoch: writer.lock.epoch },
        signal,
      );
    case "build": {
      writer.lock.assertMine();
      state.deployment = await openDeployment(writer, plan, signal);
      let confirmedAt = -Infinity;
      const confirm = async () => {
        await assertStillDue(writer, plan, tools);
        confirmedAt = ports.clock.now();
      };
      await build(writer, { step, confirm }, signal);
      // A tag takes no time, but a push does.
      if (ports.clock.now() - confirmedAt > FRESH_MS) await assertStillDue(writer, plan, tools);
      return;
    }
    case "deploy":
      if (!plan.build) {
        state.deployment = await openDeployment(writer, plan, signal);
        await assertStillDue(writer, plan, tools);
      }
      return await deploy(writer, { bringUp: step.bringUp, plan, state, tools }, signal);
    case "sleep":
      return await putToSleep(writer, { step, plan, tools }, signal);
    case "wake":
      return await wake(writer, { bringUp: step.bringUp, plan, state, tools }, signal);
    case "push_content":
      return await pushContent(writer, { step, plan, state, tools }, signal);
    case "activate":
      return await activate(writer, { step, state, plan, tools }, signal);
    case "repair_labels":
      return await repairLabels(writer, step, signal);
    case "remove_labels":
      writer.say({ notice: undefined, failure: undefined });
      noteEnd(writer, plan);
      return await writer.write({
        remove: step.names,
        comment: writer.observed.comment !== undefined || plan.steps.some((each) => each.kind === "retire"),
      }, signal);
    case "notice": {
      const words = wordsOf(plan, step);
      writer.remember({ notice: step.key });
      if (step.key?.startsWith("not_authorized:") === true) writer.note(words, { unlabeled: true });
      writer.say({ notice: step.key === undefined ? undefined : words });
      return await writer.write({ comment: true }, signal);
    }
    case "refresh_comment":
      writer.say({ notice: undefined });
      writer.remember({ notice: undefined });
      return await writer.write({ comment: true }, signal);
    case "report_status": {
      const { observed, lock } = writer;
      const sha = observed.snapshot.headSha;
      return await writeStatus(ports, { observed, lock, sha, status: step.status }, signal);
    }
    case "drop_comments":
      return await writer.write({
        also: step.nodeIds.map((nodeId) => ({ kind: "delete_comment", nodeId })),
      }, signal);
    case "retire":
    case "drop_lock":
      return;
  }
}

/** Says in the comment that a blocked label ended the work, and what continues it. */
async function tellBlocked(writer: PullWriter, bringUp: BringUp, signal: AbortSignal): Promise<void> {
  const words = `The pull request was blocked while \`${shortSha(bringUp.sha)}\` was being prepared`;
  writer.note(words, { unlabeled: true });
  writer.say({ notice: `${words}. The next run continues when the label is removed.` });
  await writer.write({ comment: true }, signal);
}

/** Notes the end in the comment. What another repository owns stays, and is named. */
function noteEnd(writer: PullWriter, plan: Plan): void {
  const { observed, refusals } = writer;
  const left = leftBehind(plan, { observed, refusals });
  for (const sentence of left) if (!refusals.includes(sentence)) writer.ports.terminal.warn(sentence);
  const begin = plan.reason === "pr_closed" ? "The pull request was closed" : "Stopped";
  const rest = left.map((sentence) => escapeMarkdown(sentence)).join(". ");
  writer.note(left.length === 0 ? `${begin}; everything is removed` : `${begin}. ${rest}`);
}

async function build(
  writer: PullWriter,
  { step, confirm }: {
    readonly step: Step & { readonly kind: "build" };
    readonly confirm: () => Promise<void>;
  },
  signal: AbortSignal,
): Promise<void> {
  const { ports } = writer;
  const pr = writer.observed.snapshot.number;
  const close = ports.terminal.group(`Building ${step.image}`);
  try {
    await ports.images.build({
      ...imageOwnerOf(writer.observed, step.image),
      pr,
      sha: step.sha,
      image: step.image,
      onLine: (line) => ports.terminal.log(line),
      confirm,
    }, signal);
  } finally {
    close();
  }
}
