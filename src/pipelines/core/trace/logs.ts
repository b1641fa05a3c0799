import type { BuildEvent } from "../build_event.ts";
import type { StepResult } from "../build_result.ts";
import type { BuildTrace } from "./build_trace.ts";

/** A log record of a build. */
export interface BuildLog {
  readonly traceId: string;
  readonly spanId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly severity: "info" | "warn" | "error";
  readonly text: string;
  /** The stream that a program wrote the line to; undefined for a record of this program's own. */
  readonly stream: "stdout" | "stderr" | undefined;
}

/**
 * Makes the log records of an event: one for each line of output, one for a warning, and one for a failure where it
 * happened. Lines of both streams are information, because programs write progress to stderr: an error is what failed
 * a step.
 */
export function* logsOfEvent(event: BuildEvent, trace: BuildTrace): Iterable<BuildLog> {
  const { traceId } = trace;
  if (event.kind === "step_output") {
    const { step, stream, at } = event;
    for (const text of event.lines) yield { traceId, spanId: step.id, at, severity: "info", text, stream };
  } else if (event.kind === "warning") {
    const { text, at } = event;
    yield { traceId, spanId: trace.rootSpanId, at, severity: "warn", text, stream: undefined };
  } else if (event.kind === "step_ended" && isBad(event.result) && !event.result.steps.some(isBad)) {
    const { step, result, at } = event;
    const text = `${step.path}: ${result.reason ?? result.status}`;
    yield { traceId, spanId: step.id, at, severity: "error", text, stream: undefined };
  }
}

function isBad({ status }: StepResult): boolean {
  return status !== "passed" && status !== "skipped";
}
