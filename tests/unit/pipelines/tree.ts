import type { PipelineNode } from "../../../src/pipelines/core/pipeline.ts";

/** A node of a test, in short: its name, its parts, and a pattern. */
export interface Sketch {
  readonly name: string;
  readonly steps?: readonly Sketch[];
  readonly setup?: Sketch;
  readonly teardown?: Sketch;
  readonly pattern?: RegExp;
}

/** Makes the node of a sketch. A sketch without steps runs `true`. */
export function makeNode({ name, steps, setup, teardown, pattern }: Sketch, above?: string): PipelineNode {
  const path = above === undefined ? name : `${above}/${name}`;
  return {
    name,
    path,
    work: steps === undefined ? { kind: "exec", argv: ["true"] } : {
      kind: "steps",
      order: "sequential",
      maxParallel: 5,
      steps: steps.map((step) => makeNode(step, path)),
    },
    timeoutMs: undefined,
    changesetPattern: pattern,
    cwd: undefined,
    env: {},
    secrets: [],
    setup: setup === undefined ? undefined : makeNode(setup, path),
    teardown: teardown === undefined ? undefined : makeNode(teardown, path),
    strictTeardown: false,
  };
}
