import assert from "node:assert/strict";
import { allOf, resultAt, statusesOf } from "../../worlds/pipelines/build_world.ts";
import { RealBuild } from "../../worlds/pipelines/real_build.ts";

const OK = { exec: "./ok x" };
const NO = { exec: "./no x" };

Deno.test("in order: steps after a failure are skipped, and the tear-down runs", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    steps: [{ exec: "./ok a" }, { exec: "./no b" }, { exec: "./ok c" }],
    teardown: { exec: "./ok td" },
  });
  assert.deepEqual(await build.ran(), ["a", "b", "td"]);
  assert.deepEqual(Object.values(statusesOf(result.root)), [
    "failed",
    "passed",
    "failed",
    "skipped",
    "passed",
  ]);
  assert.deepEqual([resultAt(result, "pipeline/s2").exitCode, result.status], [7, "failed"]);
});

Deno.test("a set-up that fails: only the tear-down runs", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    setup: { exec: "./no s" },
    steps: [{ exec: "./ok a" }],
    teardown: { exec: "./ok td" },
  });
  assert.deepEqual(await build.ran(), ["s", "td"]);
  assert.equal(result.status, "failed");
});

Deno.test("nested: the tear-down of the failed node runs, the next node is skipped whole", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    steps: [
      { steps: [{ exec: "./no a1" }, { exec: "./ok a2" }], teardown: { exec: "./ok atd" } },
      { setup: { exec: "./ok bs" }, exec: "./ok b", teardown: { exec: "./ok btd" } },
    ],
  });
  assert.deepEqual(await build.ran(), ["a1", "atd"]);
  assert.equal(result.status, "failed");
});

Deno.test("unordered: all run, five at a time", async () => {
  await using build = await RealBuild.make();
  // The first five end only when five have begun.
  const script = `echo begin >>began
    until [ "$(wc -l <began)" -ge 5 ]; do sleep 0.05; done
    ! [ -e five ] || exit 0; [ "$(wc -l <began)" -eq 5 ] && touch five`;
  const result = await build.run({ unordered: [...Array.from({ length: 6 }, () => ({ run: script })), NO] });
  assert.equal(result.root.steps.filter(({ status }) => status === "passed").length, 6);
  assert.equal(result.status, "failed");
});

Deno.test("a tear-down that fails is a warning, and fails a strict node", async () => {
  await using build = await RealBuild.make();
  const loose = await build.run({ ...OK, teardown: NO });
  assert.deepEqual([loose.status, loose.warnings.length], ["passed", 1]);
  assert.equal((await build.run({ ...OK, teardown: NO, strictTeardown: true })).status, "failed");
});

Deno.test("variables are replaced in each argument, and a missing program fails", async () => {
  await using build = await RealBuild.make();
  await Deno.writeTextFile(`${build.root}/args`, '#!/bin/sh\nfor each; do echo "<$each>"; done\n', {
    mode: 0o755,
  });
  await build.run({ exec: "./args $S1 ${S1}-$NOPE" }, { env: { S1: "x  y" } });
  assert.deepEqual(build.lines(), ["pipeline | <x  y>", "pipeline | <x  y-$NOPE>"]);
  const missing = await build.run({ exec: "./missing x" });
  assert.deepEqual([missing.status, missing.root.exitCode], ["failed", 127]);
});

