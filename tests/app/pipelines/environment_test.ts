import assert from "node:assert/strict";
import { BuildWorld, resultAt, statusesOf } from "../../worlds/pipelines/build_world.ts";
import { makePipeline, type NodeSketch } from "../../worlds/pipelines/sketch.ts";

Deno.test("a step has the caller's variables, those of its nodes, its secrets and its own", async () => {
  const world = new BuildWorld();
  world.workspace.makeFolder("/work/root/sub");
  await world.run(
    makePipeline({
      env: { PATH: "/node/bin:$PATH", A: "top", B: "$A and ${A}", UNKNOWN: "$NOPE" },
      steps: [{ name: "s", cwd: "sub", env: { A: "own", C: "$A $TOKEN" }, secrets: ["TOKEN"] }],
    }),
    {
      env: { PATH: "/bin", HOME: "/home/ana" },
      secrets: new Map([["TOKEN", "abcdef"], ["OTHER", "uvwxyz"]]),
    },
  );
  const { env } = world.programs.runs[0] ?? {};
  const { SHOWTIME_OUTPUT, ...rest } = env ?? {};
  assert.ok(SHOWTIME_OUTPUT);
  assert.deepEqual(rest, {
    PATH: "/node/bin:/bin",
    HOME: "/home/ana",
    A: "own",
    B: "top and top",
    C: "own abcdef",
    UNKNOWN: "$NOPE",
    TOKEN: "abcdef",
    TRACEPARENT: "00-0123456789abcdef0123456789abcdef-0000000000000002-01",
    SHOWTIME_ROOT: "/work/root",
    SHOWTIME_PIPELINE: "pipeline",
    SHOWTIME_STEP: "pipeline/s",
  });
});

Deno.test("a step sees the secrets that it or a node above names, in a bare file all", async () => {
  const sketch: NodeSketch = {
    secrets: ["A"],
    steps: [{ secrets: ["B"], setup: {}, teardown: {} }, {}],
    teardown: {},
  };
  const secrets = new Map([["A", "aaaa"], ["B", "bbbb"], ["C", "cccc"]]);
  const seen = async (format: "version-1" | "bare") => {
    const world = new BuildWorld();
    await world.run(makePipeline(sketch), { secrets, format });
    return world.programs.runs.map(({ env }) =>
      ["A", "B", "C"].filter((name) => env[name] !== undefined).join("")
    );
  };
  assert.deepEqual(await seen("version-1"), ["AB", "AB", "AB", "A", "A"]);
  assert.deepEqual(await seen("bare"), ["ABC", "ABC", "ABC", "ABC", "ABC"]);
});

Deno.test("a missing secret fails the build before anything runs, and names the nodes that want it", async () => {
  const world = new BuildWorld();
  const sketch: NodeSketch = {
    steps: [{ name: "a", secrets: ["A", "B"] }, { name: "b", setup: { secrets: ["B"] } }],
    teardown: {},
  };
  const result = await world.run(makePipeline(sketch), { secrets: new Map([["A", "aaaa"]]) });
  assert.deepEqual([result.status, world.programs.runs.length], ["failed", 0]);
  assert.equal(result.root.reason, "a secret is missing: B, named by pipeline/a, pipeline/b/setup");
  assert.deepEqual(
    world.events.map(({ kind }) => kind),
    ["build_started", "step_started", "step_ended", "build_ended"],
  );
});

Deno.test("a message about missing secrets names each secret, and not all of very many nodes", async () => {
  const steps = Array.from({ length: 8 }, () => ({ secrets: ["A"] }));
  const result = await new BuildWorld().run(makePipeline({ secrets: ["B"], steps }));
  assert.match(
    result.root.reason ?? "",
    /^secrets are missing: B, named by pipeline; A, named by .*\/s5 and 3 more$/,
  );
});

Deno.test("a secret that only skipped nodes name may be missing", async () => {
  const world = new BuildWorld();
  const result = await world.run(
    makePipeline({ steps: [{ changesetPattern: /^docs/, setup: { secrets: ["A"] } }, {}] }),
    { changeset: ["src"] },
  );
  assert.equal(result.status, "passed");
});

Deno.test("a script runs in the shell, and one that is too long for an argument from a file", async () => {
  const world = new BuildWorld();
  const short = "say:a\nsay:$HOME";
  const long = `say:long\nsay:${"é".repeat(60_000)}`;
  const result = await world.run(makePipeline({ steps: [{ run: short }, { run: long }] }));
  assert.equal(result.status, "passed");
  const [first, second] = world.programs.runs.map(({ argv }) => argv);
  assert.deepEqual(first, ["sh", "-eu", "-c", short]);
  assert.deepEqual(second?.slice(0, 2), ["sh", "-eu"]);
  assert.equal(second?.length, 3);
  assert.deepEqual(world.lines().slice(0, 3), [
    "pipeline/s1 | a",
    "pipeline/s1 | $HOME",
    "pipeline/s2 | long",
  ]);
});

Deno.test("outputs of a step are variables of later steps, and are kept once a step", async () => {
  const world = new BuildWorld();
  const result = await world.run(makePipeline({
    setup: { exec: "out:id=7" },
    steps: [
      { name: "build it", exec: "out:image-tag=v1 out:other=x=y" },
      { name: "use", exec: "say:$OUT_BUILD_IT_IMAGE_TAG,$OUT_BUILD_IT_OTHER,$OUT_SETUP_ID,$OUT_NOPE" },
    ],
    teardown: { exec: "say:$OUT_SETUP_ID" },
  }));
  assert.equal(result.status, "passed");
  assert.deepEqual(world.lines(), ["pipeline/use | v1,x=y,7,$OUT_NOPE", "pipeline/teardown | 7"]);
  assert.deepEqual(world.kept.map(({ step, values }) => [step.path, { ...values }]), [
    ["pipeline/setup", { id: "7" }],
    ["pipeline/build it", { "image-tag": "v1", "other": "x=y" }],
  ]);
});

