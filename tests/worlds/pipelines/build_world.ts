import { runPipeline } from "../../../src/pipelines/app/run_pipeline.ts";
import type { BuildRequest } from "../../../src/pipelines/app/run_request.ts";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { BuildResult, Step, StepResult } from "../../../src/pipelines/core/build_result.ts";
import type { PipelineFormat, PipelineNode } from "../../../src/pipelines/core/pipeline.ts";
import type { OutputStore } from "../../../src/pipelines/ports/output_store.ts";
import { MemoryPrograms } from "./memory_programs.ts";
import { MemoryWorkspace } from "./memory_workspace.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** The parts of a request that a test sets. */
export type BuildOptions =
  & Partial<Omit<BuildRequest, "pipeline" | "observe">>
  & { readonly format?: PipelineFormat };

/** A machine in memory on which builds run, in virtual time. */
export class BuildWorld {
  readonly clock: VirtualClock;
  readonly workspace = new MemoryWorkspace();
  readonly programs: MemoryPrograms;
  readonly events: BuildEvent[] = [];
  /** The outputs that were kept. */
  readonly kept: { readonly step: Step; readonly values: Readonly<Record<string, string>> }[] = [];
  /** Keeps outputs; a test may replace it. */
  outputs: OutputStore | undefined = {
    keep: (outputs) => {
      this.kept.push(outputs);
      return Promise.resolve();
    },
  };
  readonly #cancel = new AbortController();

  /** Makes a machine whose time is `now`. */
  constructor(now = Date.UTC(2026, 0, 31)) {
    this.clock = new VirtualClock(now);
    this.programs = new MemoryPrograms(this.clock, this.workspace);
  }

  /** Cancels the build when so many milliseconds have passed. */
  cancelAfter(ms: number): void {
    this.clock.sleep(ms, this.#cancel.signal).then(() => this.#cancel.abort(), () => {});
  }

  /** Runs a build to its end. */
  async run(
    root: PipelineNode,
    { format = "version-1", ...options }: BuildOptions = {},
  ): Promise<BuildResult> {
    let spans = 0;
    const { clock, workspace, programs, outputs } = this;
    const newSpanId = () => (++spans).toString(16).padStart(16, "0");
    const request: BuildRequest = {
      pipeline: { format, root },
      traceId: "0123456789abcdef0123456789abcdef",
      changeset: undefined,
      only: undefined,
      maxParallel: undefined,
      env: {},
      secrets: new Map(),
      observe: (event) => this.events.push(event),
      ...options,
    };
    const ports = { programs, workspace, clock, outputs, newSpanId };
    return await this.clock.play(runPipeline(ports, request, this.#cancel.signal));
  }

  /** The programs that ran, in the order of their starts: the commands of each, joined by spaces. */
  ran(): readonly string[] {
    return this.programs.runs.map(({ argv }) => argv.join(" "));
  }

  /** The lines of output with the paths of their steps. */
  lines(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === "step_output" ? event.lines.map((line) => `${event.step.path} | ${line}`) : []
    );
  }
}

/** Lists a result and everything in it: path and status. */
export function statusesOf(result: StepResult): Readonly<Record<string, string>> {
  return Object.fromEntries(allOf(result).map(({ path, status }) => [path, status]));
}

/** Finds the result of the step at a path. */
export function resultAt(result: BuildResult, path: string): StepResult {
  const found = allOf(result.root).find((each) => each.path === path);
  if (found === undefined) throw new Error(`no result for ${path}`);
  return found;
}

/** The result and all in it, from the outside in. */
export function allOf(result: StepResult): readonly StepResult[] {
  return [result, ...result.steps.flatMap(allOf)];
}
