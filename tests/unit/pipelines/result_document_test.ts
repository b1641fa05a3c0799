import assert from "node:assert/strict";
import type { BuildResult, StepResult } from "../../../src/pipelines/core/build_result.ts";
import { resultDocument } from "../../../src/pipelines/core/result_document.ts";

const STEP: StepResult = {
  id: "1",
  parentId: undefined,
  name: "web",
  path: "web",
  kind: "steps",
  status: "failed",
  reason: "web/lint failed",
  exitCode: undefined,
  signal: undefined,
  startedAt: Date.UTC(2026, 0, 31, 12),
  durationMs: 1500,
  log: [],
  steps: [],
};

Deno.test("the document has the fields of the specification, and null where there is no value", () => {
  const lint: StepResult = {
    ...STEP,
    id: "2",
    parentId: "1",
    name: "lint",
    path: "web/lint",
    kind: "exec",
    reason: "SIGKILL ended it (exit code 137)",
    exitCode: 137,
    signal: "SIGKILL",
    log: ["last line"],
  };
  const result: BuildResult = {
    pipeline: "web",
    status: "failed",
    traceId: "0123456789abcdef0123456789abcdef",
    startedAt: STEP.startedAt,
    durationMs: 1500,
    warnings: ["careful"],
    root: { ...STEP, steps: [lint] },
  };
  assert.deepEqual(resultDocument(result, 1), {
    pipeline: "web",
    status: "failed",
    exit_code: 1,
    trace_id: "0123456789abcdef0123456789abcdef",
    started_at: "2026-01-31T12:00:00.000Z",
    duration_ms: 1500,
    warnings: ["careful"],
    steps: [{
      name: "web",
      path: "web",
      kind: "steps",
      status: "failed",
      reason: "web/lint failed",
      exit_code: null,
      signal: null,
      duration_ms: 1500,
      log: [],
      steps: [{
        name: "lint",
        path: "web/lint",
        kind: "exec",
        status: "failed",
        reason: "SIGKILL ended it (exit code 137)",
        exit_code: 137,
        signal: "SIGKILL",
        duration_ms: 1500,
        log: ["last line"],
        steps: [],
      }],
    }],
  });
});