Deno.test("a line that is no output fails the step, with its number", async () => {
  for (
    const [exec, reason] of [
      ["out:a=1 out: out:nonsense", 'line 3 of its outputs: it has no "="'],
      [
        "out:1a=1",
        'line 1 of its outputs: "1a" is no name: a name has letters, digits and _ . - and begins with no digit',
      ],
    ]
  ) {
    const world = new BuildWorld();
    const result = await world.run(makePipeline({ exec: exec ?? "" }));
    assert.deepEqual([result.root.status, result.root.reason, result.root.exitCode], ["failed", reason, 0]);
    assert.deepEqual(world.kept, []);
  }
});

Deno.test("two outputs with one variable are an error of the later step", async () => {
  const world = new BuildWorld();
  const result = await world.run(makePipeline({
    steps: [{ name: "a", exec: "out:b-c=1" }, { name: "g", steps: [{ name: "a", exec: "out:b_c=2" }] }],
  }));
  assert.equal(
    resultAt(result, "pipeline/g/a").reason,
    "the output b_c of pipeline/g/a has the same variable as the output b-c of pipeline/a: OUT_A_B_C",
  );
});

Deno.test("outputs of a step that failed are taken too, and a bad line beside a failure is a warning", async () => {
  const world = new BuildWorld();
  const result = await world.run(makePipeline({
    steps: [{ name: "a", exec: "out:id=7 exit:1" }],
    teardown: { exec: "say:$OUT_A_ID" },
  }));
  assert.deepEqual(world.lines(), ["pipeline/teardown | 7"]);
  assert.equal(world.kept.length, 1);
  assert.equal(resultAt(result, "pipeline/a").reason, "it exited with code 1");
  const other = await new BuildWorld().run(makePipeline({ exec: "out:bad exit:1" }));
  assert.equal(other.root.reason, "it exited with code 1");
  assert.deepEqual(other.warnings, ['pipeline: line 1 of its outputs: it has no "="']);
});

Deno.test("outputs of a step that was stopped are seen by tear-downs, and are not kept", async () => {
  const world = new BuildWorld();
  await world.run(makePipeline({
    name: "p",
    timeoutMs: 100,
    exec: "out:id=7 sleep:1000",
    teardown: { exec: "say:$OUT_P_ID" },
  }));
  assert.deepEqual(world.lines(), ["p/teardown | 7"]);
  assert.deepEqual(world.kept, []);
});

Deno.test("a store that keeps no outputs fails the step", async () => {
  const world = new BuildWorld();
  world.outputs = { keep: () => Promise.reject(new Error("Writing the context: it is locked")) };
  const result = await world.run(makePipeline({ steps: [{ exec: "out:a=1" }, {}] }));
  assert.deepEqual(Object.values(statusesOf(result.root)), ["failed", "failed", "skipped"]);
  assert.equal(resultAt(result, "pipeline/s1").reason, "Writing the context: it is locked");
  const without = new BuildWorld();
  without.outputs = undefined;
  assert.equal((await without.run(makePipeline({ exec: "out:a=1" }))).status, "passed");
});

Deno.test("secrets are masked in lines, logs, reasons, warnings and kept outputs", async () => {
  const world = new BuildWorld();
  const result = await world.run(
    makePipeline({
      secrets: ["KEY"],
      steps: [
        { exec: `say:$KEY complain:${btoa("user:hush hush")} out:key=$KEY` },
        { exec: "hush_$KEY", teardown: { exec: "$KEY" } },
      ],
    }),
    { secrets: new Map([["KEY", "hush hush"], ["SHORT", "abc"], ["ALSO", "x"]]), env: { KEY: "x" } },
  );
  const text = JSON.stringify([result, world.events, world.kept]);
  assert.doesNotMatch(text, /hush hush/);
  assert.doesNotMatch(text, /aHVzaCBodXNo/);
  assert.equal(world.lines()[0], "pipeline/s1 | ***");
  assert.equal(world.kept[0]?.values["key"], "***");
  assert.equal(resultAt(result, "pipeline/s2").reason, "it exited with code 127: hush_*** was not found");
  assert.deepEqual(result.warnings, [
    "secrets of fewer than 4 characters are not masked: ALSO, SHORT",
    "pipeline/s2: its tear-down failed: it exited with code 127: *** was not found",
  ]);
});

Deno.test("the log of a step has its last 50 lines, also when it failed", async () => {
  const result = await new BuildWorld().run(makePipeline({ exec: "lines:80 complain:end exit:1" }));
  assert.equal(result.root.log.length, 50);
  assert.deepEqual([result.root.log[0], result.root.log.at(-1)], ["line 32", "end"]);
});

Deno.test("the signal that ended a program is in the result", async () => {
  const result = await new BuildWorld().run(makePipeline({ exec: "die:SIGSEGV" }));
  assert.deepEqual([result.root.exitCode, result.root.signal], [139, "SIGSEGV"]);
  assert.equal(result.root.reason, "SIGSEGV ended it (exit code 139)");
});
