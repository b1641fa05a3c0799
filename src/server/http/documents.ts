/** The JSON documents of the interface. Field names are those of the specification. */

import type { Build } from "../../pipelines/core/builds/build.ts";
import type { BuildStep } from "../../pipelines/core/builds/step_tree.ts";

/** A build, with its steps if they are given. */
export function buildDocument(
  build: Build,
  { publicUrl, steps }: { readonly publicUrl: string | undefined; readonly steps?: readonly BuildStep[] },
): Readonly<Record<string, unknown>> {
  return {
    id: build.id,
    pipeline: build.pipeline,
    state: build.state,
    reason: build.reason ?? null,
    trace_id: build.traceId,
    ref: build.ref ?? null,
    sha: build.sha ?? null,
    pr: build.pr ?? null,
    cause: { kind: build.cause.kind, by: build.cause.by ?? null, rerun_of: build.cause.rerunOf ?? null },
    attempt: build.attempt,
    worker: build.worker ?? null,
    worker_tags: build.workerTags,
    queued_at: timeOf(build.queuedAt),
    started_at: timeOf(build.startedAt),
    ended_at: timeOf(build.endedAt),
    exit_code: build.exitCode ?? null,
    url: publicUrl === undefined ? null : `${publicUrl}/builds/${build.id}`,
    ...(steps === undefined ? {} : { steps: steps.map(stepDocument) }),
  };
}

function stepDocument(step: BuildStep): Readonly<Record<string, unknown>> {
  return {
    id: step.id,
    name: step.name,
    path: step.path,
    kind: step.kind,
    status: step.status,
    reason: step.reason ?? null,
    exit_code: step.exitCode ?? null,
    started_at: timeOf(step.startedAt),
    duration_ms: step.durationMs ?? null,
    lines: step.lines,
    steps: step.steps.map(stepDocument),
  };
}

/** Formats an instant as ISO 8601 in UTC; null for undefined. */
export function timeOf(instant: number | undefined): string | null {
  return instant === undefined ? null : new Date(instant).toISOString();
}
