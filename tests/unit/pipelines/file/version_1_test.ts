import assert from "node:assert/strict";
import { problemsOf, readSound, stepsOf, warningsOf } from "./read.ts";

/** A node of version 1 with these lines below its name. */
function node(lines: string): string {
  return `version: 1\nname: web\n${lines}\n`;
}

Deno.test("every key of a node is read, and what is left out has its default", async () => {
  const { format, root } = await readSound(`version: 1
name: web
env: { NODE_ENV: test }
secrets: [NPM_TOKEN, NPM_TOKEN]
setup: { exec: [npm, ci] }
steps:
  - { name: lint, run: "npm run lint", if-changeset-matches: "^src/" }
  - name: tests
    order: unordered
    max-parallel: 2
    timeout: 10m
    cwd: packages/web
    steps: [{ name: unit, exec: [npm, test] }, { name: e2e, exec: npm }]
teardown: { name: stop, run: "docker compose down" }
strict-teardown: true
`);
  const plain = {
    timeoutMs: undefined,
    changesetPattern: undefined,
    cwd: undefined,
    env: {},
    secrets: [],
    setup: undefined,
    teardown: undefined,
    strictTeardown: false,
  };
  const exec = (path: string, argv: readonly string[]) => ({
    ...plain,
    name: path.split("/").at(-1),
    path,
    work: { kind: "exec", argv },
  });
  assert.equal(format, "version-1");
  assert.deepEqual(root, {
    ...plain,
    name: "web",
    path: "web",
    env: { NODE_ENV: "test" },
    secrets: ["NPM_TOKEN"],
    setup: exec("web/setup", ["npm", "ci"]),
    teardown: {
      ...plain,
      name: "stop",
      path: "web/stop",
      work: { kind: "run", script: "docker compose down" },
    },
    strictTeardown: true,
    work: {
      kind: "steps",
      order: "sequential",
      maxParallel: 5,
      steps: [
        {
          ...plain,
          name: "lint",
          path: "web/lint",
          work: { kind: "run", script: "npm run lint" },
          changesetPattern: /^src\//u,
        },
        {
          ...plain,
          name: "tests",
          path: "web/tests",
          timeoutMs: 600_000,
          cwd: "packages/web",
          work: {
            kind: "steps",
            order: "unordered",
            maxParallel: 2,
            steps: [
              exec("web/tests/unit", ["npm", "test"]),
              exec("web/tests/e2e", ["npm"]),
            ],
          },
        },
      ],
    },
  });
});

Deno.test("a time limit is a number of seconds, also as text, or a text with a unit", async () => {
  const times = [
    ["1", 1_000],
    ['"1"', 1_000],
    ["0.5", 500],
    ['"0.5"', 500],
    ["10m", 600_000],
    ["90s", 90_000],
    [
      "1e3",
      1_000_000,
    ],
    ["500ms", 500],
    ["24d", 2_073_600_000],
    ["0.0001", 1],
  ] as const;
  for (const [written, ms] of times) {
    assert.equal((await readSound(node(`run: a\ntimeout: ${written}`))).root.timeoutMs, ms, written);
  }
  for (const written of ["10 min", "1:30", '"1e3"', "10M", "true", "[1]", ".inf", ".nan", '""']) {
    assert.match(
      (await problemsOf(node(`run: a\ntimeout: ${written}`))).messages[0] ?? "",
      /^4:10 .*a length of time/,
      written,
    );
  }
  for (const written of ["0", "-1", '"0"', '"-5"']) {
    assert.deepEqual((await problemsOf(node(`run: a\ntimeout: ${written}`))).messages, [
      "4:10 timeout is not above 0",
    ]);
  }
  for (const written of ["4w", "25d", "1e300"]) {
    assert.deepEqual((await problemsOf(node(`run: a\ntimeout: ${written}`))).messages, [
      "4:10 timeout is longer than 24 days",
    ]);
  }
});

