/**
 * Brings one commit of a pull request up: writes the record on GitHub and deploys, in an order that survives
 * a crash.
 */

import { expiryOf } from "../../core/environment/expiry.ts";
import { type EnvironmentKey, formatUrl } from "../../core/environment/names.ts";
import { type ShortSha, shortSha } from "../../../lib/ids.ts";
import {
  formatLabel,
  type Label,
  LABELS_PER_PULL,
  type NamedLabel,
  servedHead,
} from "../../core/labels/mod.ts";
import {
  type BringUp,
  diffLabels,
  type LabelChange,
  labelsFor,
  type Plan,
  type Step,
} from "../../core/plan/mod.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import type { ForgeWrite } from "../../ports/forge.ts";
import { type ApplyTools, assertStillDue } from "./assert_still_due.ts";
import { preparingNames, statusNames } from "../record/label_names.ts";
import { readEngine } from "../observe/other_engine.ts";
import { reportHooks } from "../record/hook_report.ts";
import type { PullWriter } from "../record/pull_writer.ts";
import { readRetirement } from "../record/read_retirement.ts";
import { runUrlOf } from "../record/run_url.ts";
import { dropAfterFailure } from "../record/stray_definitions.ts";

/** The values that the steps of one plan pass on to each other. */
export interface Progress {
  deployment: string | undefined;
  address: string | undefined;
  /** A sentence about the address, for the comment. */
  warning: string | undefined;
  /** The service that an older instance still runs beside. */
  unsettled: EnvironmentKey | undefined;
  /** The platform was asked to start or update the environment. */
  sent: boolean;
  /** The record says that the environment runs: a later failure is not the environment's. */
  serving: boolean;
}

/** Finds the labels on the pull request that carry the SHA. */
function labelsAbout({ labels }: PullWriter, bringUp: BringUp): readonly NamedLabel[] {
  return labels.environments.get(shortSha(bringUp.sha))?.labels ?? [];
}

/** Records the intent to bring the commit up, in labels and comment, and consumes the triggers that asked for it. */
export async function recordIntent(
  writer: PullWriter,
  at: { readonly plan: Plan; readonly step: Step & { readonly kind: "record_intent" } },
  signal: AbortSignal,
): Promise<void> {
  const { plan, step } = at;
  const { bringUp } = step;
  const sha = shortSha(bringUp.sha);
  const state = writer.labels;
  const facts = {
    sha,
    createdAt: bringUp.createdAt,
    ttl: bringUp.ttl,
    requestedBy: bringUp.requestedBy,
    address: bringUp.inPlace ? state.environments.get(sha)?.address : undefined,
    active: state.active.includes(sha),
    serves: servedHead(state, { runs: sha, head: writer.observed.observation.headSha }),
  };
  const wanted = labelsFor({ ...facts, status: step.status, preparing: step.build || !bringUp.inPlace });
  // One request defines every label that is already known, so that later steps find their definitions.
  const definitions: readonly Label[] = [
    { kind: "marker" },
    ...wanted,
    ...(["built", "deploying", "running"] as const).map((status) => ({
      kind: "status" as const,
      sha,
      status,
    })),
    { kind: "active", sha },
    ...plan.steps.flatMap((each) =>
      each.kind === "retire" && each.retirement.short !== undefined && each.retirement.labels.length > 0
        ? [{ kind: "status" as const, sha: each.retirement.short, status: "stopping" as const }]
        : []
    ),
  ];
  writer.remember({
    notice: undefined,
    size: bringUp.settings.size,
    shas: {
      ...Object.fromEntries(
        Object.entries(writer.record.shas ?? {}).filter(([each]) => state.environments.has(each as ShortSha)),
      ),
      [sha]: bringUp.sha,
    },
    ...(writer.record.failure?.sha === sha ? { failure: undefined } : {}),
    // A run that continues a wake knows by the record that nothing has to be deployed.
    ...(plan.steps.some(({ kind }) => kind === "wake") ? {} : { sleep: undefined }),
    attempts: {
      ...writer.record.attempts,
      [sha]: (writer.record.attempts[sha] ?? 0) + (plan.reason === "resumed" ? 0 : 1),
    },
  });
  writer.say({ notice: undefined, failure: undefined });
  writer.note(
    `${describeReason(plan)} \`${sha}\`${
      bringUp.requestedBy === undefined ? "" : ` for ${escapeMarkdown(bringUp.requestedBy)}`
    }`,
    { unlabeled: plan.reason === "resumed" || plan.reason === "drifted" },
  );
  const present = labelsAbout(writer, bringUp);
  const isNew = present.length === 0;
  const change = diffLabels(present, wanted);
  const triggers = plan.steps.flatMap((each) => each.kind === "consume_triggers" ? each.names : []);
  const pointers = state.ours.filter(({ label }) => label.kind === "preparing" && label.sha !== sha).map((
    { name },
  ) => name);
  const replaced = [...triggers, ...change.remove.map(({ name }) => name), ...pointers];
  // The pointer is the first to be left out if the pull request is full: the status says nearly as much.
  const added = change.add.filter(({ kind }) =>
    kind !== "preparing" || hasRoom(writer, { change, replaced })
  );
  // The labels are written first, in their own request, then the record with the full hash. The triggers and
  // the labels that are replaced are removed last: a run that dies before leaves the trigger, which approves
  // the commit anew.
  try {
    await writer.define(definitions, signal);
    await writer.write({ add: [{ kind: "marker" }, ...added], spare: replaced }, signal);
  } catch (error) {
    if (isNew) await dropAfterFailure(writer.ports, writer.lock, { pr: plan.pr, shorts: [sha] });
    throw error;
  }
  await writer.write({ remove: replaced, comment: "before_removals" }, signal);
}

