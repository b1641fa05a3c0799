/**
 * Running the nodes of a pipeline: order, set-up, tear-down, time limits, cancellation.
 *
 * What must not happen here: a node that was entered and whose tear-down does not run, an error that leaves a node, a
 * program that is started in another way than through the port, output that is not masked, a clock other than the port's.
 * Next: `run_steps.ts` and `run_program.ts`, then `stop.ts`.
 *
 * @module
 */

import { formatDuration } from "../../../lib/duration.ts";
import { quote } from "../../../lib/quote.ts";
import type { Step, StepResult } from "../../core/build_result.ts";
import { type PipelineNode, TEARDOWN_TIMEOUT_MS } from "../../core/pipeline.ts";
import { describeStatus, passes, worstStatus } from "../../core/step_status.ts";
import type { StepEnd } from "./build.ts";
import { envOf, type Place, secretsOf, stepOf } from "./place.ts";
import { runProgram } from "./run_program.ts";
import { runSteps } from "./run_steps.ts";
import { Slots } from "./slots.ts";
import { statusUnder, stopAfter, stopOf, type StopSignal, stopSoonAfter } from "./stop.ts";

/** A signal that never aborts. */
const NEVER = new AbortController().signal;

/**
 * Runs a node with its set-up and tear-down, and reports it. It never throws.
 *
 * A node is skipped if the plan leaves it out, or if the steps were stopped before its turn came. Then nothing of it runs,
 * and nothing in it is reported. A node that begins goes through these phases:
 *
 * 1. Folder. If it cannot be entered, the node fails: there is no folder in which set-up or tear-down could run.
 * 2. Set-up. If it does not pass, the body does not run and is not reported, and the node takes its status.
 * 3. Body.
 * 4. Tear-down, always.
 *
 * The node's status is the worst of its set-up or body, of what stopped it during those, and of its tear-down if that is
 * strict. A time limit or a cancellation gives every node that is in its set-up or body the status `timed_out` or
 * `cancelled`, from the program that was ended up to the node with the limit; a failure beside it still wins over
 * `timed_out`. A node whose tear-down is running keeps its status. Nodes above the one with the limit see a child that timed
 * out, and treat it as a failure.
 *
 * | the time limit or the cancellation comes | this node | its tear-down |
 * |---|---|---|
 * | before its turn | `skipped`, with the reason | does not run |
 * | in set-up or body | `timed_out` or `cancelled` | runs, for at most 30 s |
 * | in its tear-down, from a node above | as before | has 30 s from then |
 * | in its tear-down, from the tear-down itself | as before, with a warning; `timed_out` if strict | is ended |
 */
export async function runNode(node: PipelineNode, place: Place): Promise<StepResult> {
  const { build } = place;
  const step = stepOf(node, place);
  const decision = build.decide(node);
  if (!decision.run) return build.skip(step, decision.reason);
  const stopped = stopOf(place.stop);
  if (stopped !== undefined) return build.skip(step, stopped.reason);
  if (place.slots === undefined || node.work.kind === "steps") {
    return await runInPlace(step, { node, place });
  }
  // A program takes one slot from its set-up to its tear-down: the time that it waits for it is not its own.
  const free = await place.slots.take(place.stop);
  if (free === undefined) return build.skip(step, stopOf(place.stop)?.reason ?? "the steps were stopped");
  try {
    return await runInPlace(step, { node, place: { ...place, slots: new Slots(1) } });
  } finally {
    free();
  }
}

interface NodeInPlace {
  readonly node: PipelineNode;
  readonly place: Place;
}

async function runInPlace(step: Step, { node, place }: NodeInPlace): Promise<StepResult> {
  const { build } = place;
  const startedAt = build.start(step);
  const folder = node.cwd === undefined ? undefined : await findFolder(node.cwd, place);
  if (folder?.reason !== undefined) {
    return build.end(step, { status: "failed", reason: folder.reason, startedAt });
  }
  const secrets = secretsOf(node, place);
  const limit = stopAfter(place.stop, { limit: limitOf(node, place), clock: build.ports.clock });
  const inside: Place = {
    build,
    parentId: step.id,
    part: undefined,
    folder: folder?.path ?? place.folder,
    env: envOf(node, { build, env: place.env, secrets }),
    secrets,
    stop: limit.signal,
    slots: place.slots,
  };
  try {
    const end = await runWork(step, { node, place: inside, limit });
    const teardown = node.teardown === undefined ? undefined : await runTeardown(node.teardown, inside);
    return build.end(step, { ...judgeTeardown(node, { build, end, teardown }), startedAt });
  } finally {
    limit.release();
  }
}