Deno.test("a node has exactly one body, which is not empty", async () => {
  const cases = [
    ["cwd: a", "1:1 a node has one of exec, run and steps, and this one has none of them"],
    ["exec: [a]\nrun: b", "4:1 a node has one of exec, run and steps, and this one has exec and run"],
    [
      "run: b\nsteps: [{ name: a, run: b }]",
      "4:1 a node has one of exec, run and steps, and this one has run and steps",
    ],
    ["exec: []", "3:7 exec is an empty list"],
    ['exec: ""', "3:7 exec is empty"],
    ['exec: [" ", a]', "3:8 item 1 of exec is empty"],
    ["exec: { a: b }", "3:7 exec is a map, and a list is expected"],
    ["exec:", "3:1 exec has no value, and a list is expected"],
    ["exec: [a, [b]]", "3:11 item 2 of exec is a list, and a text is expected"],
    ["exec: [a, ]\nsteps: []", "4:1 a node has one of exec, run and steps, and this one has exec and steps"],
    ["run: ' '", "3:6 run is empty"],
    ["run: [a, b]", "3:6 run is a list, and one text is expected"],
    ["steps: []", "3:8 steps is an empty list"],
    ["steps: { a: { run: b } }", "3:8 steps is a map, and a list is expected"],
    ["steps: [npm test]", '3:9 a step is "npm test", and a node is expected'],
    ["steps: [null]", "3:9 a step has no value, and a node is expected"],
  ] as const;
  for (const [lines, message] of cases) assert.equal((await problemsOf(node(lines))).messages[0], message);
  assert.deepEqual((await readSound(node('exec: [a, "", " "]'))).root.work, {
    kind: "exec",
    argv: ["a", "", " "],
  });
});

Deno.test("order has three words, and the words of other tools get the right one", async () => {
  const ordered = (await readSound(node("order: ordered\nsteps: [{ name: a, run: b }]"))).root.work;
  assert.equal(ordered.kind === "steps" && ordered.order, "sequential");
  for (
    const [word, meant] of [["parallel", "unordered"], ["Unordered", "unordered"], ["serial", "sequential"]]
  ) {
    const { messages, hints } = await problemsOf(node(`order: ${word}\nsteps: [{ name: a, run: b }]`));
    assert.deepEqual(messages, [`3:8 order is "${word}", and sequential or unordered is expected`]);
    assert.deepEqual(hints, [`Did you mean "${meant}"?`]);
  }
  assert.equal((await problemsOf(node("order:\nsteps: [{ name: a, run: b }]"))).messages.length, 1);
});

Deno.test("a key that changes nothing is a problem", async () => {
  const cases = [
    ["run: a\norder: unordered", /^4:1 "order" has no effect: the node has no "steps"$/],
    ["steps: [{ name: a, run: b }]\nmax-parallel: 2", /^4:1 "max-parallel" has no effect/],
    ["order: ordered\nsteps: [{ name: a, run: b }]\nmax-parallel: 2", /^5:1 "max-parallel" has no effect/],
    ["run: a\nstrict-teardown: true", /^4:1 "strict-teardown" has no effect: the node has no "teardown"$/],
  ] as const;
  for (const [lines, message] of cases) {
    const { messages } = await problemsOf(node(lines));
    assert.equal(messages.length, 1);
    assert.match(messages[0] ?? "", message);
  }
});

Deno.test("a number or a boolean where a text belongs is the text that the file has", async () => {
  const { root } = await readSound(`version: 1
name: &version 3.10
env: &env { A: 0x10, B: 1e3, C: True, D: 1.10, E: 007 }
steps:
  - { name: 1.0, exec: [echo, 5, 1_000, 12:30, yes, true, -0], env: *env }
  - { name: *version, run: true }
`);
  const [first, second] = stepsOf(root);
  assert.deepEqual(first?.env, { A: "0x10", B: "1e3", C: "True", D: "1.10", E: "007" });
  assert.deepEqual(first?.work, { kind: "exec", argv: ["echo", "5", "1_000", "12:30", "yes", "true", "-0"] });
  assert.deepEqual([first?.path, second?.path], ["3.10/1.0", "3.10/3.10"]);
  assert.deepEqual(second?.work, { kind: "run", script: "true" });
});

