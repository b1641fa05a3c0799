import type { PipelineFileProblem } from "../../../config/pipelines/mod.ts";
import { formatPattern } from "../../../pipelines/core/changeset.ts";
import type { Pipeline } from "../../../pipelines/core/pipeline.ts";
import type { PlannedNode } from "../../../pipelines/core/plan_tree.ts";

/** Makes the document of a tree, as `pipeline show --json` prints it. Null where a node does not have a key. */
export function treeDocument(
  tree: PlannedNode,
  { pipeline, warnings }: {
    readonly pipeline: Pipeline;
    readonly warnings: readonly PipelineFileProblem[];
  },
): Readonly<Record<string, unknown>> {
  return { pipeline: pipeline.root.name, format: pipeline.format, warnings, steps: [nodeDocument(tree)] };
}

function nodeDocument({ node, kind, decision, parts }: PlannedNode): Readonly<Record<string, unknown>> {
  const { work } = node;
  const steps = work.kind === "steps" ? work : undefined;
  return {
    name: node.name,
    path: node.path,
    kind,
    runs: decision.run,
    reason: decision.reason ?? null,
    exec: work.kind === "exec" ? work.argv : null,
    run: work.kind === "run" ? work.script : null,
    order: steps?.order ?? null,
    max_parallel: steps?.order === "unordered" ? steps.maxParallel : null,
    timeout_ms: node.timeoutMs ?? null,
    if_changeset_matches: node.changesetPattern === undefined ? null : formatPattern(node.changesetPattern),
    cwd: node.cwd ?? null,
    env: node.env,
    secrets: node.secrets,
    strict_teardown: node.strictTeardown,
    steps: parts.map(nodeDocument),
  };
}
