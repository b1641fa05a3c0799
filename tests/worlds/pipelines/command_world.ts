// Time passes while everything waits. A module that is still being loaded would look like that, so all are loaded before.
import "../../../src/cli/commands/general/registry.ts";
import "../../../src/cli/commands/pipelines/entry_point.ts";
import "../../../src/cli/commands/pipelines/registry.ts";
import "../../../src/cli/commands/pipelines/run.ts";
import "../../../src/config/pipelines/mod.ts";
import "../../../src/config/pipelines/yaml_tree.ts";
import "../../../src/cli/render/pipelines/actions_view.ts";
import "../../../src/cli/render/pipelines/job_summary.ts";
import "../../../src/cli/render/pipelines/lines_view.ts";
import "../../../src/cli/render/pipelines/terminal_view.ts";
import "../../../src/cli/render/wrap_text.ts";
import { AppError, usageError } from "../../../src/lib/errors.ts";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { BuildTrace, TelemetryPlan } from "../../../src/pipelines/core/trace/mod.ts";
import type { PipelineFiles } from "../../../src/pipelines/ports/pipeline_files.ts";
import type { PipelineRequest, PipelineTools } from "../../../src/cli/wiring_types.ts";
import "../../../src/pipelines/core/trace/mod.ts";
import { type CliResult, type CliWorld, runCli } from "../program/cli.ts";
import { BuildWorld } from "./build_world.ts";

/** A machine in memory on which command lines about pipelines run, in virtual time. */
export class PipelineCommands {
  readonly build = new BuildWorld();
  /** Texts by path; `-` is standard input. */
  readonly files = new Map<string, string>();
  /** Programs by path, with their absolute path. */
  readonly programs = new Map<string, string>();
  /** The environment of the caller. */
  readonly variables: Record<string, string> = {};
  /** The requests for tools. */
  readonly requests: PipelineRequest[] = [];
  readonly telemetry: {
    plan: TelemetryPlan | undefined;
    trace: BuildTrace | undefined;
    readonly events: BuildEvent[];
    finished: boolean;
    lost: string | undefined;
  } = { plan: undefined, trace: undefined, events: [], finished: false, lost: undefined };
  /** The failure of writing the result. */
  unwritable: AppError | undefined;
  /** The number of tools that were not closed. */
  open = 0;

  /** Runs a command line to its end. */
  async run(argv: readonly string[], world: Omit<CliWorld, "wiring"> = {}): Promise<CliResult> {
    const pipelines = (request: PipelineRequest) => {
      this.requests.push(request);
      this.open++;
      return Promise.resolve(this.#tools());
    };
    return await this.build.clock.play(
      runCli(argv, {
        ...world,
        wiring: () => ({ pipelines, pipelineFiles: () => Promise.resolve(this.#files()) }),
      }),
    );
  }

  /** Aborts a signal when so many milliseconds have passed. */
  after(ms: number, call: () => void): void {
    this.build.clock.sleep(ms, new AbortController().signal).then(call);
  }

  #files(): PipelineFiles {
    return {
      readText: (path) => {
        const text = this.files.get(path);
        if (text !== undefined) return Promise.resolve(text);
        return Promise.reject(usageError("file_missing", `Reading ${path}: there is no such file`));
      },
    };
  }

  #tools(): PipelineTools {
    let spans = 0;
    const newSpanId = () => (++spans).toString(16).padStart(16, "0");
    const { clock, programs, workspace } = this.build;
    return {
      ports: { programs, workspace, clock, newSpanId },
      newSpanId,
      newTraceId: () => "f".repeat(32),
      variables: () => Promise.resolve(this.variables),
      findExecutable: (path) => Promise.resolve(this.programs.get(path)),
      absolutePath: (path) => Promise.resolve(`/here/${path}`),
      assertWritable: () => Promise.resolve(),
      writeResult: (path, text) => {
        if (this.unwritable !== undefined) return Promise.reject(this.unwritable);
        this.files.set(path, text);
        return Promise.resolve();
      },
      appendText: (path, text) => {
        this.files.set(path, (this.files.get(path) ?? "") + text);
        return Promise.resolve();
      },
      redact: (text) => text,
      makeSpool: () =>
        Promise.resolve({
          open: () => {
            const lines: string[] = [];
            return { add: (added) => void lines.push(...added), take: (write) => write(lines) };
          },
          close: () => undefined,
        }),
      makeTelemetry: ({ plan, trace }) => {
        const { telemetry } = this;
        Object.assign(telemetry, { plan, trace });
        return Promise.resolve({
          observe: (event) => void telemetry.events.push(event),
          finish: () => {
            telemetry.finished = true;
            return Promise.resolve(telemetry.lost);
          },
        });
      },
      outputStore: () => this.build.outputs,
      close: () => {
        this.open--;
        return Promise.resolve();
      },
    };
  }
}
