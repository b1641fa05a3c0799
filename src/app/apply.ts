/** Applies a plan step by step. Before each change of the platform the pull request is looked at once more. */

import { AppError, toError } from "../core/errors.ts";
import { failureReason } from "../core/failure.ts";
import { shortSha } from "../core/ids.ts";
import { formatLabel, readLabels } from "../core/labels/mod.ts";
import {
  type BringUp,
  diffLabels,
  describeStep,
  labelsFor,
  type Plan,
  planPull,
  type Policy,
  type Retirement,
  type Step,
} from "../core/plan/mod.ts";
import { expiryOf } from "../core/envs/expiry.ts";
import { formatUrl } from "../core/envs/names.ts";
import { escapeMarkdown } from "../core/sanitize.ts";
import type { ForgeWrite } from "../ports/forge.ts";
import { lostError } from "./hold.ts";
import { retire } from "./retire.ts";
import type { Session } from "./session.ts";
import type { Sight } from "./observe.ts";

/** What applying needs besides the session. */
export interface ApplyTools {
  readonly policy: Policy;
  /** Looks again, under the same lock. */
  readonly look: () => Promise<Sight>;
  /** Told what was done, as a sentence. */
  readonly done: (sentence: string) => void;
}

/** How applying a plan ended. `superseded`: the pull request changed meanwhile, and another plan is due. */
export type Applied =
  | { readonly kind: "done" }
  | { readonly kind: "superseded"; readonly why: string }
  | { readonly kind: "failed"; readonly error: AppError };

/** Thrown to leave a plan that is out of date. */
class Superseded extends Error {}

/** Applies a plan; a failure of the environment is a value, a lost lock or an abort is thrown. */
export async function applyPlan(session: Session, plan: Plan, tools: ApplyTools, signal: AbortSignal): Promise<Applied> {
  const both = AbortSignal.any([signal, session.hold.lost]);
  const bringUp = plan.steps.find((step) => step.kind === "record_intent")?.bringUp;
  const state: Progress = { deployment: undefined, address: undefined, unsettled: undefined, serving: false };
  try {
    const retirements: Retirement[] = plan.steps.flatMap((step) => step.kind === "retire" ? [step.retirement] : []);
    for (const step of plan.steps) {
      if (step.kind !== "retire") await applyStep(session, { plan, step, state, tools }, both);
      // All that goes, goes together, where the first of it stands in the plan.
      else if (step.retirement === retirements[0]) {
        await retire(session, { plan, retirements, guard: () => guard(session, plan, tools) }, both);
      }
    }
    for (const step of plan.steps) tools.done(describeStep(step));
    return { kind: "done" };
  } catch (error) {
    if (error instanceof Superseded) return { kind: "superseded", why: error.message };
    session.hold.lost.throwIfAborted();
    signal.throwIfAborted();
    if (!(error instanceof AppError) || bringUp === undefined || state.serving || !isEnvironmentFailure(error)) throw error;
    await recordFailure(session, { bringUp, error, deployment: state.deployment }, signal);
    return { kind: "failed", error };
  }
}

/** What the steps of one plan hand on to each other. */
interface Progress {
  deployment: string | undefined;
  address: string | undefined;
  unsettled: string | undefined;
  /** The record says that it runs: a failure after this is none of the environment's. */
  serving: boolean;
}

interface StepContext {
  readonly plan: Plan;
  readonly step: Step;
  readonly state: Progress;
  readonly tools: ApplyTools;
}

/** Failures that belong to the environment and are recorded as such; others leave the record for the next run. */
function isEnvironmentFailure(error: AppError): boolean {
  return !error.code.startsWith("forge_") && error.code !== "lock_lost" && error.code !== "busy" &&
    error.code !== "token_invalid";
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
      return await context.platform.settle(step.service, { repo: context.repo, epoch: session.hold.epoch }, signal);
    case "build":
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
      return await session.write({ add: step.add, remove: step.remove }, signal);
    case "remove_labels":
      session.say({ notice: undefined, failure: undefined });
      session.note(plan.reason === "pr_closed" ? "The pull request was closed; everything is removed" : "Stopped; everything is removed");
      return await session.write({
        remove: step.names,
        comment: session.sight.comment !== undefined || plan.steps.some((each) => each.kind === "retire"),
      }, signal);
    case "notice":
      session.remember({ notice: step.key });
      session.say({ notice: step.key === undefined ? undefined : plan.because.map((each) => escapeMarkdown(each)).join(" ") });
      return await session.write({ comment: true }, signal);
    case "retire":
      return;
  }
}

/** The names on the pull request that speak of one SHA, and the pointers of all. */
function namesAbout(session: Session, bringUp: BringUp): readonly string[] {
  const state = readLabels(session.names);
  return [...state.environments.get(shortSha(bringUp.sha))?.names ?? []];
}