/** Whether the labels of an intent fit on the pull request without those that they replace. */
function hasRoom(
  writer: PullWriter,
  { change, replaced }: { readonly change: LabelChange; readonly replaced: readonly string[] },
): boolean {
  const staying = writer.names.filter((name) => !replaced.includes(name) && !writer.spared.includes(name));
  return staying.length + change.add.length <= LABELS_PER_PULL;
}

function describeReason(plan: Plan): string {
  switch (plan.reason) {
    case "resumed":
      return "Took over from a run that ended early:";
    case "retry_failed":
      return "Trying again:";
    case "drifted":
      return "Bringing back what the platform had lost:";
    case "settings_changed":
      return "Applying changed settings to";
    case "rebuild_requested":
      return "Rebuilding";
    case "wake_requested":
      return "Waking";
    case "wake_scheduled":
      return "The hours of sleep are over: waking";
    default:
      return "Preparing";
  }
}

/**
 * Opens a deployment on GitHub, or finds the one that an earlier run opened. Returns undefined if deployments
 * are switched off or the token may not create them.
 */
export async function openDeployment(
  writer: PullWriter,
  plan: Plan,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { ports } = writer;
  if (!ports.settings.deploymentsEnabled) return undefined;
  // The commit that comes up: the target, or the active one.
  const sha = plan.steps.find((each) => each.kind === "record_intent")?.bringUp.sha ?? plan.target;
  if (
    plan.reason === "resumed" ||
    plan.steps.some((each) => each.kind === "wake" || (each.kind === "deploy" && each.bringUp.inPlace))
  ) {
    const info = await readRetirement(ports, { pr: plan.pr, shas: [shortSha(sha)] }, signal);
    if (info.deployments[0] !== undefined) return info.deployments[0];
  }
  const made = await ports.forge.createDeployment(plan.pr, {
    sha,
    description: `Showtime environment of pull request #${plan.pr}`,
    ...(ports.settings.deploymentEnvironment === undefined
      ? {}
      : { environment: ports.settings.deploymentEnvironment(plan.pr) }),
  }, signal);
  if (made.warning !== undefined) ports.terminal.warn(made.warning);
  return made.deployment;
}

