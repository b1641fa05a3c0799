import assert from "node:assert/strict";
import { resultAt, statusesOf } from "../../worlds/pipelines/build_world.ts";
import { clockWithLimit, RealBuild } from "../../worlds/pipelines/real_build.ts";

/** A length that no other sleep has. */
const LIMIT_MS = 987_654;

/** Starts a grandchild, writes its number, and waits. */
const WITH_GRANDCHILD = "sleep 1000 & echo $! >grandchild; echo ready; wait";

/** Whether the grandchild has ended. Nothing may have asked for its exit code yet. */
async function isGone(build: RealBuild): Promise<boolean> {
  const pid = (await build.read("grandchild")).trim();
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", pid] }).output();
  const state = new TextDecoder().decode(stdout).trim();
  return state === "" || state.startsWith("Z");
}

Deno.test("a time limit ends a step with its grandchildren, and the tear-downs run", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    timeoutMs: LIMIT_MS,
    steps: [
      { run: WITH_GRANDCHILD, teardown: { exec: "./ok inner" } },
      { exec: "./ok later" },
    ],
    teardown: { exec: "./ok td" },
  }, { clock: clockWithLimit(LIMIT_MS, build.line("ready")) });
  assert.deepEqual(Object.values(statusesOf(result.root)), [
    "timed_out",
    "timed_out",
    "passed",
    "skipped",
    "passed",
  ]);
  assert.deepEqual(await build.ran(), ["inner", "td"]);
  assert.equal(await isGone(build), true);
});

Deno.test("a time limit ends a set-up with its grandchildren: the body is skipped, and the tear-down runs", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    setup: { timeoutMs: LIMIT_MS, run: WITH_GRANDCHILD },
    exec: "./ok body",
    teardown: { exec: "./ok td" },
  }, { clock: clockWithLimit(LIMIT_MS, build.line("ready")) });
  assert.deepEqual(Object.values(statusesOf(result.root)), ["timed_out", "timed_out", "passed"]);
  assert.deepEqual(await build.ran(), ["td"]);
  assert.equal(await isGone(build), true);
});

Deno.test("a time limit ends a tear-down with its grandchildren, and its node passes with a warning", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    exec: "./ok body",
    teardown: { timeoutMs: LIMIT_MS, run: WITH_GRANDCHILD },
  }, { clock: clockWithLimit(LIMIT_MS, build.line("ready")) });
  assert.deepEqual(Object.values(statusesOf(result.root)), ["passed", "timed_out"]);
  assert.match(result.warnings.join(), /^pipeline: its tear-down timed out: /);
  assert.equal(await isGone(build), true);
});

Deno.test("a program that ignores TERM is killed after the grace", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    timeoutMs: LIMIT_MS,
    run: `trap '' TERM; ${WITH_GRANDCHILD}; while :; do sleep 1; done`,
    teardown: { exec: "./ok td" },
  }, { clock: clockWithLimit(LIMIT_MS, build.line("ready")) });
  assert.deepEqual([result.status, result.root.signal], ["timed_out", "SIGKILL"]);
  assert.equal(await isGone(build), true);
  assert.deepEqual(await build.ran(), ["td"]);
});

Deno.test("a program may clean up after TERM", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    timeoutMs: LIMIT_MS,
    run: `trap 'echo cleaned; exit 0' TERM; ${WITH_GRANDCHILD}`,
  }, { clock: clockWithLimit(LIMIT_MS, build.line("ready")) });
  assert.equal(result.status, "timed_out");
  assert.deepEqual(build.lines(), ["pipeline | ready", "pipeline | cleaned"]);
});

for (
  const [phase, sketch, statuses] of [
    ["set-up", { setup: { run: WITH_GRANDCHILD }, steps: [{ exec: "./ok a" }] }, [
      "cancelled",
      "cancelled",
      "passed",
    ]],
    ["body", { steps: [{ run: WITH_GRANDCHILD }, { exec: "./ok a" }] }, [
      "cancelled",
      "cancelled",
      "skipped",
      "passed",
    ]],
  ] as const
) {
  Deno.test(`a cancellation in a ${phase} ends the program and its grandchildren, and the tear-down runs`, async () => {
    await using build = await RealBuild.make();
    const ready = build.line("ready").then(() => build.cancel());
    const result = await build.run({ ...sketch, teardown: { exec: "./ok td" } });
    await ready;
    assert.equal(result.status, "cancelled");
    assert.deepEqual(Object.values(statusesOf(result.root)), statuses);
    assert.deepEqual(await build.ran(), ["td"]);
    assert.equal(await isGone(build), true);
  });
}

Deno.test("a cancellation in a tear-down lets it end", async () => {
  await using build = await RealBuild.make();
  const cancelled = build.line("ready").then(async () => {
    build.cancel();
    await Deno.writeTextFile(`${build.root}/go`, "");
  });
  const result = await build.run({
    exec: "./ok a",
    teardown: { run: "echo ready; until [ -e go ]; do sleep 0.05; done; ./ok td" },
  });
  await cancelled;
  assert.deepEqual([result.status, resultAt(result, "pipeline/teardown").status], ["cancelled", "passed"]);
  assert.deepEqual(await build.ran(), ["a", "td"]);
});
