import { explainUnhealthy } from "../../../environments/core/environment/unhealthy.ts";
import { formatSpan } from "../../../lib/duration.ts";
import { AppError } from "../../../lib/errors.ts";
import { isLoopback } from "../../../lib/loopback.ts";
import type { Probe } from "../../../ports/health.ts";
import { type Engine, logTail } from "../engine.ts";
import { remoteHost } from "../publish.ts";
import { type Listeners, readListeners } from "./listeners.ts";

/** A container that runs and has not answered its health check in time. */
export interface Unanswered {
  readonly id: string;
  readonly name: string;
  readonly waitedMs: number;
  /** `host:port`; undefined if no port was published. */
  readonly address: string | undefined;
  /** The last answer; undefined if the health check was never asked. */
  readonly last: Probe | undefined;
}

/** Makes the error of a container that did not answer in time, with the setting that mends it. */
export async function unhealthyError(
  engine: Engine,
  options: Unanswered,
  signal: AbortSignal,
): Promise<AppError> {
  const { config } = engine;
  const { id, name, last, waitedMs, address } = options;
  const tail = await logTail(engine, id, signal);
  if (last === undefined || address === undefined) {
    const state = `no port of it was published within ${formatSpan(waitedMs)}`;
    const hint = `Check docker.network and docker.publish: the port ${config.port} must be published`;
    return new AppError("unhealthy", `Waiting for "${name}": ${state}`, { hint, logTail: tail });
  }
  const { state, hint } = explainUnhealthy({
    platform: "docker",
    url: `http://${address}${config.health.path}`,
    answer: last.answer,
    outcome: last.outcome,
    waitedMs,
    port: config.port,
    path: config.health.path,
  });
  return new AppError("unhealthy", `Waiting for "${name}": ${state}`, {
    hint: await closerHint(engine, { id, address, last }, signal) ?? hint,
    logTail: tail,
  });
}

/** Returns the hint that a look into the container and at this machine gives; undefined if it shows nothing. */
async function closerHint(
  engine: Engine,
  { id, address, last }: { readonly id: string; readonly address: string; readonly last: Probe },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { kind } = last.outcome;
  if (!["refused", "reset", "closed", "unconnected", "unreachable"].includes(kind)) return undefined;
  const { port } = engine.config;
  const seen = await readListeners(engine, id, signal);
  const listens = seen?.open.includes(port) === true;
  // With its usual proxy an engine accepts every connection on its own machine. A refusal comes from another.
  const elsewhere = isLoopback(address) && kind === "refused" && (listens || seen === undefined);
  if (elsewhere && remoteHost(await engine.findHost(signal)) !== undefined) {
    return "The engine is on another machine and publishes on its own loopback address: set docker.publish to 0.0.0.0";
  }
  if (elsewhere && await isInContainer()) {
    return `Showtime runs in a container, where ${address} is not the engine's machine: set docker.publish to an ` +
      "address of that machine, or start the runner's container with --network host";
  }
  if (elsewhere && listens) {
    return `The app listens, but ${address} of this machine does not lead to it: set docker.publish to an address of ` +
      "the engine's machine";
  }
  return seen === undefined || listens ? undefined : listenersHint(seen, port);
}

/** Says what listens in the container instead of the port that is published. */
function listenersHint({ inside, open }: Listeners, port: number): string {
  if (inside.includes(port)) {
    return `The app listens on 127.0.0.1:${port} inside its container, where nothing outside reaches it: let it listen ` +
      "on 0.0.0.0";
  }
  if (open.length > 0) {
    return `The app listens on port ${
      open.slice(0, 3).join(", ")
    } inside its container, not on ${port}: set ` +
      "environment.port to it";
  }
  if (inside.length > 0) {
    return `The app listens on 127.0.0.1:${
      inside.slice(0, 3).join(", ")
    } inside its container: let it listen on ` +
      `0.0.0.0 and port ${port}, or set environment.port`;
  }
  return `Nothing listens inside the container: let the app listen on 0.0.0.0 and port ${port}, or raise ` +
    "environment.health.timeout if it is still starting";
}

/** Whether this process runs in a container: engines put such a file at its root. */
async function isInContainer(): Promise<boolean> {
  for (const mark of ["/.dockerenv", "/run/.containerenv"]) {
    if (await Deno.lstat(mark).then(() => true, () => false)) return true;
  }
  return await Deno.readTextFile("/proc/1/cgroup").then(
    (text) => /kubepods|\/docker\/|containerd/.test(text),
    () => false,
  );
}
