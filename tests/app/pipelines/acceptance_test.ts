import assert from "node:assert/strict";
import { exitCodeOf } from "../../../src/pipelines/core/exit_code.ts";
import { type BuildOptions, BuildWorld, resultAt, statusesOf } from "../../worlds/pipelines/build_world.ts";
import { makePipeline, type NodeSketch } from "../../worlds/pipelines/sketch.ts";

const NO = { exec: "exit:7" };
const OK = { exec: "ok" };

async function play(sketch: NodeSketch, options: BuildOptions = {}) {
  const world = new BuildWorld();
  const result = await world.run(makePipeline(sketch), { format: "bare", ...options });
  return { world, result, statuses: statusesOf(result.root), code: exitCodeOf("bare", result.status) };
}

Deno.test("in order: steps after a failure are skipped with an entry each, and the tear-down runs", async () => {
  const { world, result, statuses, code } = await play({
    steps: [{ exec: "say:a" }, NO, { exec: "say:c" }, { steps: [OK], setup: OK, teardown: OK }],
    teardown: { exec: "say:td" },
  });
  assert.deepEqual(world.ran(), ["say:a", "exit:7", "say:td"]);
  assert.deepEqual(statuses, {
    "pipeline": "failed",
    "pipeline/s1": "passed",
    "pipeline/s2": "failed",
    "pipeline/s3": "skipped",
    "pipeline/s4": "skipped",
    "pipeline/teardown": "passed",
  });
  assert.equal(code, 3);
  assert.equal(result.root.reason, "pipeline/s2 failed");
  assert.equal(resultAt(result, "pipeline/s2").reason, "it exited with code 7");
  assert.equal(resultAt(result, "pipeline/s2").exitCode, 7);
  assert.equal(resultAt(result, "pipeline/s3").reason, "pipeline/s2 failed");
});

Deno.test("a set-up that fails: the body does not run, the tear-down does, and the node fails", async () => {
  const { world, result, code } = await play({
    setup: NO,
    steps: [{ exec: "say:a" }],
    teardown: { exec: "say:td" },
  });
  assert.deepEqual(world.ran(), ["exit:7", "say:td"]);
  assert.deepEqual(statusesOf(result.root), {
    "pipeline": "failed",
    "pipeline/setup": "failed",
    "pipeline/teardown": "passed",
  });
  assert.equal(result.root.reason, "its set-up failed");
  assert.equal(code, 3);
});

Deno.test("a node with a program fails with its set-up, and its program does not run", async () => {
  const { world, result } = await play({ setup: NO, exec: "say:a", teardown: OK });
  assert.deepEqual(world.ran(), ["exit:7", "ok"]);
  assert.equal(result.root.exitCode, undefined);
});

Deno.test("nested: the tear-down of the node that failed runs, the next node is skipped whole", async () => {
  const { world, result, code } = await play({
    steps: [
      { name: "A", steps: [{ exec: "exit:7" }, { exec: "say:a2" }], teardown: { exec: "say:atd" } },
      { name: "B", setup: { exec: "say:bs" }, exec: "say:b", teardown: { exec: "say:btd" } },
    ],
  });
  assert.deepEqual(world.ran(), ["exit:7", "say:atd"]);
  assert.deepEqual(resultAt(result, "pipeline/B").steps, []);
  assert.equal(resultAt(result, "pipeline/B").reason, "pipeline/A failed");
  assert.equal(code, 3);
});

Deno.test("unordered: all steps run, and the worst result wins", async () => {
  const { world, statuses, code } = await play({
    unordered: [NO, OK, { exec: "sleep:5000", timeoutMs: 10 }],
  });
  assert.equal(world.programs.runs.length, 3);
  assert.deepEqual(Object.values(statuses), ["failed", "failed", "passed", "timed_out"]);
  assert.equal(code, 3);
});