Deno.test("a text of another kind is a problem that shows where to write one", async () => {
  const { hints } = await problemsOf(node("exec: [a, [b]]\ncwd: [c]\nif-changeset-matches:"));
  assert.deepEqual(hints, [
    'Write one text, as "- some text"; one that begins with { or [ needs quotes around it',
    'Write one text, as "cwd: some text"; one that begins with { or [ needs quotes around it',
    'Write a text after "if-changeset-matches:", or remove it',
  ]);
});

Deno.test("names are one line without slashes, and siblings differ", async () => {
  const step = (name: string) => `steps: [{ name: ${name}, run: a }]`;
  const cases = [
    [step("a/b"), 'the name "a/b" contains /, which separates the names of a path'],
    [step('"a\\nb"'), 'the name "a\\u{a}b" contains a line break or a control character'],
    [step('" a"'), 'the name " a" begins or ends with a space'],
    [step('""'), "name is empty"],
    [step("x".repeat(201)), "the name is longer than 200 characters"],
    [step("[a]"), "name is a list, and a text is expected"],
    [step(""), "name has no value, and a text is expected"],
    ["steps: [{ run: a }]", "this step has no name"],
    ["steps: [{ name: a, run: a }, { name: a, run: b }]", 'two steps of this node have the name "a"'],
    [
      "setup: { run: a }\nsteps: [{ name: setup, run: b }]",
      'the set-up of this node has the name "setup", too',
    ],
    [
      "steps: [{ name: x, run: b }]\nteardown: { name: x, run: a }",
      'the tear-down of this node has the name "x", too',
    ],
    [
      "run: b\nsetup: { run: a, name: teardown }\nteardown: { run: a }",
      'the set-up and the tear-down of this node have the name "teardown"',
    ],
  ] as const;
  for (const [lines, message] of cases) {
    const { messages } = await problemsOf(node(lines));
    assert.deepEqual(messages.map((each) => each.replace(/^\d+:\d+ /, "")), [message]);
  }
  assert.match((await problemsOf("version: 1\nrun: a\n")).messages[0] ?? "", /the pipeline has no name/);
  await readSound(node("steps: [{ name: a, steps: [{ name: a, run: b }] }, { name: teardown, run: b }]"));
});

Deno.test("set-ups and tear-downs are checked as deeply as steps", async () => {
  const { messages } = await problemsOf(node(`run: a
setup:
  steps:
    - { name: x, exec: [], tiemout: 3 }
    - { name: y, run: b, teardown: { run: c, cwd: /etc } }
teardown: { run: a, exec: b }`));
  assert.deepEqual(messages, [
    "6:24 exec is an empty list",
    '6:28 unknown key "tiemout"',
    '7:51 cwd is "/etc", which begins at the root of this machine',
    "8:21 a node has one of exec, run and steps, and this one has run and exec",
  ]);
});

Deno.test("an unknown key is a problem with the key that was meant, also from other tools", async () => {
  const cases = [
    ["tiemout", /Did you mean "timeout"\?/],
    ["ifChangesetMatches", /Did you mean "if-changeset-matches"\?/],
    ["strict_teardown", /Did you mean "strict-teardown"\?/],
    ["script", /"run"/],
    ["working-directory", /"cwd"/],
    ["environment", /"env"/],
    ["needs", /order: unordered/],
    ["if", /if-changeset-matches/],
    ["timeout-minutes", /"timeout: 10m"/],
    ['"<<"', /no merge keys/],
    ["on", /^A node has the keys name, exec, run, /],
    ["constructor", /^A node has the keys name, exec, run, /],
  ] as const;
  for (const [key, hint] of cases) {
    const { messages, hints } = await problemsOf(node(`run: a\n${key}: yes`));
    assert.deepEqual(messages, [`4:1 unknown key ${key.startsWith('"') ? key : `"${key}"`}`]);
    assert.match(hints[0] ?? "", hint);
  }
  assert.match(
    (await problemsOf(node("steps: [{ version: 1, name: a, run: b }]"))).hints[0] ?? "",
    /at the top of the file/,
  );
});