/** Finds the folder of a node, or the reason why no step runs in it. */
async function findFolder(
  cwd: string,
  { build, folder }: Place,
): Promise<{ readonly path?: string; readonly reason?: string }> {
  const answer = await build.ports.workspace.folder(folder, cwd);
  switch (answer.kind) {
    case "inside":
      return { path: answer.path };
    case "outside":
      return { reason: `its folder ${quote(cwd)} is outside of the root: ${answer.path}` };
    case "missing":
      return { reason: `its folder ${quote(cwd)} does not exist` };
    case "no_folder":
      return { reason: `its folder ${quote(cwd)} is not a folder` };
    case "unusable":
      return { reason: `its folder ${quote(cwd)} cannot be entered: ${answer.reason}` };
  }
}

function limitOf(
  { timeoutMs, path }: PipelineNode,
  { part }: Place,
): { readonly ms: number; readonly reason: string } | undefined {
  const ms = timeoutMs ?? (part === "teardown" ? TEARDOWN_TIMEOUT_MS : undefined);
  return ms === undefined
    ? undefined
    : { ms, reason: `the time limit of ${path} is over: ${formatDuration(ms)}` };
}

/** Runs set-up and body within the time limit. */
async function runWork(
  step: Step,
  { node, place, limit }: NodeInPlace & { readonly limit: StopSignal },
): Promise<StepEnd> {
  const { setup, work } = node;
  const ready = setup === undefined ? undefined : await runNode(setup, { ...place, part: "setup" });
  const end: StepEnd = ready !== undefined && !passes(ready.status)
    ? { status: ready.status, reason: `its set-up ${describeStatus(ready.status)}` }
    : place.stop.aborted
    ? { status: statusUnder(place.stop) }
    : work.kind === "steps"
    ? await runSteps(work, { place, runNode })
    : await runProgram(step, { work, place });
  limit.endLimit();
  const steps = [...ready === undefined ? [] : [ready], ...end.steps ?? []];
  const status = worstStatus([end.status, statusUnder(limit.signal)]);
  const stop = stopOf(limit.signal);
  const reason = stop?.status === status ? stop.reason : end.reason;
  return { ...end, status, reason, steps };
}

/**
 * Runs a tear-down. It takes one slot for everything in it, however long it waits: the steps may be stopped, and it runs all
 * the same.
 */
async function runTeardown(node: PipelineNode, place: Place): Promise<StepResult> {
  const free = await place.slots?.take(NEVER);
  const soon = stopSoonAfter(place.stop, place.build.ports.clock);
  const slots = place.slots === undefined ? undefined : new Slots(1);
  try {
    return await runNode(node, { ...place, part: "teardown", stop: soon.signal, slots });
  } finally {
    soon.release();
    free?.();
  }
}

/** Adds the tear-down to the end of a node: its failure is a warning, unless the node is strict. */
function judgeTeardown(
  { path, strictTeardown }: PipelineNode,
  { build, end, teardown }: Pick<Place, "build"> & {
    readonly end: StepEnd;
    readonly teardown: StepResult | undefined;
  },
): StepEnd {
  if (teardown === undefined) return end;
  const steps = [...end.steps ?? [], teardown];
  if (passes(teardown.status)) return { ...end, steps };
  const sentence = `its tear-down ${describeStatus(teardown.status)}`;
  if (!strictTeardown) {
    build.warn(`${path}: ${sentence}: ${teardown.reason}`);
    return { ...end, steps };
  }
  const status = worstStatus([end.status, teardown.status]);
  return { ...end, steps, status, reason: status === end.status ? end.reason : sentence };
}
