import assert from "node:assert/strict";
import stringWidth from "string-width";
import { runOnFiles } from "./on_files.ts";

/** A file with five mistakes, each on a line of its own. */
const FAULTY = `version: 1
name: web
steps:
  - name: lint
    run: npm run lint
    tiemout: 5m
  - name: tests
    order: parallel
    steps:
      - { name: unit, exec: [] }
      - { name: unit, run: npm test }
teardown: docker compose down
`;

const SOUND = "version: 1\nname: web\nsteps:\n  - { name: lint, run: npm run lint }\n";

Deno.test("pipeline check prints every mistake with its line and remedy, and ends with 2", async () => {
  const { code, out, err } = await runOnFiles(["check", "build.yml"], { files: { "build.yml": FAULTY } });

  assert.equal(code, 2);
  assert.equal(err, "");
  assert.equal(
    out,
    `build.yml:6:5: unknown key "tiemout"
    Did you mean "timeout"?
build.yml:8:12: order is "parallel", and sequential or unordered is expected
    Did you mean "unordered"?
build.yml:10:29: exec is an empty list
    Write the program and its arguments: "exec: [npm, test]"
build.yml:11:17: two steps of this node have the name "unit"
    Rename one of them: each needs a path of its own
build.yml:12:11: the tear-down is "docker compose down", and a node is expected
    Write "teardown: { run: some command }"
build.yml: 5 mistakes
`,
  );
});

Deno.test("pipeline check --json prints the same mistakes as one document", async () => {
  const { code, out } = await runOnFiles(["check", "build.yml", "--json"], {
    files: { "build.yml": FAULTY },
  });
  const { problems, warnings } = JSON.parse(out);

  assert.equal(code, 2);
  assert.deepEqual(warnings, []);
  assert.equal(problems.length, 5);
  assert.deepEqual(problems[0], {
    file: "build.yml",
    line: 6,
    column: 5,
    message: 'unknown key "tiemout"',
    hint: 'Did you mean "timeout"?',
  });
  assert.deepEqual(problems.map(({ line }: { line: number }) => line), [6, 8, 10, 11, 12]);
});

Deno.test("pipeline check of a sound file says how many steps it has, and ends with 0", async () => {
  const files = { "build.yml": SOUND, "build.json": '{ "name": "top", "exec": "./ok" }' };
  const { code, out, err } = await runOnFiles(["check", "build.yml", "build.json"], { files });

  assert.deepEqual([code, err], [0, ""]);
  assert.equal(
    out,
    "build.yml: no mistake in web, 2 steps (version 1)\n" +
      "build.json: no mistake in top, 1 step (a file of bass, without version: 1)\n",
  );
  const json = await runOnFiles(["check", "build.yml", "--json"], { files });
  assert.deepEqual([json.code, JSON.parse(json.out)], [0, { problems: [], warnings: [] }]);
});

Deno.test("pipeline check prints warnings of a bare file and ends with 0", async () => {
  const files = { "build.json": '{ "name": "top", "exec": "./ok x", "tiemout": 3 }' };
  const { code, out } = await runOnFiles(["check", "build.json"], { files });

  assert.equal(code, 0);
  assert.match(out, /^build\.json:1:26: warning: exec is the name of one program here/);
  assert.match(
    out,
    /^build\.json:1:36: warning: unknown key "tiemout" has no effect\n {4}Did you mean "timeout"\?$/m,
  );
  const { warnings } = JSON.parse((await runOnFiles(["check", "build.json", "--json"], { files })).out);
  assert.deepEqual(warnings.map(({ column }: { column: number }) => column), [26, 36]);
});

Deno.test("pipeline check goes on to the next file after a mistake, and reads standard input", async () => {
  const files = { "-": '{ "name": "a" "exec": "b" }', "a.yml": SOUND, "b.yml": "name: a\n\trun: b\n" };
  const { code, out } = await runOnFiles(["check", "-", "a.yml", "b.yml"], { files });

  assert.equal(code, 2);
  assert.match(out, /^standard input:1:15: "\\"" is here, and a comma or } is expected$/m);
  assert.match(out, /^a\.yml: no mistake/m);
  assert.match(out, /^b\.yml:2:1: a tab indents this line$/m);
});

Deno.test("pipeline check of a file that is not there is exit 2", async () => {
  const { code, err } = await runOnFiles(["check", "nope.yml"], { files: {} });
  assert.equal(code, 2);
  assert.match(err, /Reading nope\.yml: there is no such file\nhint: Correct the path/);
});

Deno.test("pipeline check fits the width of a terminal, and shows control characters of a file as escapes", async () => {
  const files = { "build.yml": FAULTY.replace("tiemout", '"tie\\e[31mmout"') };
  const { out } = await runOnFiles(["check", "build.yml"], { files, terminal: 50 });

  for (const line of out.split("\n")) assert.ok(stringWidth(line) <= 50, line);
  assert.match(out, /unknown key "tie\\u\{1b\}/);
});
