import assert from "node:assert/strict";
import fc from "fast-check";
import { readJsonTree } from "../../../src/config/pipelines/json_tree.ts";
import { readPipeline } from "../../../src/pipelines/core/file/read_pipeline.ts";
import type { PipelineNode } from "../../../src/pipelines/core/pipeline.ts";
import { partsOf } from "../../../src/pipelines/core/plan_run.ts";
import { type PlannedNode, planTree } from "../../../src/pipelines/core/plan_tree.ts";
import { plainPipelines } from "./file/arbitrary_pipelines.ts";
import { stepsOf } from "./file/read.ts";

const roots = plainPipelines.map((plain) => {
  const { pipeline } = readPipeline(readJsonTree(JSON.stringify(plain)));
  assert.ok(pipeline);
  return pipeline.root;
});
const changesets = fc.array(fc.constantFrom("src/x.ts", "docs/y.md", "a", "zzz"), { maxLength: 3 });

function allPaths(node: PipelineNode): readonly string[] {
  return [node.path, ...partsOf(node).flatMap(allPaths)];
}

function stepPaths(node: PipelineNode): readonly string[] {
  return [node.path, ...stepsOf(node).flatMap(stepPaths)];
}

function running({ node, decision, parts }: PlannedNode): readonly string[] {
  return decision.run ? [node.path, ...parts.flatMap(running)] : [];
}

Deno.test("a plan of any pipeline has every node, and nothing runs in a skipped one", () => {
  fc.assert(fc.property(roots, changesets, (root, changeset) => {
    const paths: string[] = [];
    const walk = ({ node, decision, parts }: PlannedNode, above: boolean): void => {
      paths.push(node.path);
      assert.ok(above || !decision.run);
      if (!decision.run) assert.notEqual(decision.reason, "");
      for (const part of parts) walk(part, decision.run);
    };
    walk(planTree(root, { changeset, only: undefined }), true);
    assert.deepEqual(paths, allPaths(root));
  }));
});

Deno.test("more changed paths never run less, unless there was none before", () => {
  fc.assert(fc.property(roots, changesets, changesets, (root, some, more) => {
    fc.pre(some.length > 0);
    const before = running(planTree(root, { changeset: some, only: undefined }));
    const after = new Set(running(planTree(root, { changeset: [...some, ...more], only: undefined })));
    assert.deepEqual(before.filter((path) => !after.has(path)), []);
  }));
});

Deno.test("for any chosen step, what runs is in it, above it, or in a set-up or tear-down above it", () => {
  const choices = roots.chain((root) =>
    fc.record({ root: fc.constant(root), only: fc.constantFrom(...stepPaths(root)) })
  );
  fc.assert(fc.property(choices, ({ root, only }) => {
    const ran = new Set(running(planTree(root, { changeset: undefined, only })));
    const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
    const walk = (node: PipelineNode, isPart: boolean): void => {
      const wanted = isPart || within(node.path, only) || within(only, node.path);
      assert.equal(ran.has(node.path), wanted, node.path);
      if (!wanted) return;
      for (const part of partsOf(node)) walk(part, isPart || part === node.setup || part === node.teardown);
    };
    walk(root, false);
  }));
});
