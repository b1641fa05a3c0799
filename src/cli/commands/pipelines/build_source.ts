import { EXIT } from "../../../lib/errors.ts";
import type { BuildObserver } from "../../../pipelines/core/build_event.ts";
import type { Pipeline } from "../../../pipelines/core/pipeline.ts";
import type { BuildTrace, TelemetryPlan } from "../../../pipelines/core/trace/mod.ts";
import type { PipelineTools } from "../../wiring_types.ts";
import { entryName, isPipelineName, makeEntryBuild, withoutEntryStep } from "./entry_point.ts";
import type { InputReader } from "./inputs.ts";
import { assertFlagsOfEntryPoint, type RunFlags } from "./run_flags.ts";

/** The parts that a build is read with. */
export interface SourceRequest {
  readonly flags: RunFlags;
  readonly tools: PipelineTools;
  readonly readText: InputReader["readText"];
}

/** A build that is ready, or the entry point that it is made from. */
export interface Source {
  readonly pipeline: Pipeline;
  readonly warnings: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly observed: (observe: BuildObserver) => BuildObserver;
  readonly newSpanId: () => string;
}

/** Reads the pipeline, or finds the entry point. Throws AppError. */
export async function readSource(
  { flags, tools, readText }: SourceRequest,
): Promise<
  | (Source & { readonly name: string; readonly entry?: never })
  | { readonly name: string; readonly entry: string }
> {
  const { file } = flags;
  if (!isPipelineName(file)) {
    const entry = await tools.findExecutable(file);
    if (entry !== undefined) {
      assertFlagsOfEntryPoint(flags);
      return { name: entryName(entry), entry };
    }
  }
  // All of it is loaded while the variables are read.
  const [text, { loadPipeline, renderFileProblem }] = await Promise.all([
    readText(file),
    import("../../../config/pipelines/mod.ts"),
  ]);
  const { pipeline, warnings } = await loadPipeline({ path: file, text }, { bareExitCode: EXIT.failed });
  return {
    name: pipeline.root.name,
    pipeline,
    warnings: warnings.map(renderFileProblem),
    env: {},
    observed: (observe) => observe,
    newSpanId: tools.newSpanId,
  };
}

/** Makes the build of an entry point. */
export async function entryBuild(
  program: string,
  { flags, tools, trace, plan }: SourceRequest & {
    readonly trace: BuildTrace;
    readonly plan: TelemetryPlan | undefined;
  },
): Promise<Source> {
  const { root } = tools.ports.workspace;
  const changeset = flags.changeset === undefined ? undefined : await tools.absolutePath(flags.changeset);
  const made = makeEntryBuild({
    ...flags,
    ...trace,
    tracesEndpoint: flags.tracesEndpoint ?? plan?.traces?.url,
    logsEndpoint: flags.logsEndpoint ?? plan?.logs?.url,
    program,
    root,
    changeset,
  });
  return { ...made, warnings: [], observed: withoutEntryStep, newSpanId: () => trace.rootSpanId };
}