Deno.test("unordered: six steps of 0.5 s take 1 s, five at a time, unless the node says otherwise", async () => {
  const unordered = Array.from({ length: 6 }, () => ({ exec: "sleep:500" }));
  const { world, result } = await play({ unordered });
  assert.equal(result.durationMs, 1000);
  assert.equal(world.programs.mostAtOnce, 5);
  assert.equal((await play({ unordered, maxParallel: 6 })).result.durationMs, 500);
  assert.equal((await play({ unordered, maxParallel: 1 })).result.durationMs, 3000);
});

Deno.test("a tear-down that fails is a warning, and fails a strict node", async () => {
  const loose = await play({ exec: "ok", teardown: NO });
  assert.deepEqual([loose.code, loose.statuses["pipeline"], loose.statuses["pipeline/teardown"]], [
    0,
    "passed",
    "failed",
  ]);
  assert.deepEqual(loose.result.warnings, ["pipeline: its tear-down failed: it exited with code 7"]);
  const strict = await play({ exec: "ok", teardown: NO, strictTeardown: true });
  assert.deepEqual([strict.code, strict.result.root.reason], [3, "its tear-down failed"]);
  assert.deepEqual(strict.result.warnings, []);
  const both = await play({ exec: "exit:7", teardown: NO, strictTeardown: true });
  assert.equal(both.result.root.reason, "it exited with code 7");
});

Deno.test("variables are replaced in each argument, and unknown ones stay", async () => {
  const root = makePipeline({});
  const work = { kind: "exec", argv: ["ok", "a b", "$S1", "${S1}-$NOPE"] } as const;
  const world = new BuildWorld();
  await world.run({ ...root, work }, { format: "bare", env: { S1: "ok" } });
  assert.deepEqual(world.programs.runs[0]?.argv, ["ok", "a b", "ok", "ok-$NOPE"]);
});

Deno.test("a program that does not exist fails its step", async () => {
  const { result, code } = await play({ exec: "nope" });
  assert.deepEqual([code, result.root.exitCode], [3, 127]);
  assert.equal(result.root.reason, "it exited with code 127: nope was not found");
  const script = await play({ run: "nope" });
  assert.equal(script.result.root.reason, "it exited with code 127: a command of the script was not found");
});

Deno.test("a machine that cannot start programs fails the step, and the tear-down runs", async () => {
  const { result, world, code } = await play({ exec: "broken", teardown: OK });
  assert.equal(result.root.reason, "Starting the program: the machine has no memory");
  assert.deepEqual([code, world.programs.runs.length], [3, 2]);
});

Deno.test("a time limit ends the step, the tear-down runs, later steps are skipped", async () => {
  const { world, result, statuses, code } = await play({
    steps: [{ exec: "sleep:3000", timeoutMs: 1000, teardown: OK }, { exec: "say:later" }],
    teardown: { exec: "say:td" },
  });
  assert.deepEqual(world.ran(), ["sleep:3000", "ok", "say:td"]);
  assert.equal(code, 2);
  assert.equal(statuses["pipeline/s1"], "timed_out");
  assert.equal(statuses["pipeline/s2"], "skipped");
  assert.equal(result.root.reason, "pipeline/s1 timed out");
  assert.equal(resultAt(result, "pipeline/s1").reason, "the time limit of pipeline/s1 is over: 1s");
  assert.equal(resultAt(result, "pipeline/s1").exitCode, 143);
  assert.equal(resultAt(result, "pipeline/s1").durationMs, 1005);
});