async function recordIntent(
  session: Session,
  at: { readonly plan: Plan; readonly step: Step & { readonly kind: "record_intent" } },
  signal: AbortSignal,
): Promise<void> {
  const { plan, step } = at;
  const { bringUp } = step;
  const sha = shortSha(bringUp.sha);
  const state = readLabels(session.names);
  const facts = {
    sha,
    createdAt: bringUp.createdAt,
    ttl: bringUp.ttl,
    requestedBy: bringUp.requestedBy,
    address: bringUp.inPlace ? state.environments.get(sha)?.address : undefined,
    active: state.active.includes(sha),
  };
  const wanted = labelsFor({ ...facts, status: step.status, preparing: step.build || !bringUp.inPlace });
  // Everything that is known now is defined in one request; the steps to come find their definitions ready.
  await session.define([
    { kind: "marker" },
    ...wanted,
    ...(["built", "deploying", "running"] as const).map((status) => ({ kind: "status" as const, sha, status })),
    { kind: "active", sha },
    ...plan.steps.flatMap((each) =>
      each.kind === "retire" && each.retirement.short !== undefined && each.retirement.labels.length > 0
        ? [{ kind: "status" as const, sha: each.retirement.short, status: "stopping" as const }]
        : []
    ),
  ], signal);
  session.remember({
    notice: undefined,
    size: bringUp.settings.size,
    attempts: {
      ...session.record.attempts,
      [sha]: (session.record.attempts[sha] ?? 0) + (plan.reason === "resumed" ? 0 : 1),
    },
  });
  session.say({ notice: undefined, failure: undefined });
  session.note(`${describeReason(plan)} \`${sha}\`${bringUp.requestedBy === undefined ? "" : ` for ${escapeMarkdown(bringUp.requestedBy)}`}`);
  const change = diffLabels(namesAbout(session, bringUp), wanted);
  const pointers = state.ours.filter(({ label }) => label.kind === "preparing" && label.sha !== sha).map(({ name }) => name);
  const triggers = plan.steps.flatMap((each) => each.kind === "consume_triggers" ? each.names : []);
  // The intent first, in a request of its own; what asked for it and what it replaces go once it is on record.
  await session.write({ add: [{ kind: "marker" }, ...change.add] }, signal);
  await session.write({ remove: [...triggers, ...change.remove, ...pointers], comment: true }, signal);
}

function describeReason(plan: Plan): string {
  switch (plan.reason) {
    case "resumed":
      return "Took over from a run that ended early:";
    case "retry_failed":
      return "Trying again:";
    case "drifted":
      return "Bringing back:";
    case "settings_changed":
      return "Applying changed settings to";
    case "rebuild_requested":
      return "Rebuilding";
    default:
      return "Preparing";
  }
}

async function openDeployment(session: Session, plan: Plan, signal: AbortSignal): Promise<string | undefined> {
  const { context } = session;
  if (!context.settings.deploymentsEnabled) return undefined;
  const sha = shortSha(plan.target);
  if (plan.reason === "resumed" || plan.steps.some((each) => each.kind === "deploy" && each.bringUp.inPlace)) {
    const info = await context.forge.retirementInfo(plan.pr, [sha], signal);
    if (info.deployments[0] !== undefined) return info.deployments[0];
  }
  const made = await context.forge.createDeployment(plan.pr, {
    sha: plan.target,
    description: `Showtime environment of pull request #${plan.pr}`,
  }, signal);
  if (made.warning !== undefined) context.terminal.warn(made.warning);
  return made.deployment;
}

