import type { Step } from "../../core/build_result.ts";
import type { PipelineNode } from "../../core/pipeline.ts";
import { expandVariables } from "../../core/variables.ts";
import type { Build } from "./build.ts";
import type { Slots } from "./slots.ts";

/** Variables by name. */
export type Values = Readonly<Record<string, string>>;

/** The place of a node in a build: what it has from the nodes above it. */
export interface Place {
  readonly build: Build;
  /** The identifier of the parent's span. */
  readonly parentId: string | undefined;
  /** The part that the node has in its parent, if it is not a child of its body. */
  readonly part: "setup" | "teardown" | undefined;
  /** The real path of the parent's folder. */
  readonly folder: string;
  /** The variables of the nodes above. */
  readonly env: Values;
  /** The secrets that the node sees. */
  readonly secrets: Values;
  /** Stops the steps of the node. Its reason is a `Stop`. */
  readonly stop: AbortSignal;
  /** The programs that may run at once here; undefined for no limit. */
  readonly slots: Slots | undefined;
}

/** Makes the step of a node. */
export function stepOf(node: PipelineNode, { build, parentId, part }: Place): Step {
  return {
    id: build.ports.newSpanId(),
    parentId,
    name: node.name,
    path: node.path,
    kind: part ?? node.work.kind,
  };
}

/** Makes the variables of a node from those above it. A value sees secrets, outputs and the values before it. */
export function envOf(
  node: PipelineNode,
  { build, env, secrets }: Pick<Place, "build" | "env" | "secrets">,
): Values {
  const own = Object.entries(node.env);
  if (own.length === 0) return env;
  const values: Record<string, string> = { ...env };
  const outputs = build.outputs.record;
  for (const [name, value] of own) {
    values[name] = expandVariables(
      value,
      (each) => valueIn(outputs, each) ?? valueIn(secrets, each) ?? valueIn(values, each),
    );
  }
  return values;
}

/** Adds the secrets that a node names to those of the nodes above it. */
export function secretsOf(node: PipelineNode, { build, secrets }: Place): Values {
  if (build.showsAllSecrets || node.secrets.length === 0) return secrets;
  const seen: Record<string, string> = { ...secrets };
  for (const name of node.secrets) {
    const value = build.request.secrets.get(name);
    if (value !== undefined) seen[name] = value;
  }
  return seen;
}

/** Makes the whole environment of a step's program. */
export function programEnv(
  step: Step,
  { build, env, secrets, outputPath }: Place & { readonly outputPath: string },
): Values {
  return {
    ...env,
    ...secrets,
    // The program may add spans of its own below the step's.
    TRACEPARENT: `00-${build.request.traceId}-${step.id}-01`,
    SHOWTIME_ROOT: build.ports.workspace.root,
    SHOWTIME_PIPELINE: build.request.pipeline.root.name,
    SHOWTIME_STEP: step.path,
    SHOWTIME_OUTPUT: outputPath,
    ...build.outputs.record,
  };
}

/** Returns the value of a variable; undefined if no variable has the name. */
export function valueIn(values: Values, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
