import assert from "node:assert/strict";
import { BuildWorld, resultAt, statusesOf } from "../../worlds/pipelines/build_world.ts";
import { makePipeline, type NodeSketch } from "../../worlds/pipelines/sketch.ts";

const MINUTE = 60_000;

async function play(sketch: NodeSketch, cancelAfterMs?: number) {
  const world = new BuildWorld();
  if (cancelAfterMs !== undefined) world.cancelAfter(cancelAfterMs);
  const result = await world.run(makePipeline(sketch));
  assert.equal(world.programs.running, 0);
  return {
    world,
    result,
    statuses: statusesOf(result.root),
    reason: (path: string) => resultAt(result, path).reason,
  };
}

Deno.test("a node's time limit covers its set-up, and its body does not run", async () => {
  const { statuses, reason, world } = await play({
    timeoutMs: 1000,
    setup: { exec: "sleep:3000" },
    steps: [{ exec: "say:a" }],
    teardown: { exec: "say:td" },
  });
  assert.deepEqual(statuses, {
    "pipeline": "timed_out",
    "pipeline/setup": "timed_out",
    "pipeline/teardown": "passed",
  });
  assert.equal(reason("pipeline"), "the time limit of pipeline is over: 1s");
  assert.deepEqual(world.ran(), ["sleep:3000", "say:td"]);
});

Deno.test("a node's time limit covers set-up and body together", async () => {
  const { statuses, result } = await play({
    timeoutMs: 1000,
    setup: { exec: "sleep:600" },
    exec: "sleep:600",
  });
  assert.deepEqual(statuses, { "pipeline": "timed_out", "pipeline/setup": "passed" });
  assert.equal(result.durationMs, 1005);
});

Deno.test("a time limit does not cover the tear-down", async () => {
  const { result } = await play({ timeoutMs: 1000, exec: "sleep:900", teardown: { exec: "sleep:5000" } });
  assert.equal(result.status, "passed");
  assert.equal(result.durationMs, 5900);
});

Deno.test("the limit of a node ends programs deep inside of it: each level times out, what had not begun is skipped", async () => {
  const { statuses, reason, world } = await play({
    steps: [
      {
        timeoutMs: 1000,
        unordered: [
          {
            steps: [{ exec: "ok" }, { exec: "sleep:5000", teardown: { exec: "say:td" } }, { exec: "say:no" }],
          },
          { exec: "sleep:500" },
        ],
        maxParallel: 2,
        teardown: { exec: "say:outer" },
      },
      { exec: "say:after" },
    ],
  });
  assert.deepEqual(statuses, {
    "pipeline": "timed_out",
    "pipeline/s1": "timed_out",
    "pipeline/s1/s1": "timed_out",
    "pipeline/s1/s1/s1": "passed",
    "pipeline/s1/s1/s2": "timed_out",
    "pipeline/s1/s1/s2/teardown": "passed",
    "pipeline/s1/s1/s3": "skipped",
    "pipeline/s1/s2": "passed",
    "pipeline/s1/teardown": "passed",
    "pipeline/s2": "skipped",
  });
  const limit = "the time limit of pipeline/s1 is over: 1s";
  for (const path of ["s1", "s1/s1", "s1/s1/s2", "s1/s1/s3"]) assert.equal(reason(`pipeline/${path}`), limit);
  assert.equal(reason("pipeline"), "pipeline/s1 timed out");
  assert.equal(reason("pipeline/s2"), "pipeline/s1 timed out");
  assert.deepEqual(world.ran().slice(-2), ["say:td", "say:outer"]);
});

Deno.test("unordered steps that wait for their turn are skipped when the time limit comes, one entry each", async () => {
  const { statuses } = await play({
    timeoutMs: 100,
    maxParallel: 2,
    unordered: [{ exec: "sleep:200" }, { exec: "sleep:200" }, { exec: "ok" }, { steps: [{}], setup: {} }],
  });
  assert.deepEqual(Object.values(statuses), ["timed_out", "timed_out", "timed_out", "skipped", "skipped"]);
});

