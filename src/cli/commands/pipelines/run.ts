import { EXIT, type ExitCode, passCode } from "../../../lib/errors.ts";
import { runPipeline } from "../../../pipelines/app/run_pipeline.ts";
import type { BuildResult } from "../../../pipelines/core/build_result.ts";
import { exitCodeOf } from "../../../pipelines/core/exit_code.ts";
import type { Pipeline } from "../../../pipelines/core/pipeline.ts";
import { decideTrace } from "../../../pipelines/core/trace/build_trace.ts";
import type { CommandEnv } from "../../command.ts";
import { exitCodeOfEnd } from "../../interrupted.ts";
import { guarded, HeldWarnings } from "./around_view.ts";
import { entryBuild, readSource, type SourceRequest } from "./build_source.ts";
import { chooseView } from "./choose_view.ts";
import { readChangeset, readVariables, takeSecrets } from "./inputs.ts";
import { reportResult } from "./report_result.ts";
import { readRunFlags } from "./run_flags.ts";
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

interface Started extends SourceRequest {
  readonly warnings: HeldWarnings;
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
  if (plan?.traces !== undefined) env.terminal.say(`Trace: ${trace.traceId}`);
  const reported = await reportResult(env, { result, code, pipeline, tools, flags });
  // A cancelled build has a trace too: only a second signal ends the process before it is sent.
  const lost = await telemetry?.finish(TELEMETRY_MS, new AbortController().signal);
  if (lost !== undefined) env.terminal.warn(lost);
  if (shown.failure !== undefined) throw shown.failure;
  return reported;
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
