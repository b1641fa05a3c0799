/**
 * Puts environments to sleep and wakes them. The label says first that an environment sleeps, then the platform stops it:
 * a run that dies between the two leaves a label that the next run makes true.
 */

import { type EnvironmentKey, serviceNameOf } from "../../core/environment/names.ts";
import type { SleepCause } from "../../core/environment/environment.ts";
import { formatLabel } from "../../core/labels/mod.ts";
import { formatSleepPage } from "../../core/sleep/mod.ts";
import { type ShortSha, shortSha } from "../../../lib/ids.ts";
import type { BringUp, Plan, Step } from "../../core/plan/mod.ts";
import type { ForgeWrite } from "../../ports/forge.ts";
import { statusNames } from "../record/label_names.ts";
import { readRetirement } from "../record/read_retirement.ts";
import type { PullWriter } from "../record/pull_writer.ts";
import { type ApplyTools, assertStillDue } from "./assert_still_due.ts";
import { openDeployment, type Progress } from "./bring_up.ts";

const NOTES: Readonly<Record<SleepCause, string>> = {
  person: "was put to sleep",
  schedule: "was put to sleep: the hours of sleep have begun",
  idle: "was put to sleep: it had no requests for a while",
};

/** Records that an environment sleeps, stops it, and takes the triggers off that asked for it. */
export async function putToSleep(
  writer: PullWriter,
  at: {
    readonly step: Step & { readonly kind: "sleep" };
    readonly plan: Plan;
    readonly tools: ApplyTools;
  },
  signal: AbortSignal,
): Promise<void> {
  const { step: { sleep, triggers }, plan, tools } = at;
  const { short: sha, environment, cause, since } = sleep;
  const { ports, lock } = writer;
  const repeated = writer.labels.environments.get(sha)?.status === "asleep";
  writer.remember({ sleep: { sha, cause, since } });
  if (!repeated) writer.note(`\`${sha}\` ${NOTES[cause]}`);
  writer.say({ notice: undefined });
  await writer.write({
    add: [{ kind: "status", sha, status: "asleep" }],
    remove: [...statusNames(writer, { sha, keep: "asleep" }), ...addressNames(writer, sha)],
    comment: true,
  }, signal);
  const also = await inactiveDeployments(writer, { pr: plan.pr, sha }, signal);
  await assertStillDue(writer, plan, tools);
  ports.terminal.progress(`Stopping ${serviceNameOf(environment)}`);
  await ports.platform.sleep(
    environment,
    { ...writer.observed.identity, epoch: lock.epoch, cause, since, page: pageOf(writer, plan) },
    signal,
  ).finally(() => ports.terminal.progress(undefined));
  await writer.write({ remove: triggers, also }, signal);
}

function pageOf({ ports }: PullWriter, { pr }: Plan): string {
  return formatSleepPage({
    repo: ports.repo,
    pr,
    pull: ports.links.pull(pr),
    label: formatLabel({ kind: "trigger", trigger: "start" }),
    commands: ports.settings.commands === true,
  });
}

function addressNames({ labels }: PullWriter, sha: string): readonly string[] {
  return labels.ours.flatMap(({ label, name }) =>
    label.kind === "address" && label.sha === sha ? [name] : []
  );
}

async function inactiveDeployments(
  { ports }: PullWriter,
  { pr, sha }: {
    readonly pr: Plan["pr"];
    readonly sha: ShortSha;
  },
  signal: AbortSignal,
): Promise<readonly ForgeWrite[]> {
  if (!ports.settings.deploymentsEnabled) return [];
  const { deployments: [newest] } = await readRetirement(ports, { pr, shas: [sha] }, signal);
  return newest === undefined ? [] : [{
    kind: "deployment_status",
    deployment: newest,
    state: "inactive",
    url: undefined,
    description: "The environment is asleep",
  }];
}

/** Starts an environment as it was, and passes its address on to the next steps. */
export async function wake(
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
  const key: EnvironmentKey = { pr: plan.pr, short: shortSha(bringUp.sha) };
  state.deployment = await openDeployment(writer, plan, signal);
  await assertStillDue(writer, plan, tools);
  state.sent = true;
  const woken = await ports.platform.wake(key, {
    ...writer.observed.identity,
    epoch: lock.epoch,
    at: ports.forge.now(),
    page: pageOf(writer, plan),
    onProgress: (text) => ports.terminal.progress(text),
  }, signal).finally(() => ports.terminal.progress(undefined));
  if (woken.warning !== undefined) ports.terminal.warn(woken.warning);
  state.warning = woken.warning;
  state.address = woken.address;
  state.unsettled = woken.unsettled ? key : undefined;
}
