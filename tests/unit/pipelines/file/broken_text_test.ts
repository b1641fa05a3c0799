/** Files that are no JSON or no YAML: the first fault is shown with its place, in words for people. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePipeline } from "../../../../src/config/pipelines/mod.ts";
import { readJsonTree } from "../../../../src/config/pipelines/json_tree.ts";
import { problemsOf, readSound, stepsOf } from "./read.ts";

Deno.test("broken JSON names the place and the remedy", async () => {
  const cases = [
    ['{ "name": "a",\n  "exec": ["b"],\n}', "3:1 a comma is before }", /Remove it/],
    ['{ "exec": ["b",] }', '1:16 "]" is here, and a value is expected', /remove the comma/],
    [
      '{ "name": "a"\n  "exec": ["b"] }',
      '2:3 "\\"" is here, and a comma or } is expected',
      /comma between two values/,
    ],
    ['{ "exec": ["a" "b"] }', '1:16 "\\"" is here, and a comma or ] is expected', /comma/],
    ["{ name: 1 }", '1:3 "name" is here, and a key is expected', /double quotes/],
    ["{ 'name': 1 }", `1:3 "'" is here, and a key is expected`, /double quotes/],
    [`{ "name": 'a' }`, "1:11 JSON has no single quotes", /double quotes/],
    ['{ "name": True }', '1:11 "True" is no value of JSON', /with quotes/],
    ['{ "timeout": 010 }', '1:14 "010" is no number of JSON', /10 or 0\.5/],
    ['{ "timeout": .5 }', '1:14 ".5" is no number of JSON', /10 or 0\.5/],
    ['{ "name" "a" }', '1:10 "\\"" is here, and a colon is expected', /Write "name": and the value/],
    ['// pipeline\n{ "name": "a" }', "1:1 JSON has no comments", /\.yml/],
    ['{ "name": "a", // x\n "exec": [] }', "1:16 JSON has no comments", /\.yml/],
    ['{ "name": "a" /* x */ }', "1:15 JSON has no comments", /\.yml/],
    ['{ "name": "a\n" }', "1:11 a text is not closed on its line", /\\n/],
    ['{ "name": "a\tb" }', "1:13 a tab is inside of a text", /\\t/],
    ['{ "name": "\\x" }', '1:12 "\\\\x" is no escape of JSON', /backslash/],
    ['{\n "steps": [\n', "3:1 the file ends where a value is expected", /close each bracket/],
    ['{\n "steps": [1\n', "3:1 the file ends inside of the [ of line 2", /Close it with \]/],
    ['{ "a": 1 } x', '1:12 "x" is here, where the document has ended', /Remove/],
    ["", "1:1 the file is empty", /Begin with/],
    [`${"[".repeat(200)}`, "1:130 nested more than 128 deep", /less nesting/],
  ] as const;
  for (const [text, message, hint] of cases) {
    const { messages, hints } = await problemsOf(text, "build.json");
    assert.deepEqual(messages, [message]);
    assert.match(hints.join(), hint);
  }
});

Deno.test("a duplicate key is a problem that names the first one, and the rest is checked", async () => {
  const files = [
    ["build.json", '{ "name": "a", "exec": ["b"],\n  "exec": ["c"], "timeout": "x" }'],
    ["build.yml", "version: 1\nname: a\nexec: [b]\nexec: [c]\ntimeout: x\n"],
  ] as const;
  for (const [path, text] of files) {
    const { messages, hints } = await problemsOf(text, path);
    assert.equal(messages.length, 2);
    assert.match(messages[0] ?? "", /is here for the second time/);
    assert.match(hints[0] ?? "", /the first is on line [13]\)/);
    assert.match(messages[1] ?? "", /timeout is "x"/);
  }
});

