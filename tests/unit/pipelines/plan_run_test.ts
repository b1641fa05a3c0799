import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import type { PipelineNode } from "../../../src/pipelines/core/pipeline.ts";
import { partsOf, planRun, type RunChoice } from "../../../src/pipelines/core/plan_run.ts";
import { makeNode } from "./tree.ts";

const WEB = makeNode({
  name: "web",
  setup: { name: "setup", steps: [{ name: "fetch" }] },
  teardown: { name: "teardown" },
  steps: [
    { name: "lint", pattern: /^src\// },
    {
      name: "tests",
      setup: { name: "setup" },
      teardown: { name: "teardown" },
      pattern: /^(?:src|tests)\//,
      steps: [{ name: "unit" }, { name: "e2e", teardown: { name: "teardown" } }],
    },
    { name: "docs", pattern: /\.md$/, steps: [{ name: "links" }] },
  ],
});

/** The paths of the nodes that run, in the order of the tree. */
function running(choice: Partial<RunChoice>): readonly string[] {
  const decide = planRun(WEB, { changeset: undefined, only: undefined, ...choice });
  const walk = (node: PipelineNode): readonly string[] =>
    decide(node).run ? [node.path, ...partsOf(node).flatMap(walk)] : [];
  return walk(WEB);
}

function reasonOf(path: string, choice: Partial<RunChoice>): string | undefined {
  const decide = planRun(WEB, { changeset: undefined, only: undefined, ...choice });
  const find = (node: PipelineNode): PipelineNode | undefined =>
    node.path === path ? node : partsOf(node).map(find).find((found) => found !== undefined);
  const node = find(WEB);
  assert.ok(node, path);
  return decide(node).reason;
}

function refusal(only: string): AppError {
  try {
    planRun(WEB, { changeset: undefined, only });
  } catch (error) {
    assert.ok(error instanceof AppError);
    return error;
  }
  assert.fail(`${only} was accepted`);
}

const EVERYTHING = [
  "web",
  "web/setup",
  "web/setup/fetch",
  "web/lint",
  "web/tests",
  "web/tests/setup",
  "web/tests/unit",
  "web/tests/e2e",
  "web/tests/e2e/teardown",
  "web/tests/teardown",
  "web/docs",
  "web/docs/links",
  "web/teardown",
];

Deno.test("without a changeset, and with an empty one, every node runs", () => {
  assert.deepEqual(running({}), EVERYTHING);
  assert.deepEqual(running({ changeset: [] }), EVERYTHING);
  assert.equal(reasonOf("web/lint", { changeset: [] }), "the changes are not known");
  assert.equal(reasonOf("web", { changeset: ["x"] }), undefined);
});

Deno.test("a node whose pattern is found in no changed path is skipped with all that is in it", () => {
  const changeset = ["README.txt", "tests/a.ts"];
  const skipped = ["web/lint", "web/docs", "web/docs/links"];
  assert.deepEqual(running({ changeset }), EVERYTHING.filter((path) => !skipped.includes(path)));
  assert.equal(reasonOf("web/tests", { changeset }), "tests/a.ts changed");
  assert.equal(reasonOf("web/docs", { changeset }), "no changed path matches \\.md$");
});

Deno.test("patterns that differ in their flags alone are decided apart", () => {
  const root = makeNode({
    name: "web",
    steps: [{ name: "a", pattern: /readme/ }, { name: "b", pattern: /readme/i }],
  });
  const decide = planRun(root, { changeset: ["README"], only: undefined });
  assert.deepEqual(partsOf(root).map((node) => decide(node).run), [false, true]);
});

Deno.test("one chosen step runs with what is in it and the set-ups and tear-downs around it", () => {
  assert.deepEqual(running({ only: "web/tests/e2e" }), [
    "web",
    "web/setup",
    "web/setup/fetch",
    "web/tests",
    "web/tests/setup",
    "web/tests/e2e",
    "web/tests/e2e/teardown",
    "web/tests/teardown",
    "web/teardown",
  ]);
  assert.deepEqual(running({ only: "web/docs" }), [
    "web",
    "web/setup",
    "web/setup/fetch",
    "web/docs",
    "web/docs/links",
    "web/teardown",
  ]);
  assert.deepEqual(running({ only: "web" }), EVERYTHING);
  assert.equal(reasonOf("web/lint", { only: "web/docs" }), "it is not part of web/docs");
});

Deno.test("a chosen step runs only if its pattern, too, is found in a changed path", () => {
  const choice = { only: "web/lint", changeset: ["docs/a.md"] };
  assert.deepEqual(running(choice), ["web", "web/setup", "web/setup/fetch", "web/teardown"]);
  assert.equal(reasonOf("web/lint", choice), "no changed path matches ^src/");
});

Deno.test("a path that no step has is refused with the nearest paths", () => {
  assert.equal(
    refusal("web/tests/unti").message,
    'Choosing "web/tests/unti": the pipeline has no step with this path',
  );
  const hints = {
    "web/tests/unti": "web/tests/unit",
    "tests/unit": "web/tests/unit",
    "e2e": "web/tests/e2e",
    "web/e2e": "web/tests/e2e",
    "links": "web/docs/links",
  };
  for (const [path, wanted] of Object.entries(hints)) {
    const { hint, exitCode, code } = refusal(path);
    assert.match(hint ?? "", new RegExp(`^Did you mean ${wanted}\\b`), path);
    assert.deepEqual([code, exitCode], ["step_unknown", 2]);
  }
  for (const path of ["zzz", ""]) {
    assert.match(refusal(path).hint ?? "", /^"showtime pipeline show FILE" shows all/);
  }
});

Deno.test("a set-up or tear-down cannot be chosen by itself, and the answer names its node", () => {
  for (const [path, owner] of [["web/setup", "web"], ["web/tests/teardown", "web/tests"]] as const) {
    const { message, hint } = refusal(path);
    assert.match(message, new RegExp(`belongs to the (?:set-up|tear-down) of ${owner},`));
    assert.match(hint ?? "", new RegExp(`^Choose ${owner}, or a step in it`));
  }
  assert.match(refusal("web/setup/fetch").message, /the set-up of web,/);
});
