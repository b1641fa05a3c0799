import type { BuildEvent } from "../build_event.ts";
import type { BuildResult, Step } from "../build_result.ts";
import type { Job } from "./job.ts";

/**
 * Makes the events of a build that failed before any step, such as one whose repository could not be cloned: a trace shows
 * it as a failed build. Instants are milliseconds since 1970; `stepId` identifies the span of the pipeline's top step.
 */
export function unbegunEvents(
  job: Pick<Job, "pipeline" | "traceId">,
  { reason, startedAt, at, stepId }: {
    readonly reason: string;
    readonly startedAt: number;
    readonly at: number;
    readonly stepId: string;
  },
): readonly BuildEvent[] {
  const { pipeline, traceId } = job;
  const step: Step = { id: stepId, parentId: undefined, name: pipeline, path: pipeline, kind: "exec" };
  const durationMs = at - startedAt;
  const root = {
    ...step,
    status: "failed",
    reason,
    exitCode: undefined,
    signal: undefined,
    startedAt,
    durationMs,
    log: [],
    steps: [],
  } as const;
  const result: BuildResult = {
    pipeline,
    status: "failed",
    traceId,
    startedAt,
    durationMs,
    warnings: [],
    root,
  };
  return [
    { kind: "build_started", pipeline, traceId, at: startedAt },
    { kind: "step_started", step, at: startedAt },
    { kind: "step_ended", step, result: root, at },
    { kind: "build_ended", result, at },
  ];
}
