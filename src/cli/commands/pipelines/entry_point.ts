/** Entry points: programs that are a whole build, in any language. They run as the only step of a pipeline. */

import type { BuildObserver } from "../../../pipelines/core/build_event.ts";
import type { Pipeline } from "../../../pipelines/core/pipeline.ts";

/** The endpoints that a builder of the replaced tool uses if it is given none, and that each entry point expects. */
const USUAL_ENDPOINTS = {
  traces: "http://localhost:4318/v1/traces",
  logs: "http://localhost:4318/v1/logs",
};

/** The facts that the flags of an entry point carry. */
export interface EntryFacts {
  /** The absolute path of the program. */
  readonly program: string;
  readonly root: string;
  readonly serviceName: string | undefined;
  readonly traceId: string;
  readonly rootSpanId: string;
  readonly tracesEndpoint: string | undefined;
  readonly logsEndpoint: string | undefined;
  /** The absolute path of the file with the changed paths. */
  readonly changeset: string | undefined;
}

/** An entry point as a build. */
export interface EntryBuild {
  readonly pipeline: Pipeline;
  /** The variables that its arguments are made from, and that carry the same to programs below it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Whether a file of this name is read as a pipeline, executable or not. */
export function isPipelineName(path: string): boolean {
  return path === "-" || /\.(?:ya?ml|json)$/i.test(path);
}

/** Makes the build of an entry point. Its arguments are those of the contract for entry points. */
export function makeEntryBuild(facts: EntryFacts): EntryBuild {
  const { program, root, traceId, rootSpanId, changeset } = facts;
  const name = entryName(program);
  const flags: readonly (readonly [flag: string, value: string | undefined])[] = [
    ["root", root],
    ["service-name", facts.serviceName ?? `bass:pipeline:${name}`],
    ["trace-id", traceId],
    ["root-span-id", rootSpanId],
    ["traces-endpoint", facts.tracesEndpoint ?? USUAL_ENDPOINTS.traces],
    ["logs-endpoint", facts.logsEndpoint ?? USUAL_ENDPOINTS.logs],
    ["changeset", changeset],
  ];
  const env: Record<string, string> = { [PROGRAM]: program };
  // Each argument is one variable, so that no `$` in a path or an address is taken for one.
  const argv = [`$${PROGRAM}`];
  for (const [flag, value] of flags) {
    if (value === undefined) continue;
    const variable = `SHOWTIME_${flag.toUpperCase().replaceAll("-", "_")}`;
    env[variable] = value;
    argv.push(`--${flag}`, `$${variable}`);
  }
  return {
    env,
    pipeline: {
      format: "bare",
      root: {
        name,
        path: name,
        work: { kind: "exec", argv },
        timeoutMs: undefined,
        changesetPattern: undefined,
        cwd: undefined,
        env: {},
        secrets: [],
        setup: undefined,
        teardown: undefined,
        strictTeardown: false,
      },
    },
  };
}

const PROGRAM = "SHOWTIME_ENTRY_POINT";

/** Returns the name of an entry point's pipeline: that of its file, without its ending. */
export function entryName(program: string): string {
  return program.replace(/^.*[\\/]/, "").replace(/(?!^)\.[^.]*$/, "");
}

/**
 * Makes an observer of telemetry for an entry point. The entry point writes the spans of its own steps below the root
 * span, whose identifier the step has that it is here: that step has no span of its own.
 */
export function withoutEntryStep(observe: BuildObserver): BuildObserver {
  return (event) => {
    if (event.kind !== "step_started" && event.kind !== "step_ended") observe(event);
  };
}