Deno.test("a failure beside a step that timed out fails the node", async () => {
  const { statuses, reason } = await play({
    timeoutMs: 100,
    unordered: [{ exec: "exit:1" }, { exec: "sleep:200" }],
  });
  assert.deepEqual(Object.values(statuses), ["failed", "failed", "timed_out"]);
  assert.equal(reason("pipeline"), "pipeline/s1 failed");
});

Deno.test("a node times out although its children passed if its own limit comes during the last one's tear-down", async () => {
  const { statuses } = await play({
    timeoutMs: 1000,
    steps: [{ exec: "sleep:900", teardown: { exec: "sleep:500" } }, { exec: "ok" }],
  });
  assert.deepEqual(statuses, {
    "pipeline": "timed_out",
    "pipeline/s1": "passed",
    "pipeline/s1/teardown": "passed",
    "pipeline/s2": "skipped",
  });
});

Deno.test("a program that ignores the stop is killed, and its signal is in the result", async () => {
  const { result } = await play({ timeoutMs: 1000, exec: "stubborn:99999999" });
  assert.deepEqual(
    [result.root.status, result.root.exitCode, result.root.signal, result.durationMs],
    ["timed_out", 137, "SIGKILL", 11_000],
  );
});

Deno.test("a program that ends well after the stop timed out all the same", async () => {
  const { result } = await play({ timeoutMs: 1000, exec: "stubborn:1500" });
  assert.deepEqual([result.root.status, result.root.exitCode], ["timed_out", 0]);
});

Deno.test("a tear-down has 10 minutes, or its own limit", async () => {
  const slow = await play({ exec: "ok", teardown: { exec: "sleep:99999999" } });
  assert.equal(slow.result.durationMs, 10 * MINUTE + 5);
  assert.equal(slow.result.status, "passed");
  assert.deepEqual(slow.result.warnings, [
    "pipeline: its tear-down timed out: the time limit of pipeline/teardown is over: 10m",
  ]);
  const own = await play({
    exec: "ok",
    strictTeardown: true,
    teardown: { exec: "sleep:99999999", timeoutMs: 20 * MINUTE },
  });
  assert.equal(own.result.durationMs, 20 * MINUTE + 5);
  assert.equal(own.result.status, "timed_out");
  assert.equal(own.result.root.reason, "its tear-down timed out");
});

Deno.test("a tear-down has at most 30 s after a timeout, whatever its own limit", async () => {
  for (const [timeoutMs, ms] of [[undefined, 30_000], [MINUTE, 30_000], [2000, 2000]] as const) {
    const { result } = await play({
      exec: "sleep:5000",
      timeoutMs: 1000,
      teardown: { exec: "sleep:999999", timeoutMs },
    });
    assert.equal(result.durationMs, 1005 + ms + 5);
    const reason = ms === 2000
      ? "the time limit of pipeline/teardown is over: 2s"
      : "a tear-down has 30s after a time limit";
    assert.deepEqual(result.warnings, [`pipeline: its tear-down timed out: ${reason}`]);
  }
});

Deno.test("a tear-down that runs when a limit above comes has 30 s from then, and its node keeps its status", async () => {
  const { statuses, result } = await play({
    timeoutMs: 1000,
    steps: [{ exec: "ok", teardown: { exec: "sleep:999999" } }],
  });
  assert.deepEqual(statuses, {
    "pipeline": "timed_out",
    "pipeline/s1": "passed",
    "pipeline/s1/teardown": "timed_out",
  });
  assert.equal(result.durationMs, 31_005);
});

Deno.test("the tear-down of a tear-down runs too, with its own 30 s", async () => {
  const { statuses, result } = await play({
    exec: "sleep:5000",
    timeoutMs: 1000,
    teardown: { steps: [{ exec: "sleep:999999" }, { exec: "ok" }], teardown: { exec: "sleep:999999" } },
  });
  assert.deepEqual(Object.values(statuses), ["timed_out", "timed_out", "timed_out", "skipped", "timed_out"]);
  assert.equal(result.durationMs, 1005 + 30_005 + 30_005);
});

