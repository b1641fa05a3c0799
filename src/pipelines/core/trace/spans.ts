import type { BuildResult, StepResult, StepStatus } from "../build_result.ts";
import type { BuildTrace } from "./build_trace.ts";

/** Attributes of a span, named after OpenTelemetry's conventions. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A span of a build. Instants are milliseconds since 1970. */
export interface BuildSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly status: "unset" | "ok" | "error";
  /** Why the status is an error, as words for people. */
  readonly message: string | undefined;
  readonly attributes: SpanAttributes;
}

/** The values of `cicd.pipeline.result` and of `cicd.pipeline.task.run.result`. */
const RESULTS: Readonly<Record<StepStatus, string>> = {
  passed: "success",
  failed: "failure",
  timed_out: "timeout",
  cancelled: "cancellation",
  skipped: "skip",
};

/** The last word of a root span's name. A build whose top step was skipped passed. */
const WORDS: Readonly<Record<StepStatus, string>> = {
  passed: "OK",
  skipped: "OK",
  failed: "ERROR",
  timed_out: "TIMEOUT",
  cancelled: "CANCELLED",
};

/** Makes the span of a step that ended. The pipeline's top step stands below the root span. */
export function spanOfStep(
  result: StepResult,
  { trace, pipeline }: { readonly trace: BuildTrace; readonly pipeline: string },
): BuildSpan {
  return {
    traceId: trace.traceId,
    spanId: result.id,
    parentSpanId: result.parentId ?? trace.rootSpanId,
    name: result.status === "skipped" ? `step:${result.name} - skipped` : `step:${result.name}`,
    startedAt: result.startedAt,
    endedAt: result.startedAt + result.durationMs,
    status: result.status === "skipped" ? "unset" : result.status === "passed" ? "ok" : "error",
    message: result.status === "passed" ? undefined : result.reason,
    attributes: {
      "cicd.pipeline.name": pipeline,
      "cicd.pipeline.run.id": trace.traceId,
      "cicd.pipeline.task.name": result.name,
      "cicd.pipeline.task.run.id": result.id,
      "cicd.pipeline.task.run.result": RESULTS[result.status],
      "showtime.step.path": result.path,
      "showtime.step.kind": result.kind,
      ...result.reason === undefined ? {} : { "showtime.step.reason": result.reason },
      ...result.exitCode === undefined ? {} : { "process.exit.code": result.exitCode },
      ...result.signal === undefined ? {} : { "showtime.step.signal": result.signal },
      ...errorType(result),
    },
  };
}

/** Makes the root span of a build that ended; undefined if the caller writes it. */
export function spanOfBuild(result: BuildResult, trace: BuildTrace): BuildSpan | undefined {
  if (trace.root === undefined) return undefined;
  const { pipeline, status, root } = result;
  const passed = status === "passed" || status === "skipped";
  return {
    traceId: trace.traceId,
    spanId: trace.rootSpanId,
    parentSpanId: trace.rootParentId,
    name: trace.root === "pipeline" ? `pipeline:${pipeline}` : `Build: ${pipeline} - ${WORDS[status]}`,
    startedAt: result.startedAt,
    endedAt: result.startedAt + result.durationMs,
    status: passed ? "ok" : "error",
    message: passed ? undefined : root.reason,
    attributes: {
      "cicd.pipeline.name": pipeline,
      "cicd.pipeline.run.id": trace.traceId,
      "cicd.pipeline.result": RESULTS[status],
      ...errorType({ ...root, status }),
    },
  };
}

/** The class of a failure, which the conventions ask for beside the result `failure`. */
function errorType(
  { status, signal, exitCode }: Pick<StepResult, "status" | "signal" | "exitCode">,
): SpanAttributes {
  if (status !== "failed") return {};
  return { "error.type": signal ?? (exitCode === undefined ? "_OTHER" : `exit code ${exitCode}`) };
}
