import assert from "node:assert/strict";
import type { StepStatus } from "../../../../src/pipelines/core/build_result.ts";
import { logsOfEvent, spanOfBuild, spanOfStep } from "../../../../src/pipelines/core/trace/mod.ts";
import { RESULT, STARTED_AT, stepResult, TRACE } from "../../../worlds/otlp/build_events.ts";

const ABOUT = { trace: TRACE, pipeline: "web" };
const STEP = stepResult({ id: "a000000000000000", name: "a" });

Deno.test("a step's span has its identifier, its parent's, its times and the conventions' attributes", () => {
  assert.deepEqual(spanOfStep(STEP, ABOUT), {
    traceId: TRACE.traceId,
    spanId: "a000000000000000",
    parentSpanId: "1000000000000000",
    name: "step:a",
    startedAt: STARTED_AT,
    endedAt: STARTED_AT + 1_500,
    status: "ok",
    message: undefined,
    attributes: {
      "cicd.pipeline.name": "web",
      "cicd.pipeline.run.id": TRACE.traceId,
      "cicd.pipeline.task.name": "a",
      "cicd.pipeline.task.run.id": "a000000000000000",
      "cicd.pipeline.task.run.result": "success",
      "showtime.step.path": "web/a",
      "showtime.step.kind": "exec",
      "process.exit.code": 0,
    },
  });
});

Deno.test("each status of a step has a name, a code and a result", () => {
  const rows = (["passed", "failed", "timed_out", "cancelled", "skipped"] as const).map(
    (status: StepStatus) => {
      const { name, status: code, attributes } = spanOfStep({ ...STEP, status }, ABOUT);
      return [name, code, attributes["cicd.pipeline.task.run.result"]];
    },
  );

  assert.deepEqual(rows, [
    ["step:a", "ok", "success"],
    ["step:a", "error", "failure"],
    ["step:a", "error", "timeout"],
    ["step:a", "error", "cancellation"],
    ["step:a - skipped", "unset", "skip"],
  ]);
});

Deno.test("the top step stands below the root span", () => {
  assert.equal(spanOfStep({ ...STEP, parentId: undefined }, ABOUT).parentSpanId, TRACE.rootSpanId);
});

Deno.test("a failure names its class: the signal, else the exit code, else the one for others", () => {
  const typeOf = (change: Partial<typeof STEP>) =>
    spanOfStep({ ...STEP, status: "failed", ...change }, ABOUT).attributes["error.type"];

  assert.equal(typeOf({ exitCode: 137, signal: "SIGKILL" }), "SIGKILL");
  assert.equal(typeOf({ exitCode: 7 }), "exit code 7");
  assert.equal(typeOf({ exitCode: undefined }), "_OTHER");
  assert.equal(typeOf({ status: "passed" }), undefined);
});

Deno.test("the root span's name says how the build ended", () => {
  const names = (["passed", "skipped", "failed", "timed_out", "cancelled"] as const).map((status) =>
    spanOfBuild({ ...RESULT, status }, TRACE)?.name
  );

  assert.deepEqual(names, [
    "Build: web - OK",
    "Build: web - OK",
    "Build: web - ERROR",
    "Build: web - TIMEOUT",
    "Build: web - CANCELLED",
  ]);
});

Deno.test("the root span is written as the caller wants it, or by the caller", () => {
  const parent = "c000000000000000";

  assert.equal(spanOfBuild(RESULT, { ...TRACE, root: "pipeline" })?.name, "pipeline:web");
  assert.equal(spanOfBuild(RESULT, { ...TRACE, root: undefined }), undefined);
  assert.equal(spanOfBuild(RESULT, { ...TRACE, rootParentId: parent })?.parentSpanId, parent);
  assert.equal(spanOfBuild(RESULT, TRACE)?.attributes["cicd.pipeline.result"], "failure");
});

Deno.test("only the step in which a failure happened has a log record about it", () => {
  const failed = { ...STEP, status: "failed", reason: "exit code 7" } as const;
  const logs = (result: typeof STEP) =>
    [
      ...logsOfEvent({ kind: "step_ended", step: result, result, at: 5 }, TRACE),
    ].map(({ severity, text, spanId }) => [severity, text, spanId]);

  assert.deepEqual(logs(failed), [["error", "web/a: exit code 7", "a000000000000000"]]);
  assert.deepEqual(logs({ ...failed, steps: [failed] }), []);
  assert.deepEqual(logs({ ...failed, steps: [STEP, { ...STEP, status: "skipped" }] }).length, 1);
  assert.deepEqual(logs(STEP), []);
});
