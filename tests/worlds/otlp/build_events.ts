/** The events of a small build: a sequence of steps `a` and `b`, the second of which fails. */

import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { BuildResult, StepResult } from "../../../src/pipelines/core/build_result.ts";
import type { BuildTrace } from "../../../src/pipelines/core/trace/mod.ts";

/** The trace that the events belong to. */
export const TRACE: BuildTrace = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  rootSpanId: "00f067aa0ba902b7",
  rootParentId: undefined,
  root: "build",
};

/** 2026-01-15T14:30:00.123Z. */
export const STARTED_AT = 1_768_487_400_123;

/** Makes the result of a step that passed, of a program with exit code 0. */
export function stepResult(change: Partial<StepResult> & Pick<StepResult, "id" | "name">): StepResult {
  return {
    parentId: "1000000000000000",
    path: `web/${change.name}`,
    kind: "exec",
    status: "passed",
    reason: undefined,
    exitCode: 0,
    signal: undefined,
    startedAt: STARTED_AT,
    durationMs: 1_500,
    log: [],
    steps: [],
    ...change,
  };
}

const A = stepResult({ id: "a000000000000000", name: "a" });
const B = stepResult({
  id: "b000000000000000",
  name: "b",
  status: "failed",
  reason: "exit code 7",
  exitCode: 7,
  startedAt: STARTED_AT + 1_500,
});
const TOP = stepResult({
  id: "1000000000000000",
  parentId: undefined,
  name: "web",
  path: "web",
  kind: "steps",
  status: "failed",
  reason: "b failed",
  exitCode: undefined,
  durationMs: 3_000,
  steps: [A, B],
});

/** The result of the build. */
export const RESULT: BuildResult = {
  pipeline: "web",
  status: "failed",
  traceId: TRACE.traceId,
  startedAt: STARTED_AT,
  durationMs: 3_000,
  warnings: ["A secret is short"],
  root: TOP,
};

/** Makes an event of output of step `a`. */
export function outputOf(lines: readonly string[], stream: "stdout" | "stderr" = "stdout"): BuildEvent {
  return { kind: "step_output", step: A, stream, lines, at: STARTED_AT + 1_000 };
}

/** The event that starts the build. */
export const STARTED: BuildEvent = {
  kind: "build_started",
  pipeline: "web",
  traceId: TRACE.traceId,
  at: STARTED_AT,
};

/** All events of the build, in order. */
export const EVENTS: readonly BuildEvent[] = [
  STARTED,
  { kind: "warning", text: "A secret is short", at: STARTED_AT },
  { kind: "step_started", step: TOP, at: STARTED_AT },
  { kind: "step_started", step: A, at: STARTED_AT },
  outputOf(["one", "two"]),
  outputOf(["of a"], "stderr"),
  { kind: "step_ended", step: A, result: A, at: STARTED_AT + 1_500 },
  { kind: "step_started", step: B, at: STARTED_AT + 1_500 },
  { kind: "step_ended", step: B, result: B, at: STARTED_AT + 3_000 },
  { kind: "step_ended", step: TOP, result: TOP, at: STARTED_AT + 3_000 },
  { kind: "build_ended", result: RESULT, at: STARTED_AT + 3_000 },
];