/** Writes the deploying status, deploys on the platform and passes address and service on to the next steps. */
export async function deploy(
  writer: PullWriter,
  at: {
    readonly bringUp: BringUp;
    readonly plan: Plan;
    readonly state: Progress;
    readonly tools: ApplyTools;
  },
  signal: AbortSignal,
): Promise<void> {
  const { bringUp, plan, state, tools } = at;
  const { ports, lock } = writer;
  const sha = shortSha(bringUp.sha);
  const updating = writer.labels.environments.get(sha)?.status === "updating";
  const also: ForgeWrite[] = state.deployment === undefined ? [] : [{
    kind: "deployment_status",
    deployment: state.deployment,
    state: "in_progress",
    url: undefined,
    logUrl: runUrlOf(ports),
    description: "The environment is coming up",
  }];
  const built = { kind: "status", sha, status: "built" } as const;
  const deploying = { kind: "status", sha, status: "deploying" } as const;
  if (updating) await writer.write({ remove: preparingNames(writer), also }, signal);
  else if (plan.build) {
    await writer.write({
      add: [built],
      remove: statusNames(writer, { sha, keep: "built" }),
      then: { add: [deploying], remove: [formatLabel(built)] },
      also,
    }, signal);
  } else {await writer.write(
      { add: [deploying], remove: statusNames(writer, { sha, keep: "deploying" }), also },
      signal,
    );}
  lock.assertMine();
  state.sent = true;
  const deployed = await ports.platform.deploy(
    {
      ...writer.observed.identity,
      pr: plan.pr,
      sha: bringUp.sha,
      image: bringUp.image,
      named: bringUp.image === tools.policy.givenImage,
      settings: bringUp.settings,
      requestedBy: bringUp.requestedBy,
      createdAt: bringUp.createdAt,
      expiresAt: expiryOf(bringUp.createdAt, bringUp.ttl),
      epoch: lock.epoch,
    },
    {
      onProgress: (text) => ports.terminal.progress(text),
      onGap: (sentence) => announce(writer, sentence, signal),
      ...reportHooks(writer),
    },
    signal,
  ).finally(() => ports.terminal.progress(undefined));
  if (deployed.warning !== undefined) ports.terminal.warn(deployed.warning);
  state.warning = deployed.warning;
  writer.noteUrl(sha, bringUp.settings.url);
  state.address = deployed.address;
  state.unsettled = deployed.unsettled ? { pr: plan.pr, short: sha } : undefined;
}

/** Announces in the comment that the environment does not answer for a while. */
async function announce(writer: PullWriter, sentence: string, signal: AbortSignal): Promise<void> {
  const text = escapeMarkdown(sentence);
  writer.ports.terminal.say(sentence);
  writer.say({ notice: text });
  writer.note(text, { unlabeled: true });
  await writer.write({ comment: true }, signal);
}

/** Records that the environment runs, sends people to it and settles what an update in place left. */
export async function activate(
  writer: PullWriter,
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
  const { ports } = writer;
  const sha = shortSha(bringUp.sha);
  await assertStillDue(writer, plan, { ...tools, sent: true });
  // If a run died after deploying, the environment already serves and its deployment on GitHub is still open.
  if (!plan.steps.some((each) => each.kind === "deploy" || each.kind === "wake")) {
    state.deployment = await openDeployment(writer, plan, signal);
  }
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
    serves: servedHead(writer.labels, { runs: sha, head: writer.observed.observation.headSha }),
  });
  const pointers = writer.labels.ours.flatMap(({ label, name }) =>
    (label.kind === "active" && label.sha !== sha) || label.kind === "preparing" ? [name] : []
  );
  const change = diffLabels(labelsAbout(writer, bringUp), wanted);
  const known = writer.labels.environments;
  const engine = await readEngine(ports.platform, signal);
  // The attempts of earlier commits no longer matter, except for commits whose record still exists.
  const attempts = Object.entries(writer.record.attempts).filter(([each]) => known.has(each as ShortSha));
  writer.remember({
    attempts: { ...Object.fromEntries(attempts), [sha]: 0 },
    ...(engine === undefined ? {} : { engine }),
    ...(writer.record.update?.sha === sha ? { update: undefined } : {}),
  });
  writer.say({ notice: state.warning === undefined ? undefined : escapeMarkdown(state.warning) });
  writer.note(`\`${sha}\` is running${address === undefined ? "" : ` at ${formatUrl(address)}`}`);
  await writer.write({
    add: [{ kind: "marker" }, ...change.add],
    remove: [...change.remove.map(({ name }) => name), ...pointers],
    comment: true,
    also: state.deployment === undefined ? [] : [{
      kind: "deployment_status",
      deployment: state.deployment,
      state: "success",
      url: writer.urlOf(sha, address),
      logUrl: runUrlOf(ports),
      description: "The environment is running",
    }],
  }, signal);
  state.serving = true;
  if (state.unsettled !== undefined) {
    // The old instance is removed only after people are sent to the new address.
    await assertStillDue(writer, plan, { ...tools, sent: true });
    const owner = { ...writer.observed.identity, epoch: writer.lock.epoch };
    await ports.platform.settle(state.unsettled, owner, signal);
  }
}