Deno.test("cancel in a body: programs end, tear-downs run, the rest is skipped", async () => {
  const { statuses, reason, world, result } = await play({
    steps: [
      { unordered: [{ exec: "sleep:9999" }, { exec: "exit:1" }], teardown: { exec: "say:inner" } },
      { exec: "say:no" },
    ],
    teardown: { exec: "say:td" },
  }, 100);
  assert.equal(result.status, "cancelled");
  assert.deepEqual(statuses, {
    "pipeline": "cancelled",
    "pipeline/s1": "cancelled",
    "pipeline/s1/s1": "cancelled",
    "pipeline/s1/s2": "failed",
    "pipeline/s1/teardown": "passed",
    "pipeline/s2": "skipped",
    "pipeline/teardown": "passed",
  });
  for (const path of ["", "/s1", "/s1/s1", "/s2"]) {
    assert.equal(reason(`pipeline${path}`), "the build was cancelled");
  }
  assert.deepEqual(world.ran(), ["sleep:9999", "exit:1", "say:inner", "say:td"]);
});

Deno.test("cancel in a set-up: the body does not run, the tear-down does", async () => {
  const { statuses, world } = await play({
    setup: { exec: "sleep:99" },
    steps: [{}],
    teardown: { exec: "say:td" },
  }, 50);
  assert.deepEqual(statuses, {
    "pipeline": "cancelled",
    "pipeline/setup": "cancelled",
    "pipeline/teardown": "passed",
  });
  assert.deepEqual(world.ran(), ["sleep:99", "say:td"]);
});

Deno.test("cancel in a tear-down: it has 30 s from then, nodes above are cancelled", async () => {
  const { statuses, result } = await play({
    steps: [{ exec: "ok", teardown: { exec: "sleep:999999" } }, { exec: "ok" }],
    teardown: { exec: "sleep:20000" },
  }, 5000);
  assert.deepEqual(statuses, {
    "pipeline": "cancelled",
    "pipeline/s1": "passed",
    "pipeline/s1/teardown": "timed_out",
    "pipeline/s2": "skipped",
    "pipeline/teardown": "passed",
  });
  assert.equal(result.durationMs, 5000 + 30_005 + 20_000);
  assert.equal(
    resultAt(result, "pipeline/s1/teardown").reason,
    "a tear-down has 30s after the build was cancelled",
  );
});

Deno.test("cancel in the last tear-down: the step keeps its status and the build was cancelled", async () => {
  const { result } = await play({ exec: "ok", teardown: { exec: "sleep:20000" } }, 5000);
  assert.deepEqual([result.status, result.root.status], ["cancelled", "passed"]);
  assert.equal(result.durationMs, 20_000);
});

Deno.test("cancel before the start: nothing runs", async () => {
  const world = new BuildWorld();
  const { clock, workspace, programs } = world;
  const { runPipeline } = await import("../../../src/pipelines/app/run_pipeline.ts");
  const result = await runPipeline(
    { clock, workspace, programs, outputs: undefined, newSpanId: () => "0000000000000001" },
    {
      pipeline: { format: "version-1", root: makePipeline({ exec: "ok", teardown: {} }) },
      traceId: "0".repeat(32),
      changeset: undefined,
      only: undefined,
      maxParallel: undefined,
      env: {},
      secrets: new Map(),
      observe: () => {},
    },
    AbortSignal.abort(),
  );
  assert.deepEqual([result.status, result.root.status, programs.runs.length], ["cancelled", "skipped", 0]);
});

Deno.test("no timer is left when a build has ended", async () => {
  const { world } = await play({
    timeoutMs: MINUTE,
    steps: [{ timeoutMs: MINUTE, teardown: {} }],
    teardown: {},
  });
  assert.equal(world.clock.sleeping, 0);
});