Deno.test("a node runs if a changed path matches, or if no changes are known", async () => {
  const docs: NodeSketch = { changesetPattern: /^docs\//, setup: OK, exec: "ok", teardown: OK };
  const skipped = await play({ steps: [docs, OK] }, { changeset: ["sub/x.txt"] });
  assert.deepEqual([skipped.code, skipped.world.programs.runs.length], [0, 1]);
  assert.equal(resultAt(skipped.result, "pipeline/s1").reason, "no changed path matches ^docs/");
  const sub: NodeSketch = { ...docs, changesetPattern: /^sub\// };
  for (
    const [node, changeset] of [[sub, ["sub/x.txt"]], [docs, []], [docs, undefined], [docs, [
      "a",
      "docs/b",
    ]]] as const
  ) {
    assert.equal((await play({ steps: [node, OK] }, { changeset })).world.programs.runs.length, 4);
  }
  assert.equal((await play(docs, { changeset: ["x"] })).code, 0);
});

Deno.test("a step runs in its folder below its parent's, side by side with others", async () => {
  const world = new BuildWorld();
  world.workspace.makeFolder("/work/root/sub/deep");
  world.workspace.makeFolder("/work/root/sub2");
  const result = await world.run(makePipeline({
    unordered: [
      { cwd: "sub", steps: [{ cwd: "deep", setup: OK, exec: "ok" }, { cwd: ".." }] },
      { cwd: "sub2" },
      { cwd: "." },
      { cwd: "sub/.." },
    ],
  }));
  assert.equal(result.status, "passed");
  const root = "/work/root";
  const folders = [`${root}/sub/deep`, `${root}/sub/deep`, root, `${root}/sub2`, root, root];
  assert.deepEqual(world.programs.runs.map(({ cwd }) => cwd).sort(), folders.sort());
});

Deno.test("a folder that leads out, is missing or is a file fails the node, and nothing of it runs", async () => {
  for (
    const [cwd, reason] of [
      ["../..", 'its folder "../.." is outside of the root: /'],
      ["out", 'its folder "out" is outside of the root: /tmp'],
      ["missing", 'its folder "missing" does not exist'],
      ["file", 'its folder "file" is not a folder'],
    ] as const
  ) {
    const world = new BuildWorld();
    world.workspace.makeLink("/work/root/out", "/tmp");
    world.workspace.append("/work/root/file", "");
    const result = await world.run(makePipeline({
      steps: [{ cwd, setup: OK, exec: "say:inside", teardown: OK }, { exec: "say:later" }],
      teardown: { exec: "say:td" },
    }));
    assert.deepEqual(world.ran(), ["say:td"]);
    assert.equal(resultAt(result, "pipeline/s1").reason, reason);
    assert.equal(exitCodeOf("bare", result.status), 3);
  }
});

Deno.test("a folder that an earlier step makes is there for a later one", async () => {
  const { world, code } = await play({ steps: [{ exec: "folder:new" }, { cwd: "new" }] });
  assert.equal(code, 0);
  assert.equal(world.programs.runs[1]?.cwd, "/work/root/new");
});

Deno.test("side by side with set-ups: 13 spans and one skip", async () => {
  const { world, result, code } = await play({
    unordered: [
      { setup: OK, steps: [OK, OK] },
      { steps: [NO, { name: "shall not run" }] },
      { unordered: [NO, NO] },
      { setup: NO, steps: [OK, OK] },
    ],
    teardown: OK,
  });
  const ended = world.events.filter((event) => event.kind === "step_ended").map(({ result }) => result);
  const skipped = ended.filter(({ status }) => status === "skipped");
  assert.deepEqual(skipped.map(({ name }) => name), ["shall not run"]);
  assert.equal(ended.length - skipped.length, 13);
  assert.equal(ended.filter(({ status }) => status === "passed").length, 5);
  assert.equal(ended.filter(({ status }) => status === "failed").length, 8);
  assert.deepEqual([code, result.status], [3, "failed"]);
});

Deno.test("only: the node runs with the set-ups and tear-downs above it", async () => {
  const sketch: NodeSketch = {
    setup: { exec: "say:s" },
    steps: [
      { name: "a", exec: "say:a" },
      {
        name: "b",
        setup: { exec: "say:bs" },
        steps: [{ name: "c", exec: "say:c" }, { name: "d", exec: "say:d" }],
      },
    ],
    teardown: { exec: "say:td" },
  };
  const { world, result } = await play(sketch, { only: "pipeline/b/d" });
  assert.deepEqual(world.ran(), ["say:s", "say:bs", "say:d", "say:td"]);
  assert.equal(resultAt(result, "pipeline/a").status, "skipped");
  assert.equal(result.status, "passed");
  await assert.rejects(play(sketch, { only: "pipeline/e" }), { code: "step_unknown", exitCode: 2 });
});
