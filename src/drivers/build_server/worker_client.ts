import { AppError } from "../../lib/errors.ts";
import type { Job } from "../../pipelines/core/builds/job.ts";
import type { BuildServer, ClaimedJob, WriteAnswer } from "../../pipelines/ports/build_server.ts";
import { refusal, type ServerAnswer, type ServerClient } from "./server_client.ts";

/** The server answers a claim after 30 s at the latest. */
const CLAIM_TIMEOUT_MS = 45_000;
/** A heartbeat waits this long for a cancellation, a third of a lease. */
const HEARTBEAT_WAIT_MS = 10_000;

/** Makes the calls of a worker. `url` names the server in messages. */
export function makeWorkerClient(client: ServerClient, url: string): BuildServer {
  const base = new URL(url);
  const write = async (path: string, body: unknown, signal: AbortSignal): Promise<WriteAnswer> => {
    const answer = await client.send({ method: "POST", path, body }, signal);
    if (answer.status === 409) return "stale";
    if (answer.status < 200 || answer.status >= 300) throw refusal(base, answer);
    return isCancel(answer) ? "cancel" : "kept";
  };
  const path = (build: string, what: string) => `/api/v1/builds/${build}/${what}`;
  return {
    async claim({ worker, tags }, signal) {
      const answer = await client.send({
        method: "POST",
        path: "/api/v1/claim",
        body: { worker, tags },
        timeoutMs: CLAIM_TIMEOUT_MS,
      }, signal);
      if (answer.status === 204) return undefined;
      if (answer.status !== 200) throw refusal(base, answer);
      return claimedJob(answer.body, base);
    },
    heartbeat: ({ build, attempt }, signal) =>
      write(path(build, "heartbeat"), { attempt, wait_ms: HEARTBEAT_WAIT_MS }, signal),
    events: ({ build, ...body }, signal) => write(path(build, "events"), body, signal),
    finish: ({ build, attempt, outcome, reason, exitCode }, signal) =>
      write(path(build, "finish"), { attempt, outcome, reason, exit_code: exitCode }, signal),
  };
}

function isCancel({ body }: ServerAnswer): boolean {
  return typeof body === "object" && body !== null && "cancel" in body && body.cancel === true;
}

function claimedJob(body: unknown, base: URL): ClaimedJob {
  if (typeof body === "object" && body !== null && "build" in body && "attempt" in body && "job" in body) {
    const { build, attempt, job } = body;
    const lease = "lease_seconds" in body ? Number(body.lease_seconds) : 30;
    if (typeof build === "string" && typeof attempt === "number" && typeof job === "object" && job !== null) {
      return { build, attempt, leaseMs: lease * 1000, job: job as Job };
    }
  }
  throw new AppError("server_refused", `Asking ${base.origin}: its answer is no job`, {
    hint: "Check the address: another program may listen there",
  });
}
