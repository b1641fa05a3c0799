import assert from "node:assert/strict";
import { problemsOf, readSound, stepsOf, warningsOf } from "./read.ts";

function json(value: unknown): string {
  return JSON.stringify(value);
}

Deno.test("a file without a version is a bare one, in JSON and in YAML, and has the defaults of a node", async () => {
  const pipeline = { name: "top", steps: [{ name: "a", exec: ["./ok", "1"] }, { name: "b", exec: "./ok" }] };
  for (const path of ["build.json", "build.yml", "-"]) {
    const { format, root } = await readSound(json(pipeline), path);
    assert.equal(format, "bare");
    assert.deepEqual(stepsOf(root).map(({ work }) => work), [
      { kind: "exec", argv: ["./ok", "1"] },
      { kind: "exec", argv: ["./ok"] },
    ]);
  }
});

Deno.test("equal siblings of a bare file keep their names and are numbered in their paths", async () => {
  const step = (name: string) => ({ name, exec: ["ok"] });
  const { root } = await readSound(json({
    name: "top",
    setup: { exec: ["ok"] },
    steps: [step("a"), step("b"), step("a"), step("a#2"), step("a"), step("setup"), step("x/y"), step("x_y")],
  }));
  assert.equal(root.setup?.path, "top/setup");
  assert.deepEqual(stepsOf(root).map(({ name, path }) => [name, path]), [
    ["a", "top/a"],
    ["b", "top/b"],
    ["a", "top/a#2"],
    ["a#2", "top/a#2#2"],
    ["a", "top/a#3"],
    ["setup", "top/setup#2"],
    ["x/y", "top/x_y"],
    ["x_y", "top/x_y#2"],
  ]);
});

Deno.test("a key that is not known, or has no effect, is a warning in a bare file", async () => {
  const text = json({ name: "a", exec: ["ok"], order: "unordered", tiemout: 3, "x-note": { any: "thing" } });
  assert.deepEqual(await warningsOf(text, "build.json"), [
    '1:27 "order" has no effect: the node has no "steps"',
    '1:47 unknown key "tiemout" has no effect',
  ]);
});

Deno.test("null counts as left out in a bare file", async () => {
  const { root } = await readSound(json({
    name: "a",
    exec: null,
    timeout: null,
    setup: null,
    order: null,
    steps: [{ name: "b", exec: ["ok"], cwd: null }],
  }));
  assert.deepEqual([root.timeoutMs, root.setup, root.work.kind], [undefined, undefined, "steps"]);
});

Deno.test("the keys of version 1 mean the same in a bare file", async () => {
  const { root } = await readSound(json({
    name: "a",
    run: "true",
    env: { A: 1 },
    secrets: ["B"],
    teardown: { exec: ["ok"] },
    "strict-teardown": true,
    timeout: "1",
  }));
  assert.deepEqual([root.work.kind, root.env, root.secrets, root.strictTeardown, root.timeoutMs], [
    "run",
    { A: "1" },
    ["B"],
    true,
    1_000,
  ]);
});

Deno.test("an empty exec, an unknown order and other broken nodes are problems in a bare file too", async () => {
  const cases = [
    [{ name: "a", exec: [] }, /exec is an empty list/],
    [{ name: "a", order: "parallel", steps: [{ name: "b", exec: ["ok"] }] }, /order is "parallel"/],
    [{ name: "a", steps: [] }, /steps is an empty list/],
    [{ name: "a" }, /this one has none of them/],
    [{ exec: ["ok"] }, /the pipeline has no name/],
    [{ name: "a", steps: [{ exec: ["ok"] }] }, /this step has no name/],
    [{ name: "a", steps: [{ name: "b", exec: ["ok"], steps: [] }] }, /has exec and steps/],
    [{ name: "a", exec: ["ok"], setup: { exec: [] } }, /exec is an empty list/],
    [{ name: "a", exec: ["ok"], timeout: "soon" }, /timeout is "soon"/],
    [[], /the file is a list, and a map is expected/],
    [null, /the file is empty/],
  ] as const;
  for (const [value, message] of cases) {
    for (const path of ["a.json", "a.yml"]) {
      assert.match((await problemsOf(json(value), path)).messages.join(), message);
    }
  }
});

Deno.test("a pattern of Python's means the same in a bare file", async () => {
  const finds = async (pattern: string, path: string) =>
    (await readSound(json({ name: "a", exec: ["ok"], "if-changeset-matches": pattern }))).root
      .changesetPattern?.test(
        path,
      );
  assert.equal(await finds("\\Asub/", "sub/x"), true);
  assert.equal(await finds("\\Asub/", "A/sub/x"), false);
  assert.equal(await finds("\\.md\\Z", "a.md"), true);
  assert.equal(await finds("\\.md\\Z", "a.mdx"), false);
  assert.equal(await finds("(?i)readme", "README"), true);
  assert.equal(await finds("(?P<kind>a|b)-(?P=kind)", "b-b"), true);
  assert.equal(await finds("(?P<kind>a|b)-(?P=kind)", "b-a"), false);
  assert.equal(await finds("\\\\A", "\\A"), true);
  assert.match(
    (await problemsOf(json({ name: "a", exec: ["ok"], "if-changeset-matches": "(" }))).messages.join(),
    /unterminated/,
  );
});

Deno.test("a working folder of a bare file may begin with a slash, which means nothing", async () => {
  for (
    const [cwd, folder] of [["/sub", "sub"], ["sub", "sub"], ["//sub", "sub"], ["/", "."], ["../x", "../x"]]
  ) {
    assert.equal((await readSound(json({ name: "a", exec: ["ok"], cwd }))).root.cwd, folder);
  }
});