async function build(session: Session, step: Step & { readonly kind: "build" }, signal: AbortSignal): Promise<void> {
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

async function deploy(
  session: Session,
  at: { readonly bringUp: BringUp; readonly plan: Plan; readonly state: Progress; readonly tools: ApplyTools },
  signal: AbortSignal,
): Promise<void> {
  const { bringUp, plan, state } = at;
  const { context, hold } = session;
  const sha = shortSha(bringUp.sha);
  const updating = readLabels(session.names).environments.get(sha)?.status === "updating";
  const also: ForgeWrite[] = state.deployment === undefined ? [] : [{
    kind: "deployment_status",
    deployment: state.deployment,
    state: "in_progress",
    url: undefined,
    description: "The environment is coming up",
  }];
  const built = { kind: "status", sha, status: "built" } as const;
  const deploying = { kind: "status", sha, status: "deploying" } as const;
  if (updating) await session.write({ remove: preparingNames(session), also }, signal);
  else if (plan.build) {
    await session.write({
      add: [built],
      remove: statusNames(session, sha, "built"),
      then: { add: [deploying], remove: [formatLabel(built)] },
      also,
    }, signal);
  } else await session.write({ add: [deploying], remove: statusNames(session, sha, "deploying"), also }, signal);
  const deployed = await context.platform.deploy({
    repo: context.repo,
    pr: plan.pr,
    sha: bringUp.sha,
    image: bringUp.image,
    settings: bringUp.settings,
    requestedBy: bringUp.requestedBy,
    createdAt: bringUp.createdAt,
    expiresAt: expiryOf(bringUp.createdAt, bringUp.ttl),
    epoch: hold.epoch,
  }, { onProgress: (text) => context.terminal.progress(text) }, signal).finally(() => context.terminal.progress(undefined));
  state.address = deployed.address;
  state.unsettled = deployed.unsettled ? deployed.service : undefined;
}

/** Status labels of a SHA other than `keep`. */
function statusNames(session: Session, sha: ReturnType<typeof shortSha>, keep: string): readonly string[] {
  return readLabels(session.names).ours.flatMap(({ label, name }) =>
    label.kind === "status" && label.sha === sha && label.status !== keep ? [name] : []
  );
}

function preparingNames(session: Session): readonly string[] {
  return readLabels(session.names).ours.flatMap(({ label, name }) => label.kind === "preparing" ? [name] : []);
}

async function activate(
  session: Session,
  at: {
    readonly step: Step & { readonly kind: "activate" };
    readonly state: Progress;
    readonly plan: Plan;
    readonly tools: ApplyTools;
  },
  signal: AbortSignal,
): Promise<void> {
  const { step, state, plan, tools } = at;
  const { bringUp } = step;
  const { context } = session;
  const sha = shortSha(bringUp.sha);
  await guard(session, plan, tools);
  const address = state.address ?? step.address;
  const wanted = labelsFor({
    sha,
    status: "running",
    createdAt: bringUp.createdAt,
    ttl: bringUp.ttl,
    requestedBy: bringUp.requestedBy,
    address,
    active: true,
    preparing: false,
  });
  const pointers = readLabels(session.names).ours.flatMap(({ label, name }) =>
    (label.kind === "active" && label.sha !== sha) || label.kind === "preparing" ? [name] : []
  );
  const change = diffLabels(namesAbout(session, bringUp), wanted);
  session.remember({ attempts: { ...session.record.attempts, [sha]: 0 } });
  session.note(`\`${sha}\` is running${address === undefined ? "" : ` at ${formatUrl(address)}`}`);
  await session.write({
    add: [{ kind: "marker" }, ...change.add],
    remove: [...change.remove, ...pointers],
    comment: true,
    also: state.deployment === undefined ? [] : [{
      kind: "deployment_status",
      deployment: state.deployment,
      state: "success",
      url: address === undefined ? undefined : formatUrl(address),
      description: "The environment is running",
    }],
  }, signal);
  state.serving = true;
  if (state.unsettled !== undefined) {
    // People are sent to the new address by now; only then does the old instance go.
    const service = plan.steps.some((each) => each.kind === "deploy") ? state.unsettled : undefined;
    if (service === undefined) return;
    await guard(session, plan, tools);
    const { platform, repo } = context;
    await platform.settle(service as Parameters<typeof platform.settle>[0], { repo, epoch: session.hold.epoch }, signal);
  }
}

/**
 * Looks again before a change of the platform and after a wait: a lost lock stops everything; a close, a stop or a
 * newer commit that is to be built makes this plan out of date.
 */
async function guard(session: Session, plan: Plan, tools: ApplyTools): Promise<void> {
  const sight = await tools.look();
  session.see(sight);
  const { observation } = sight;
  if (!session.context.githubDryRun && observation.lock.kind !== "mine") throw lostError(plan.pr);
  if (plan.rule === 1 || plan.rule === 2) return;
  const newer = planPull(observation, tools.policy);
  if (newer.rule === 1 || newer.rule === 2) throw new Superseded(newer.because[0] ?? "The pull request ended");
  if (plan.target !== observation.target && newer.build) {
    throw new Superseded(`${shortSha(observation.target)} was pushed meanwhile`);
  }
}

/** Puts a failure on record: the SHA is `failed`, an older environment keeps its pointer, the comment says why. */
async function recordFailure(
  session: Session,
  at: { readonly bringUp: BringUp; readonly error: AppError; readonly deployment: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { bringUp, error, deployment } = at;
  const sha = shortSha(bringUp.sha);
  const reason = failureReason(error.code);
  const remove = [...statusNames(session, sha, "failed"), ...preparingNames(session)];
  session.say({
    failure: { short: sha, reason, message: error.message, hint: error.hint, logTail: error.logTail },
    notice: undefined,
  });
  session.note(`\`${sha}\` did not come up: ${reason}`);
  await session.write({
    add: [{ kind: "status", sha, status: "failed" }],
    remove,
    comment: true,
    also: deployment === undefined ? [] : [{
      kind: "deployment_status",
      deployment,
      state: "failure",
      url: undefined,
      description: toError(error).message.replace(/[^\x20-\x7e]/g, "?").slice(0, 140),
    }],
  }, signal);
}