Deno.test("traps of YAML have an answer with the line", async () => {
  const cases = [
    ["name: a\nsteps:\n\t- name: b\n", "3:1 a tab indents this line", /spaces/],
    ["name: a\nexec: [b\n", "3:1 a [ above is never closed", /close it with \]/i],
    ['name: "a\nexec: b\n', '3:1 a " above is never closed', /close it/i],
    [
      'name: a\nrun: b\nif-changeset-matches: "\\.md$"\n',
      "3:24 double quotes are around the unknown escape \\.",
      /single quotes, or write \\\\ for a backslash/,
    ],
    ["name: a\n---\nname: b\n", "2:1 more than one document", /remove the ---/],
    [
      "name: a\nexec: *list\n",
      '2:7 the anchor "list" is not defined before its use',
      /Define it above, or put quotes around/,
    ],
    [
      "name: a\nrun: echo foo: bar\n",
      "2:6 this text has a colon in it, or the next line is indented too far",
      /quotes/,
    ],
    [
      "name: a\n run: b\n",
      "1:7 this text has a colon in it, or the next line is indented too far",
      /one column/,
    ],
    ["name: a\nrun: [ -f x ] && y\n", "2:15 a text follows a value that has ended", /one pair of quotes/],
    ["name: a\nrun: 'it's'\n", "2:10 a text follows a value that has ended", /one pair of quotes/],
    ["name: a\nrun: `date`\n", "2:6 a text without quotes begins with `", /quotes/],
    [
      "name: a\nif-changeset-matches: *.md\nrun: b\n",
      '2:23 the anchor ".md" is not defined before its use',
      /quotes/,
    ],
    [
      "name: a\nsteps:\n  - name: b\n  run: c\n",
      "4:1 this line does not begin in the column of the lines above that it belongs to",
      /their column/,
    ],
    ["name: a\nrun b\n", "2:1 no colon follows the key on this line", /key: value/],
    [
      "name: a\nrun: {{ x }}\n",
      "2:6 run is a map, and a text is expected",
      /begins with { or \[ needs quotes/,
    ],
    ["name: a\nrun: b\n}\n", "3:1 this is not expected here", /in the line above/],
    ["version: 1\nname: !secret a\nrun: b\n", "2:7 unresolved tag: !secret", /quotes/],
    [
      "<<<<<<< HEAD\nname: a\n=======\nname: b\n>>>>>>> x\n",
      "1:1 merge-conflict markers of Git are on lines 1, 3 and 5",
      /keep one side/i,
    ],
    ["name: a\0\n", "1:1 the file is not UTF-8 text", /UTF-8/],
    ["- a\n- b\n", "1:1 the file is a list, and a map is expected", /Begin with "version: 1"/],
    ["", "1:1 the file is empty", /Begin with/],
    ["npm test\n", '1:1 the file is "npm test", and a map is expected', /Begin with/],
  ] as const;
  for (const [text, message, hint] of cases) {
    const { messages, hints } = await problemsOf(text);
    assert.equal(messages[0], message);
    assert.match(hints[0] ?? "", hint);
  }
});

Deno.test("a program is no pipeline's file, and the answer says how it runs", async () => {
  const { messages, hints } = await problemsOf("#!/usr/bin/env python3\nimport bass\n", "./build");
  assert.deepEqual(messages, ["1:1 the file is a program, and a pipeline in YAML or JSON is expected"]);
  assert.match(hints.join(), /entry point, if it is executable/);
});

Deno.test("standard input is JSON or YAML by its content", async () => {
  await readSound('{ "name": "a", "exec": ["b"] }', "-");
  await readSound('{ "name": a, exec: [b] }', "-");
  await readSound("{ name: a, exec: [b] }", "-");
  await readSound("name: a\nexec: [b]\n", "-");
  assert.deepEqual((await problemsOf('{ "name": "a" "exec": 1 }', "-")).messages, [
    '1:15 "\\"" is here, and a comma or } is expected',
  ]);
});

Deno.test("an anchor and its aliases repeat a node's parts, and a mistake in it is one problem", async () => {
  const text = (name: string) =>
    `version: 1
name: a
steps:
  - { name: b, run: d, env: &env { ${name}: c } }
  - { name: e, run: d, env: *env }
`;
  assert.deepEqual(stepsOf((await readSound(text("A"))).root).map(({ env }) => env), [{ A: "c" }, {
    A: "c",
  }]);
  assert.deepEqual((await problemsOf(text("A-B"))).messages, ['4:36 "A-B" is no name of a variable']);
});

Deno.test("an alias repeats the last anchor before it, and an alias of itself ends", async () => {
  const { root } = await readSound("name: a\nrun: b\nenv: { A: &x 1, B: &x 2, C: *x }\n");
  assert.deepEqual(root.env, { A: "1", B: "2", C: "2" });
  const again = "name: a\nrun: b\nx-a: &x { p: &y 1 }\nx-b: &y 2\nx-c: *x\nenv: { A: *y }\n";
  assert.deepEqual((await readSound(again)).root.env, { A: "2" });
  assert.match(
    (await problemsOf("name: a\nsteps: &x [*x]\n")).messages[0] ?? "",
    /nested more than 128 deep/,
  );
});

Deno.test("JSON is read as JSON.parse reads it, and where its texts stand", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    const tree = readJsonTree(text);
    assert.deepEqual(tree.problems, []);
    assert.deepEqual(tree.value, JSON.parse(text));
    const walk = (each: unknown, path: readonly string[]): void => {
      const { line, column } = tree.where(path, "value");
      const rest = (text.split("\n")[line - 1] ?? "").slice(column - 1);
      if (typeof each !== "object" || each === null) assert.ok(rest.startsWith(JSON.stringify(each)));
      else for (const [key, inner] of Object.entries(each)) walk(inner, [...path, key]);
    };
    walk(value, []);
  }));
});

Deno.test("a text that JSON.parse refuses is a problem, and any text is read without a throw", async () => {
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text.replace(/^\uFEFF/, ""));
      return true;
    } catch {
      return false;
    }
  };
  const cut = fc.tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", '"', "]", "}", "0", "\\", "/", "\n"))
    .map(([text, at, more]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + more + text.slice(place + 1);
    });
  await fc.assert(fc.asyncProperty(cut, async (text) => {
    const { problems } = readJsonTree(text);
    const duplicates = problems.every(({ message }) => message.includes("second time"));
    assert.equal(duplicates, parses(text), text);
    for (const path of ["a.json", "a.yml", "-"]) await parsePipeline({ path, text });
  }));
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.constantFrom("a.json", "a.yml", "-"), async (text, path) => {
      await parsePipeline({ path, text });
    }),
  );
});
