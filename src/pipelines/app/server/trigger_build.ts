import { AppError, usageError } from "../../../lib/errors.ts";
import { nearest } from "../../../lib/nearest.ts";
import type { Build, BuildCause } from "../../core/builds/build.ts";
import type { NewBuild } from "../../core/builds/new_build.ts";
import type { ServerPipeline } from "../../core/builds/server_pipeline.ts";
import { planBuild } from "../../core/triggers/plan_build.ts";
import { planWebhook, type WebhookParameters } from "../../core/triggers/plan_webhook.ts";
import { isRevision } from "../../core/triggers/revision.ts";
import type { IntakeAnswer } from "../../ports/job_queue.ts";
import type { ServerPorts } from "./server_ports.ts";

/** The answer to a trigger. */
export interface TriggerAnswer {
  /** Undefined if nothing was queued. */
  readonly build: Build | undefined;
  /** Why nothing was queued. */
  readonly reason: string | undefined;
}

/**
 * Queues the build that `POST /webhook` asks for. Throws AppError `pipeline_unknown`, `revision_invalid` (exit code 2) or
 * `queue_full`.
 */
export async function triggerByWebhook(
  ports: ServerPorts,
  { pipeline: name, parameters, by }: {
    readonly pipeline: string;
    readonly parameters: WebhookParameters;
    readonly by: string | undefined;
  },
  signal: AbortSignal,
): Promise<TriggerAnswer> {
  const plan = planWebhook(pipelineNamed(ports, name), {
    parameters,
    traceId: ports.newTraceId(),
    by,
    secretNames: secretNames(ports),
  });
  if (plan.kind === "invalid") {
    throw usageError(
      "revision_invalid",
      `Triggering ${name}: ${plan.problem}`,
      "Name a branch, tag or commit",
    );
  }
  if (plan.kind === "nothing") return { build: undefined, reason: plan.reason };
  return { build: await queueOne(ports, plan.build, signal), reason: undefined };
}

/** Queues a build of a pipeline, of its own commit or another one. Throws AppError as {@link triggerByWebhook}. */
export async function triggerBuild(
  ports: ServerPorts,
  { pipeline: name, ref, env, cause }: {
    readonly pipeline: string;
    readonly ref: string | undefined;
    readonly env: Readonly<Record<string, string>>;
    readonly cause: BuildCause;
  },
  signal: AbortSignal,
): Promise<Build> {
  if (ref !== undefined && !isRevision(ref)) {
    throw usageError(
      "revision_invalid",
      `Triggering ${name}: ${JSON.stringify(ref)} is no branch, tag or commit`,
      "Name one that the repository has",
    );
  }
  const requested = { cause, traceId: ports.newTraceId(), ref, env };
  const build = planBuild(pipelineNamed(ports, name), requested, { secretNames: secretNames(ports) });
  return await queueOne(ports, build, signal);
}

/** Finds a pipeline. Throws AppError `pipeline_unknown`. */
export function pipelineNamed({ files }: ServerPorts, name: string): ServerPipeline {
  const { pipelines } = files.current();
  const pipeline = pipelines.get(name);
  if (pipeline !== undefined) return pipeline;
  const near = nearest(name, [...pipelines.keys()]);
  throw new AppError(
    "pipeline_unknown",
    `Triggering ${JSON.stringify(name)}: there is no pipeline of this name`,
    {
      hint: near === undefined ? "Name a pipeline of the server's file" : `Did you mean ${near}?`,
    },
  );
}

/** The names of all secrets of the server. */
export function secretNames({ files }: ServerPorts): readonly string[] {
  return [...files.current().secrets.keys()];
}

/** Queues one build. Throws AppError `queue_full` (retryable). */
export async function queueOne(ports: ServerPorts, build: NewBuild, signal: AbortSignal): Promise<Build> {
  const { maxQueued } = ports.settings;
  const answer = await ports.queue.enqueue(
    { marks: [], builds: [build] },
    { maxQueued, now: ports.clock.now() },
    signal,
  );
  const [queued] = buildsOf(answer, maxQueued);
  if (queued === undefined) throw new Error("The queue returned no build");
  ports.onChange(queued.id);
  return queued;
}

/** Returns the queued builds of an answer. Throws AppError `queue_full`. */
export function buildsOf(answer: IntakeAnswer, maxQueued: number): readonly Build[] {
  if (answer.kind === "queued") return answer.builds;
  if (answer.kind === "repeated") return [];
  throw new AppError("queue_full", `Queueing a build: ${answer.waiting} builds wait, and ${maxQueued} may`, {
    retryable: true,
    hint: "Start more workers, or raise --max-queued",
  });
}
