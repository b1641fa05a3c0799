import { AppError, toError } from "../../../lib/errors.ts";
import type { Clock } from "../../../ports/clock.ts";
import { unbegunEvents } from "../../core/builds/unbegun_events.ts";
import { exitCodeOf } from "../../core/exit_code.ts";
import type { Pipeline, PipelineNode } from "../../core/pipeline.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { runPipeline } from "../run_pipeline.ts";
import type { BuildPorts } from "../run_request.ts";
import type { JobEnd, JobRun, UnbegunJob } from "./worker_ports.ts";

/** The things that a worker runs jobs with. */
export interface JobPorts {
  /** Makes the ports of one build, whose root is the folder of its checkout. */
  readonly openPorts: (folder: string) => Promise<BuildPorts & AsyncDisposable>;
  /** Reads a pipeline from a file. Throws AppError with every problem. */
  readonly readPipeline: (folder: string, path: string) => Promise<Pipeline>;
  /** Writes the changed paths to a file in a checkout for an entry point, one a line, and returns its path. */
  readonly writeChangeset: (folder: string, paths: readonly string[]) => Promise<string>;
  /** Makes the sender of a job's telemetry; undefined without an endpoint. Throws AppError if an endpoint is no URL. */
  readonly makeTelemetry: (run: Pick<JobRun, "job">) => Promise<Telemetry | undefined>;
  /** The variables of the worker that every job sees. */
  readonly env: Readonly<Record<string, string>>;
}

/** The longest time that telemetry takes after the build has ended, in milliseconds. */
const TELEMETRY_MS = 2_000;

/** Runs the program of a job in its checkout. Throws AppError if it cannot begin. */
export async function runJob(ports: JobPorts, run: JobRun, signal: AbortSignal): Promise<JobEnd> {
  const { job, checkout, observe } = run;
  await using open = await ports.openPorts(checkout.folder);
  const [pipeline, telemetry] = await Promise.all([
    pipelineOf(ports, run),
    telemetryOf(ports, { run, now: open.clock.now() }),
  ]);
  const result = await runPipeline(open, {
    pipeline,
    traceId: job.traceId,
    changeset: checkout.changeset,
    only: undefined,
    maxParallel: undefined,
    env: variablesOf(ports, run),
    secrets: new Map(Object.entries(job.secretValues)),
    observe(event) {
      observe(event);
      telemetry?.observe(event);
    },
  }, signal);
  // A cancelled build has a trace, too.
  const lost = await telemetry?.finish(TELEMETRY_MS, new AbortController().signal);
  if (lost !== undefined) observe({ kind: "warning", text: lost, at: open.clock.now() });
  const outcome = result.status === "skipped" ? "passed" : result.status;
  return {
    outcome,
    reason: result.root.reason,
    exitCode: result.root.exitCode ?? exitCodeOf(pipeline.format, result.status),
  };
}

/** Sends the trace of a job that failed before it began. Telemetry that fails changes nothing. */
export async function traceFailure(
  { makeTelemetry, newSpanId, clock }: Pick<JobPorts, "makeTelemetry"> & {
    readonly newSpanId: () => string;
    readonly clock: Clock;
  },
  { job, reason, startedAt }: UnbegunJob,
): Promise<void> {
  const telemetry = await makeTelemetry({ job }).catch(() => undefined);
  const events = unbegunEvents(job, { reason, startedAt, at: clock.now(), stepId: newSpanId() });
  for (const event of events) telemetry?.observe(event);
  await telemetry?.finish(TELEMETRY_MS, new AbortController().signal);
}

/** Makes the telemetry of a job. An endpoint that cannot be used is a warning, and changes no build. */
async function telemetryOf(
  ports: JobPorts,
  { run, now }: { readonly run: JobRun; readonly now: number },
): Promise<Telemetry | undefined> {
  try {
    return await ports.makeTelemetry(run);
  } catch (thrown) {
    run.observe({ kind: "warning", text: toError(thrown).message, at: now });
    return undefined;
  }
}

async function pipelineOf(ports: JobPorts, run: JobRun): Promise<Pipeline> {
  const { job, checkout } = run;
  const missing = job.secrets.filter((name) => !Object.hasOwn(job.secretValues, name));
  if (missing.length > 0) {
    throw new AppError(
      "secret_missing",
      `Running ${job.pipeline}: the server has no secret ${missing.join(", ")}`,
      {
        hint: "Add it to the server's env file, or remove it from the pipeline",
      },
    );
  }
  if (job.program.kind === "file") {
    const folder = job.cwd === undefined ? checkout.folder : `${checkout.folder}/${job.cwd}`;
    const { format, root } = await ports.readPipeline(folder, job.program.path);
    const timeoutMs = least(root.timeoutMs, job.timeoutMs);
    const cwd = [job.cwd, root.cwd].filter((each) => each !== undefined).join("/");
    return { format, root: { ...root, timeoutMs, cwd: cwd === "" ? undefined : cwd } };
  }
  const flags = job.program.kind === "entry_point" ? await entryPointFlags(ports, run) : [];
  const root: PipelineNode = {
    name: job.pipeline,
    path: job.pipeline,
    work: { kind: "exec", argv: [...job.program.argv, ...flags] },
    timeoutMs: job.timeoutMs,
    changesetPattern: undefined,
    cwd: job.cwd,
    env: {},
    secrets: job.secrets,
    setup: undefined,
    teardown: undefined,
    strictTeardown: false,
  };
  return { format: "version-1", root };
}

/** The flags that every entry point is given. */
async function entryPointFlags(ports: JobPorts, { job, checkout }: JobRun): Promise<readonly string[]> {
  const { changeset } = checkout;
  const file = changeset === undefined || changeset.length === 0
    ? undefined
    : await ports.writeChangeset(checkout.folder, changeset);
  return [
    ...["--root", checkout.folder],
    ...["--service-name", job.serviceName],
    ...["--trace-id", job.traceId],
    ...["--root-span-id", job.rootSpanId],
    ...["--traces-endpoint", job.tracesEndpoint ?? "http://localhost:4318/v1/traces"],
    ...["--logs-endpoint", job.logsEndpoint ?? "http://localhost:4318/v1/logs"],
    ...(file === undefined ? [] : ["--changeset", file]),
  ];
}

function variablesOf(
  { env }: JobPorts,
  { build, attempt, job, checkout }: JobRun,
): Readonly<Record<string, string>> {
  const known: Readonly<Record<string, string | undefined>> = {
    CI: "true",
    SHOWTIME_BUILD_ID: build,
    SHOWTIME_BUILD_URL: job.url,
    SHOWTIME_PIPELINE: job.pipeline,
    SHOWTIME_ROOT: checkout.folder,
    SHOWTIME_SHA: checkout.sha,
    SHOWTIME_REF: job.ref,
    SHOWTIME_TAG: job.tag,
    SHOWTIME_PR: job.pr === undefined ? undefined : String(job.pr),
    SHOWTIME_ATTEMPT: String(attempt),
    TRACEPARENT: `00-${job.traceId}-${job.rootSpanId}-01`,
  };
  const given = Object.entries(known).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const]
  );
  return { ...env, ...job.env, ...Object.fromEntries(given) };
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
