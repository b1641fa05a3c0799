import { hostname } from "node:os";
import { join } from "node:path";
import type { WorkerOptions } from "../../cli/server_types.ts";
import { loadPipeline } from "../../config/pipelines/mod.ts";
import {
  makeEitherClient,
  makeOrchestratorClient,
  makeServerClient,
  makeWorkerClient,
} from "../../drivers/build_server/mod.ts";
import { makeCheckouts } from "../../drivers/git/mod.ts";
import { openLauncher } from "../../drivers/launcher/mod.ts";
import { makeWorkspace } from "../../drivers/system/mod.ts";
import { AppError } from "../../lib/errors.ts";
import { runJob, traceFailure } from "../../pipelines/app/worker/run_job.ts";
import type { JobRun } from "../../pipelines/app/worker/worker_ports.ts";
import { planTelemetry } from "../../pipelines/core/trace/mod.ts";
import { runWorker } from "../../pipelines/app/worker/run_worker.ts";
import { newSpanId } from "../random_ids.ts";
import type { Parts } from "../parts.ts";
import { ownFolder } from "./own_folder.ts";

/** The variables of the worker that every build sees. */
const PASSED = ["PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH"];
const GRACE_MS = 10_000;

/**
 * Runs a worker until `signal` aborts. Throws AppError: `launcher_missing`, `server_url_invalid`, `workspace_unwritable` (exit
 * code 2), `workspace_taken` (exit code 4), `server_refused`.
 */
export async function startWorker(parts: Parts, options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const { terminal } = options;
  const env = Object.fromEntries(
    Object.entries(parts.host.env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
  const launcher = openLauncher({ graceMs: GRACE_MS, env, warn: (text) => terminal.warn(text) });
  const client = makeServerClient(options);
  const root = await ownFolder(
    options.workspaceRoot,
    "End that worker, raise its --slots, or give this one another --workspace-root",
  );
  using _lock = root.lock;
  const variables = options.passEnv.length === 0 ? env : await launcher.variables();
  const clock = await parts.clock;
  const passed = [...PASSED, ...options.passEnv].flatMap((name) => {
    const value = variables[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const jobs = {
    env: Object.fromEntries(passed),
    openPorts: async (folder: string) => {
      const workspace = await makeWorkspace(folder);
      return {
        programs: launcher.programs,
        workspace,
        clock,
        outputs: undefined,
        newSpanId,
        [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
      };
    },
    readPipeline: async (folder: string, path: string) => {
      const text = await readInside(folder, path);
      return (await loadPipeline({ path, text })).pipeline;
    },
    makeTelemetry: async ({ job }: Pick<JobRun, "job">) => {
      const plan = planTelemetry({ flags: job, env: (name) => env[name], pipeline: job.pipeline });
      const { traceId, rootSpanId } = job;
      const trace = { traceId, rootSpanId, rootParentId: undefined, root: "build" } as const;
      const { makeTelemetry } = await import("../../drivers/otlp/mod.ts");
      return makeTelemetry({ plan, trace });
    },
    // Git's own folder is no part of the files of the commit, and goes with the checkout or is written anew.
    writeChangeset: async (folder: string, paths: readonly string[]) => {
      const file = join(folder, ".git", "showtime-changeset");
      await Deno.writeTextFile(file, paths.map((path) => `${path}\n`).join(""));
      return file;
    },
  };
  terminal.say(`Waiting for builds of ${options.url.replace(/\/dequeue$/, "")}`);
  await runWorker(
    {
      server: makeEitherClient(
        makeWorkerClient(client, options.url),
        makeOrchestratorClient(client, { url: options.url, clock }),
        {
          onOrchestrator: () =>
            terminal.say("A bass orchestrator answers there: results go to OTLP and to this terminal only"),
        },
      ),
      checkouts: makeCheckouts({ shell: await parts.shell, root: root.path }),
      clock,
      runJob: (run, stop) => {
        for (const value of Object.values(run.job.secretValues)) parts.host.keepSecret(value);
        return runJob(jobs, run, stop);
      },
      traceFailure: (failure) => traceFailure({ ...jobs, newSpanId, clock }, failure),
      say: (line) => terminal.say(line),
    },
    { ...options, name: options.name ?? hostname() },
    signal,
  );
}

/** Reads a file of a checkout. A link out of the checkout is not followed. */
async function readInside(folder: string, path: string): Promise<string> {
  const [real, inside] = await Promise.all([
    Deno.realPath(join(folder, path)).catch(() => undefined),
    Deno.realPath(folder),
  ]);
  if (real !== undefined && real.startsWith(`${inside}/`)) return await Deno.readTextFile(real);
  throw new AppError("file_unreadable", `Reading the pipeline ${path}: the repository has no such file`, {
    hint: "Correct `file` of the pipeline",
  });
}
