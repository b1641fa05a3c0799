import { AppError, EXIT } from "../../../lib/errors.ts";
import type { Build } from "../../core/builds/build.ts";
import { OPEN_STATES } from "../../core/builds/build.ts";
import type { ServerPorts } from "./server_ports.ts";
import { planBuild } from "../../core/triggers/plan_build.ts";
import { pipelineNamed, queueOne } from "./trigger_build.ts";

/** Cancels a build. One that has ended stays as it is. Throws AppError `build_unknown`. */
export async function cancelBuild(
  ports: ServerPorts,
  { id, by }: { readonly id: string; readonly by: string | undefined },
  signal: AbortSignal,
): Promise<Build> {
  const reason = by === undefined ? "It was cancelled" : `${by} cancelled it`;
  const build = await ports.queue.cancel(id, { reason, now: ports.clock.now() }, signal);
  if (build === undefined) throw unknownBuild(id);
  ports.onChange(id);
  return build;
}

/**
 * Queues the work of a build again: the same commit with the same secrets, under the limits that its pipeline has now.
 * Throws AppError `build_unknown`, `build_open` (exit code 2), `pipeline_unknown` or `queue_full`.
 */
export async function rerunBuild(
  ports: ServerPorts,
  { id, by }: { readonly id: string; readonly by: string | undefined },
  signal: AbortSignal,
): Promise<Build> {
  const { store, newTraceId } = ports;
  const [build, job] = await Promise.all([store.build(id, signal), store.job(id, signal)]);
  if (build === undefined || job === undefined) throw unknownBuild(id);
  if (OPEN_STATES.includes(build.state)) {
    throw new AppError("build_open", `Running build ${id} again: it has not ended`, {
      exitCode: EXIT.usage,
      hint: "Cancel it first",
    });
  }
  const pipeline = pipelineNamed(ports, build.pipeline);
  const cause = { kind: "rerun", by, rerunOf: id } as const;
  const { ref, pr } = job;
  const planned = planBuild(pipeline, { cause, traceId: newTraceId(), ref, pr }, { secretNames: [] });
  return await queueOne(ports, { ...planned, job: { ...job, sha: build.sha ?? job.sha } }, signal);
}

/** The error for a build that the store does not have. */
export function unknownBuild(id: string): AppError {
  return new AppError(
    "build_unknown",
    `Finding build ${JSON.stringify(id)}: no build has this number`,
    {
      hint: "List builds with `showtime build list`; old ones are removed after 30 days",
    },
  );
}
