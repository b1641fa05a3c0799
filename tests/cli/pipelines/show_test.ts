import assert from "node:assert/strict";
import { runOnFiles } from "./on_files.ts";

const WEB = `version: 1
name: web
env: { NODE_ENV: test }
secrets: [NPM_TOKEN]
setup: { exec: [npm, ci] }
steps:
  - { name: lint, run: "npm run lint", if-changeset-matches: "^src/" }
  - name: tests
    order: unordered
    max-parallel: 1
    timeout: 10m
    cwd: packages
    steps: [{ name: unit, exec: [npm, test, "a b"] }, { name: e2e, run: "a\\nb\\n" }]
  - { name: docs, if-changeset-matches: "^docs/", steps: [{ name: links, exec: lychee }] }
teardown: { run: "docker compose down" }
strict-teardown: true
`;

const FILES = { "web.yml": WEB, "changed.txt": "src/a.ts\r\nREADME.md\n", "none.txt": "\n" };

function show(...argv: readonly string[]) {
  return runOnFiles(["show", ...argv], { files: FILES });
}

Deno.test("pipeline show prints the tree with programs and settings", async () => {
  const { code, out } = await show("web.yml");

  assert.equal(code, 0);
  assert.equal(
    out,
    `STEP         DOES                     SETTINGS
web          3 steps                  env NODE_ENV, secrets NPM_TOKEN, strict tear-down
├─ setup     npm ci                   set-up
├─ lint      sh: npm run lint         if ^src/ changed
├─ tests     2 steps, 1 at once       at most 10m, in packages
│  ├─ unit   npm test "a b"
│  └─ e2e    sh: a … (2 lines)
├─ docs      1 step                   if ^docs/ changed
│  └─ links  lychee
└─ teardown  sh: docker compose down  tear-down
`,
  );
});

Deno.test("pipeline show -c says what the changes would run, and why", async () => {
  const { code, out, err } = await show("web.yml", "-c", "changed.txt");

  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /^├─ lint {6}yes {3}src\/a\.ts changed {2,}sh: npm run lint$/m);
  assert.match(out, /^├─ docs {6}no {4}no changed path matches \^docs\/ {2}1 step$/m);
  assert.match(out, /^│ {2}└─ links {2}no {4}a step above it is skipped/m);
  assert.match(out, /^├─ tests {5}yes {2,}2 steps/m);
});

Deno.test("pipeline show -c with an empty file says that everything runs", async () => {
  const { code, out, err } = await show("web.yml", "--changeset", "none.txt");

  assert.equal(code, 0);
  assert.match(err, /none\.txt names no changed path, so everything runs/);
  assert.doesNotMatch(out, / no {2,}/);
});

Deno.test("pipeline show --only shows one step with the set-ups and tear-downs around it", async () => {
  const { code, out } = await show("web.yml", "--only", "web/tests/e2e");

  assert.equal(code, 0);
  const runs = out.split("\n").filter((line) => / {2}yes\b/.test(line)).map((line) =>
    line.replace(/ {2}.*/, "")
  );
  assert.deepEqual(runs, ["web", "├─ setup", "├─ tests", "│", "└─ teardown"]);
  assert.match(out, /└─ e2e {4}yes/);
});

Deno.test("pipeline show refuses standard input for the pipeline and the changed paths at once", async () => {
  const { code, err } = await show("-", "-c", "-");

  assert.equal(code, 2);
  assert.match(err, /cannot both be standard input\nhint: Name a file for one of them/);
});

Deno.test("pipeline show --only of an unknown path is exit 2 with the nearest paths", async () => {
  const { code, err } = await show("web.yml", "--only", "tests/unti");

  assert.equal(code, 2);
  assert.match(err, /Choosing "tests\/unti": the pipeline has no step with this path/);
  assert.match(err, /Did you mean web\/tests\/unit\?/);
});

Deno.test("pipeline show --json has each node with what would run", async () => {
  const { pipeline, format, warnings, steps } = JSON.parse(
    (await show("web.yml", "-c", "changed.txt", "--json")).out,
  );

  assert.deepEqual([pipeline, format, warnings], ["web", "version-1", []]);
  const [root] = steps;
  assert.deepEqual(root.steps.map(({ path, kind, runs }: Record<string, unknown>) => [path, kind, runs]), [
    ["web/setup", "setup", true],
    ["web/lint", "run", true],
    ["web/tests", "steps", true],
    ["web/docs", "steps", false],
    ["web/teardown", "teardown", true],
  ]);
  assert.deepEqual(root.steps[2].steps[0], {
    name: "unit",
    path: "web/tests/unit",
    kind: "exec",
    runs: true,
    reason: null,
    exec: ["npm", "test", "a b"],
    run: null,
    order: null,
    max_parallel: null,
    timeout_ms: null,
    if_changeset_matches: null,
    cwd: null,
    env: {},
    secrets: [],
    strict_teardown: false,
    steps: [],
  });
  assert.equal(root.steps[3].steps[0].reason, "a step above it is skipped");
});

Deno.test("pipeline show of a faulty file lists its mistakes and ends with 2", async () => {
  const files = { "a.yml": "version: 1\nname: a\nrun: b\ntiemout: 3\nordr: x\n" };
  const { code, err } = await runOnFiles(["show", "a.yml"], { files });

  assert.equal(code, 2);
  assert.match(
    err,
    /^error: Reading the pipeline a\.yml: 2 problems\n {2}a\.yml:4:1: .*"timeout"\?\n {2}a\.yml:5:1: /,
  );
  const { error } = JSON.parse((await runOnFiles(["show", "a.yml", "--json"], { files })).out);
  assert.deepEqual([error.code, error.problems.length, error.problems[0].line], ["pipeline_invalid", 2, 4]);
});