Deno.test("a pattern is a regular expression, and patterns for files and of Python say what to write", async () => {
  const pattern = async (text: string) =>
    (await readSound(node(`run: a\nif-changeset-matches: '${text}'`))).root.changesetPattern;
  assert.equal((await pattern("\\.md$"))?.test("a/README.md"), true);
  assert.equal((await pattern("^\\p{Lu}"))?.test("Ä"), true);
  assert.equal((await pattern('a\\-b\\"'))?.test('a-b"'), true);
  assert.equal((await pattern("\\\\A"))?.test("\\A"), true);
  const cases = [
    ["src/**", /no regular expression: nothing to repeat/, /instead of a pattern for file names/],
    ["*.md", /no regular expression: nothing to repeat/, /instead of a pattern for file names/],
    ["(a", /no regular expression: unterminated group/, /backslash/],
    ["\\Asrc", /contains \\A, which has another meaning/, /Write \^/],
    ["(?P<a>b)", /contains \(\?P<, /, /Write \(\?</],
    ["", /is empty/, /remove the key/],
  ] as const;
  for (const [text, message, hint] of cases) {
    const { messages, hints } = await problemsOf(node(`run: a\nif-changeset-matches: '${text}'`));
    assert.match(messages.join(), message);
    assert.match(hints.join(), hint);
  }
});

Deno.test("variables and secrets have names that a shell can use, and no name is both", async () => {
  const cases = [
    ["env: [A=b]", "4:6 env is a list, and a map is expected"],
    ["env: { A-B: c }", '4:8 "A-B" is no name of a variable'],
    ["env: { A: }", "4:8 the variable A has no value, and a text is expected"],
    ["env: { A: [b] }", "4:11 the variable A is a list, and a text is expected"],
    ["secrets: TOKEN", '4:10 secrets is "TOKEN", and a list of names is expected'],
    ["secrets: { A: b }", "4:10 secrets is a map, and a list of names is expected"],
    ["secrets: [A=b]", '4:11 "A=b" is no name of a variable'],
    ["secrets: [5]", "4:11 a secret is a number, and its name is expected"],
    ["secrets: [A]\nenv: { A: b }", '5:8 A is in "env" and in "secrets" of this node'],
    ['env: { A: "\\0" }', "4:11 the variable A contains a NUL character"],
    ['cwd: "a\\0"', "4:6 cwd contains a NUL character"],
  ] as const;
  for (const [lines, message] of cases) {
    assert.deepEqual((await problemsOf(node(`run: a\n${lines}`))).messages, [message]);
  }
  const { env } = (await readSound(node('run: a\nenv: { A: "", _b1: "$A", PATH: "$HOME/bin:$PATH" }'))).root;
  assert.deepEqual(env, { A: "", _b1: "$A", PATH: "$HOME/bin:$PATH" });
});

Deno.test("a boolean is true or false, and a number of children a whole number", async () => {
  const strict = async (word: string) =>
    await problemsOf(node(`run: a\nteardown: { run: b }\nstrict-teardown: ${word}`));
  assert.deepEqual((await strict("yes")).hints, ["Write true"]);
  assert.deepEqual((await strict("off")).hints, ["Write false"]);
  assert.match((await strict("1")).messages[0] ?? "", /true or false is expected/);
  for (const count of ["0", "-1", "1.5", '"5"', "1001", "many", ".inf", "[]"]) {
    const { messages } = await problemsOf(
      node(`order: unordered\nmax-parallel: ${count}\nsteps: [{ name: a, run: b }]`),
    );
    assert.deepEqual(messages, ["4:15 max-parallel has to be a whole number from 1 to 1000"], count);
  }
});

Deno.test("a program's name with a space is a warning, since it is probably a command line", async () => {
  assert.deepEqual(await warningsOf(node("exec: npm test")), [
    '3:7 exec is the name of one program here, and "npm test" contains a space',
  ]);
  assert.deepEqual(await warningsOf(node('exec: ["/opt/My App/tool"]')), []);
});

Deno.test("another version is a problem, and the rest of the file is checked by the rules of version 1", async () => {
  for (const version of ["2", '"1"', "", "[1]"]) {
    const { messages, hints } = await problemsOf(`version: ${version}\nname: a\nrun: b\ntiemout: 3\n`);
    assert.equal(messages.length, 2, version);
    assert.equal(hints[0], 'Write "version: 1"');
  }
  assert.equal((await readSound("version: 1.0\nname: a\nrun: b\n")).format, "version-1");
});
