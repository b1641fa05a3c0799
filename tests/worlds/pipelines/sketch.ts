import { DEFAULT_MAX_PARALLEL, type PipelineNode } from "../../../src/pipelines/core/pipeline.ts";

/** A node in short. Its body is `exec` (words), `run`, `steps` or `unordered`. */
export interface NodeSketch extends Partial<Omit<PipelineNode, "work" | "setup" | "teardown" | "path">> {
  readonly exec?: string;
  readonly run?: string;
  readonly steps?: readonly NodeSketch[];
  readonly unordered?: readonly NodeSketch[];
  readonly maxParallel?: number;
  readonly setup?: NodeSketch;
  readonly teardown?: NodeSketch;
}

/** Makes the tree of a sketch, with the default names of the file: `pipeline`, `setup`, `teardown`, else `s1`, `s2`, … */
export function makePipeline(sketch: NodeSketch): PipelineNode {
  return makeNode(sketch, { name: "pipeline", above: "" });
}

function makeNode(
  sketch: NodeSketch,
  { name, above }: { readonly name: string; readonly above: string },
): PipelineNode {
  const { exec, run, steps, unordered, maxParallel, setup, teardown, ...rest } = sketch;
  const own = sketch.name ?? name;
  const path = above === "" ? own : `${above}/${own}`;
  const children = (unordered ?? steps)?.map((each, index) =>
    makeNode(each, { name: `s${index + 1}`, above: path })
  );
  return {
    timeoutMs: undefined,
    changesetPattern: undefined,
    cwd: undefined,
    env: {},
    secrets: [],
    strictTeardown: false,
    ...rest,
    name: own,
    path,
    work: children === undefined
      ? run === undefined ? { kind: "exec", argv: (exec ?? "ok").split(" ") } : { kind: "run", script: run }
      : {
        kind: "steps",
        order: unordered === undefined ? "sequential" : "unordered",
        maxParallel: maxParallel ?? DEFAULT_MAX_PARALLEL,
        steps: children,
      },
    setup: setup === undefined ? undefined : makeNode(setup, { name: "setup", above: path }),
    teardown: teardown === undefined ? undefined : makeNode(teardown, { name: "teardown", above: path }),
  };
}