Deno.test("a node runs if a changed path matches", async () => {
  await using build = await RealBuild.make();
  const steps = [
    { changesetPattern: /^docs\//, exec: "./ok docs" },
    { changesetPattern: /^sub\//, exec: "./ok sub" },
  ];
  assert.equal((await build.run({ steps }, { changeset: ["sub/x.txt"] })).status, "passed");
  assert.deepEqual(await build.ran(), ["sub"]);
});

Deno.test("steps side by side run in their own folders, and a folder that leads out fails", async () => {
  await using build = await RealBuild.make();
  for (const path of ["sub/deep", "sub2", "../outside"]) {
    await Deno.mkdir(`${build.root}/${path}`, { recursive: true });
  }
  await Deno.symlink("../outside", `${build.root}/out`);
  const pwd = { run: "pwd" };
  const result = await build.run({
    unordered: [
      { cwd: "sub", steps: [{ cwd: "deep", ...pwd }] },
      { cwd: "sub2", ...pwd },
      { cwd: ".", ...pwd },
      { cwd: "sub/..", ...pwd },
    ],
  });
  assert.equal(result.status, "passed");
  const folders = build.lines().map((line) => line.replace(/^.* \| /, "").replace(build.root, ""));
  assert.deepEqual(folders.toSorted(), ["", "", "/sub/deep", "/sub2"]);
  for (const cwd of ["../..", "out", "missing", "ok"]) {
    const inside = await build.run({ steps: [{ cwd, exec: "./ok inside", teardown: OK }] });
    assert.equal(inside.status, "failed", cwd);
  }
  assert.deepEqual(await build.ran(), []);
});

Deno.test("a folder that a step replaces with a link out is not entered again, not by a tear-down either", async () => {
  await using build = await RealBuild.make();
  for (const path of ["sub", "../outside"]) await Deno.mkdir(`${build.root}/${path}`);
  const result = await build.run({
    steps: [{
      cwd: "sub",
      steps: [{ run: "mv ../sub ../moved && ln -s ../outside ../sub" }, { run: "pwd -P" }],
      teardown: { run: "pwd -P" },
    }],
  });
  assert.deepEqual(build.lines(), []);
  assert.equal(result.status, "failed");
  const { reason } = resultAt(result, "pipeline/s1/s2");
  assert.equal(reason, `its folder ${build.root}/sub was removed or replaced while the build ran`);
  assert.equal(resultAt(result, "pipeline/s1/teardown").reason, reason);
});

Deno.test("side by side with set-ups: 13 spans and one skip", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({
    unordered: [
      { setup: OK, steps: [OK, OK] },
      { steps: [NO, { name: "shall not run", exec: "./ok y" }] },
      { unordered: [NO, NO] },
      { setup: NO, steps: [OK, OK] },
    ],
    teardown: OK,
  });
  const all = allOf(result.root);
  assert.deepEqual(all.filter(({ status }) => status === "skipped").map(({ name }) => name), [
    "shall not run",
  ]);
  assert.equal(all.length, 14);
  assert.equal(result.status, "failed");
});

Deno.test("output that is not UTF-8 is readable, and a long output ends with its last lines", async () => {
  await using build = await RealBuild.make();
  const odd = await build.run({ run: String.raw`printf 'a\377\303b\303'; printf '\251\n'` });
  assert.deepEqual([odd.status, odd.root.log], ["passed", ["a\ufffd\ufffdbé"]]);
  const long = await build.run({ run: "yes 'a line of the output' | head -n 400000; echo end" });
  assert.equal(build.events.filter(({ kind }) => kind === "step_output").length < 4000, true);
  assert.deepEqual([long.root.log.length, long.root.log.at(-1)], [50, "end"]);
  assert.equal(build.lines().length, 400_002);
});

Deno.test("secrets are masked in whatever programs write", async () => {
  await using build = await RealBuild.make();
  const secret = 'hush/"hush" hush';
  const script = `printf '%s\\n' "$KEY" "x$KEY"; printf 'user:%s' "$KEY" | base64; env | grep KEY >&2
    printf '%.8s' "$KEY"; sleep 0.1; printf '%s\\n' "\${KEY#????????}"`;
  const result = await build.run({ run: script }, { secrets: new Map([["KEY", secret]]) });
  assert.equal(result.status, "passed");
  const shown = JSON.stringify([build.events, result]);
  assert.doesNotMatch(shown, /hush|aHVzaC|h1c2gv|odXNoL/);
  assert.deepEqual(build.lines().filter((line) => line === "pipeline | ***").length, 2);
});

Deno.test("outputs of a step are variables of later steps, and are kept once", async () => {
  await using build = await RealBuild.make();
  const kept: unknown[] = [];
  const result = await build.run({
    steps: [
      {
        name: "make",
        run: 'echo "image-tag=v1" >>"$SHOWTIME_OUTPUT"; echo "other=a=b" >>"$SHOWTIME_OUTPUT"',
      },
      { name: "use", run: 'echo "$OUT_MAKE_IMAGE_TAG $OUT_MAKE_OTHER"' },
    ],
  }, {
    outputs: { keep: ({ step, values }) => Promise.resolve(void kept.push([step.path, { ...values }])) },
  });
  assert.equal(result.status, "passed");
  assert.deepEqual(build.lines(), ["pipeline/use | v1 a=b"]);
  assert.deepEqual(kept, [["pipeline/make", { "image-tag": "v1", "other": "a=b" }]]);
});

Deno.test("a script ends at its first failure and at an unset variable", async () => {
  await using build = await RealBuild.make();
  const failed = await build.run({ run: "echo a\nfalse\necho b" });
  const unset = await build.run({ run: 'echo c\necho "$NOT_SET"\necho d' });
  assert.deepEqual([failed.status, unset.status], ["failed", "failed"]);
  assert.deepEqual(build.lines().slice(0, 2), ["pipeline | a", "pipeline | c"]);
  assert.match(build.lines()[2] ?? "", /NOT_SET/);
  assert.equal(build.lines().length, 3);
});

Deno.test("a script of more than 128 KB runs, and its errors name the line", async () => {
  await using build = await RealBuild.make();
  const script = `echo begin\n# ${"é".repeat(100_000)}\nnope-such-program\n`;
  const result = await build.run({ run: script });
  assert.deepEqual([result.status, result.root.exitCode], ["failed", 127]);
  assert.equal(build.lines()[0], "pipeline | begin");
  assert.match(build.lines()[1] ?? "", /\b3\b.*nope-such-program/);
});

Deno.test("a program that a signal ends has the signal in its result", async () => {
  await using build = await RealBuild.make();
  const result = await build.run({ run: "kill -KILL $$" });
  assert.deepEqual([result.status, result.root.exitCode, result.root.signal], ["failed", 137, "SIGKILL"]);
});
