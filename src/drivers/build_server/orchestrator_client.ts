import { AppError } from "../../lib/errors.ts";
import type { Job } from "../../pipelines/core/builds/job.ts";
import { isRevision } from "../../pipelines/core/triggers/revision.ts";
import type { BuildServer, ClaimedJob } from "../../pipelines/ports/build_server.ts";
import type { Clock } from "../../ports/clock.ts";
import { refusal, type ServerAnswer, type ServerClient } from "./server_client.ts";

/** The orchestrator that the server replaces, as a worker sees it. */
export interface OrchestratorClient extends BuildServer {
  /** Whether such an orchestrator answers, and not a server of this program. It never throws, unless `signal` aborts. */
  isThere(signal: AbortSignal): Promise<boolean>;
}

const POLL_MS = 1000;
const PROBE_MS = 5000;
/** A job of the orchestrator has no lease. */
const NO_LEASE = Number.MAX_SAFE_INTEGER;

/** Makes the calls. `url` is the whole address of `/dequeue`. Nothing is reported: the orchestrator takes no results. */
export function makeOrchestratorClient(
  client: ServerClient,
  { url, clock }: { readonly url: string; readonly clock: Clock },
): OrchestratorClient {
  const base = new URL(url);
  const probe = async (path: string, signal: AbortSignal): Promise<ServerAnswer | undefined> => {
    try {
      return await client.send({ method: "GET", path, timeoutMs: PROBE_MS }, signal);
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  };
  const hasPipelines = async (signal: AbortSignal) => {
    const answer = await probe("/pipelines", signal);
    return answer?.status === 200 && isMap(answer.body);
  };
  return {
    // The second look excludes a server that went away between the first and the question for its health.
    isThere: async (signal) =>
      await hasPipelines(signal) && (await probe("/healthz", signal))?.status !== 200 &&
      await hasPipelines(signal),
    async claim({ tags }, signal) {
      const path = `${base.pathname}${base.search}`;
      const answer = await client.send({ method: "POST", path, body: { tags } }, signal);
      if (answer.status === 200) return jobOf(answer.body, base);
      if (answer.status !== 204) throw refusal(base, answer);
      await clock.sleep(POLL_MS, signal);
      return undefined;
    },
    heartbeat: (_, signal) =>
      new Promise((_, reject) => {
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    events: () => Promise.resolve("kept"),
    finish: () => Promise.resolve("kept"),
  };
}

/** Returns a client that claims from a server, or from the orchestrator where one is found in its place. */
export function makeEitherClient(
  server: BuildServer,
  orchestrator: OrchestratorClient,
  { onOrchestrator }: { readonly onOrchestrator: () => void },
): BuildServer {
  let isOlder = false;
  const either = () => isOlder ? orchestrator : server;
  return {
    async claim(request, signal) {
      try {
        return await either().claim(request, signal);
      } catch (error) {
        if (isOlder || signal.aborted || !await orchestrator.isThere(signal)) throw error;
        isOlder = true;
        onOrchestrator();
        return undefined;
      }
    },
    heartbeat: (attempt, signal) => either().heartbeat(attempt, signal),
    events: (sent, signal) => either().events(sent, signal),
    finish: (end, signal) => either().finish(end, signal),
  };
}

type JsonMap = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a job of the orchestrator. Its `exec` is an entry point, and all of its `env` counts as secret. */
function jobOf(body: unknown, base: URL): ClaimedJob {
  const job = isMap(body) ? readJob(body) : undefined;
  if (job !== undefined) return { build: job.traceId, attempt: 1, leaseMs: NO_LEASE, job };
  throw new AppError("server_refused", `Asking ${base.origin}: its answer is no job`, {
    // One pipeline with a mistake must not end the worker: the job is gone, and the next one may be sound.
    retryable: true,
    hint: "Correct the pipeline in the orchestrator's file: it needs repository, ref and exec",
  });
}

function readJob({ name, env, pipeline, otel, "changed-refs": changed }: JsonMap): Job | undefined {
  if (typeof name !== "string" || !isMap(pipeline) || !isMap(otel)) return undefined;
  const { repository, ref, exec, cwd } = pipeline;
  const argv = texts(typeof exec === "string" ? [exec] : exec);
  const refs = texts(changed ?? []);
  const traceId = textOf(otel, "trace-id");
  const rootSpanId = textOf(otel, "root-span-id");
  const isSound = typeof repository === "string" && typeof ref === "string" && isRevision(ref) &&
    refs?.every(isRevision) === true && argv !== undefined && argv.length > 0 &&
    (cwd === undefined || typeof cwd === "string");
  if (!isSound || !/^[0-9a-f]{32}$/.test(traceId ?? "") || !/^[0-9a-f]{16}$/.test(rootSpanId ?? "")) {
    return undefined;
  }
  const secretValues = Object.fromEntries(
    Object.entries(isMap(env) ? env : {}).map(([key, value]) => [key, String(value)]),
  );
  return {
    pipeline: name,
    repository,
    ref,
    sha: undefined,
    tag: undefined,
    pr: undefined,
    cwd,
    program: { kind: "entry_point", argv },
    changes: refs.length === 0 ? { kind: "all" } : { kind: "commits", refs },
    timeoutMs: undefined,
    workspace: "fresh",
    submodules: false,
    secrets: Object.keys(secretValues),
    env: {},
    traceId: traceId ?? "",
    rootSpanId: rootSpanId ?? "",
    url: undefined,
    secretValues,
    tracesEndpoint: textOf(otel, "traces-endpoint"),
    logsEndpoint: textOf(otel, "logs-endpoint"),
    serviceName: textOf(otel, "service-name") ?? `bass:pipeline:${name}`,
  };
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === "string") ? value : undefined;
}

function textOf(map: JsonMap, name: string): string | undefined {
  const value = map[name];
  return typeof value === "string" ? value : undefined;
}
