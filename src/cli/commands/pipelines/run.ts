import { EXIT, type ExitCode, passCode, toError } from "../../../lib/errors.ts";
import { runPipeline } from "../../../pipelines/app/run_pipeline.ts";
import type { BuildObserver } from "../../../pipelines/core/build_event.ts";
import type { BuildResult } from "../../../pipelines/core/build_result.ts";
import { exitCodeOf } from "../../../pipelines/core/exit_code.ts";
import type { Pipeline } from "../../../pipelines/core/pipeline.ts";
import { type BuildTrace, decideTrace } from "../../../pipelines/core/trace/build_trace.ts";
import type { TelemetryPlan } from "../../../pipelines/core/trace/mod.ts";
import type { CommandEnv } from "../../command.ts";
import { exitCodeOfEnd } from "../../interrupted.ts";
import type { PipelineTools } from "../../wiring_types.ts";
import { chooseView } from "./choose_view.ts";
import { entryName, isPipelineName, makeEntryBuild, withoutEntryStep } from "./entry_point.ts";
import { type InputReader, readChangeset, readVariables, takeSecrets } from "./inputs.ts";
import { reportResult } from "./report_result.ts";
import { assertFlagsOfEntryPoint, readRunFlags, type RunFlags } from "./run_flags.ts";
import { planTelemetryOf } from "./telemetry_flags.ts";

/** The longest time that telemetry takes after the result was printed, in milliseconds. */
const TELEMETRY_MS = 2_000;

/** Runs a pipeline or an entry point. The exit code is that of its result. */
export async function runRun(env: CommandEnv): Promise<ExitCode> {
  const flags = readRunFlags(env);
  const wiring = await env.wiring();
  const warnings = new HeldWarnings((text) => env.terminal.warn(text));
  const terminal = { ...env.terminal, warn: (text: string) => warnings.add(text) };
  const [tools, files] = await Promise.all([
    wiring.pipelines({ flags: env.flags, terminal, root: flags.root, graceMs: flags.graceMs }),
    wiring.pipelineFiles(),
  ]);
  try {
    const readText = (path: string) => files.readText(path, env.signal);
    return await runBuild(env, { flags, tools, readText, warnings });
  } finally {
    warnings.release();
    await tools.close();
  }
}

interface Started {
  readonly flags: RunFlags;
  readonly tools: PipelineTools;
  readonly readText: InputReader["readText"];
  readonly warnings: HeldWarnings;
}

/** Warnings about the machine. They wait while a view is open, which a line on stderr would tear. */
class HeldWarnings {
  readonly #warn: (text: string) => void;
  #held: string[] | undefined;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  add(text: string): void {
    if (this.#held === undefined) this.#warn(text);
    else this.#held.push(text);
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    held.forEach(this.#warn);
  }
}

async function runBuild(env: CommandEnv, started: Started): Promise<ExitCode> {
  const { flags, tools, readText, warnings } = started;
  const reader = { readText, terminal: env.terminal };
  if (flags.result !== undefined) await tools.assertWritable(flags.result);
  // Each of these waits for the disk or for another process, and none for another of them.
  const [source, variables, changeset, envFile, secretsFile] = await Promise.all([
    readSource(started),
    tools.variables(),
    readChangeset(flags.changeset, reader),
    readVariables(flags.envFile, reader),
    readVariables(flags.secretsFile, reader),
  ]);
  const { newSpanId, newTraceId } = tools;
  const trace = decideTrace({ ...flags, traceParent: variables["TRACEPARENT"], newTraceId, newSpanId });
  const given = { ...variables, ...Object.fromEntries(envFile) };
  const plan = await planTelemetryOf(flags, { variables: given, pipeline: source.name });
  const build = source.entry === undefined
    ? source
    : await entryBuild(source.entry, { ...started, trace, plan });
  const values = takeSecrets(build.pipeline, {
    env: { ...given, ...build.env },
    secrets: secretsFile,
  });
  const [view, telemetry] = await Promise.all([
    chooseView(env, {
      root: build.pipeline.root,
      oneAtATime: flags.maxParallel === 1,
      now: () => tools.ports.clock.now(),
      makeSpool: () => tools.makeSpool(),
    }),
    plan === undefined ? undefined : tools.makeTelemetry({ plan, trace }),
  ]);
  for (const warning of [...build.warnings, ...plan?.warnings ?? []]) {
    env.terminal.warn(warning);
  }

  const shown = guarded(view.observe);
  const sent = telemetry === undefined ? undefined : build.observed(telemetry.observe);
  const { pipeline } = build;
  const outputs = tools.outputStore({ pipeline: pipeline.root.name, traceId: trace.traceId });
  let result: BuildResult;
  warnings.hold();
  try {
    const ports = { ...tools.ports, outputs, newSpanId: build.newSpanId };
    result = await runPipeline(ports, {
      pipeline,
      traceId: trace.traceId,
      changeset,
      only: flags.only,
      maxParallel: flags.maxParallel,
      ...values,
      observe(event) {
        shown.observe(event);
        sent?.(event);
      },
    }, env.signal);
  } finally {
    view.end();
    warnings.release();
  }
  result = { ...result, warnings: [...build.warnings, ...result.warnings] };
  const code = exitCode(result, { pipeline, signal: env.signal, isEntry: source.entry !== undefined });
  const reported = await reportResult(env, { result, code, pipeline, tools, flags });
  // A cancelled build has a trace too: only a second signal ends the process before it is sent.
  const lost = await telemetry?.finish(TELEMETRY_MS, new AbortController().signal);
  if (lost !== undefined) env.terminal.warn(lost);
  if (shown.failure !== undefined) throw shown.failure;
  return reported;
}

/** A build that is ready, or the entry point that it is made from. */
interface Source {
  readonly pipeline: Pipeline;
  readonly warnings: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly observed: (observe: BuildObserver) => BuildObserver;
  readonly newSpanId: () => string;
}

async function readSource(
  { flags, tools, readText }: Started,
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
  // The package for YAML is loaded while the variables are read.
  const [text, { loadPipeline, renderFileProblem }] = await Promise.all([
    readText(file),
    import("../../../config/pipelines/mod.ts"),
  ]);
  const { pipeline, warnings } = loadPipeline({ path: file, text }, { bareExitCode: EXIT.failed });
  return {
    name: pipeline.root.name,
    pipeline,
    warnings: warnings.map(renderFileProblem),
    env: {},
    observed: (observe) => observe,
    newSpanId: tools.newSpanId,
  };
}

async function entryBuild(
  program: string,
  { flags, tools, trace, plan }: Started & {
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

function exitCode(
  result: BuildResult,
  { pipeline, signal, isEntry }: {
    readonly pipeline: Pipeline;
    readonly signal: AbortSignal;
    readonly isEntry: boolean;
  },
): ExitCode {
  if (result.status === "cancelled") return exitCodeOfEnd(signal) ?? EXIT.interrupted;
  if (isEntry && result.root.exitCode !== undefined) return passCode(result.root.exitCode);
  return passCode(exitCodeOf(pipeline.format, result.status));
}

/** Keeps the failure of a view from the build, which goes on: a full disk may stand behind stdout. */
function guarded(
  observe: BuildObserver,
): { readonly observe: BuildObserver; readonly failure: Error | undefined } {
  let failure: Error | undefined;
  return {
    observe(event) {
      if (failure !== undefined) return;
      try {
        observe(event);
      } catch (thrown) {
        failure = toError(thrown);
      }
    },
    get failure() {
      return failure;
    },
  };
}
