/**
 * Puts environments to sleep and wakes them: their container is stopped and kept. A container's labels cannot be changed,
 * so neither the cause nor the epoch of the lock is recorded on it.
 */

import type { RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import type { Deployed, SleepOptions, WakeOptions } from "../../../environments/ports/platform.ts";
import { AppError, toError } from "../../../lib/errors.ts";
import type { PrNumber, ServiceName } from "../../../lib/ids.ts";
import { type Engine, findInstances, type Instances, keepSecrets, openedAddress } from "../engine.ts";
import { lastWords } from "../errors.ts";
import { closeGate } from "../route/gate_file.ts";
import { leadTo } from "../route/lead.ts";
import { findRouted } from "../route/plan_route.ts";
import { readRoute, routedUrl } from "../route/route.ts";
import { type Container, inspectContainers } from "./container.ts";
import { assertAllTouchable, linkWarning } from "./deploy.ts";
import { describeHolder } from "./fixed_port.ts";
import { containerError, isPortTaken } from "./start_errors.ts";
import { waitHealthy } from "./wait_healthy.ts";

/** How long an application may take to end by itself, in seconds. */
const STOP_GRACE_S = 10;
const STOP_TIMEOUT_MS = 60_000;
/** How long the containers are stopped again after a failed wake, in milliseconds. */
const UNDO_TIMEOUT_MS = 30_000;

/** Stops every container of a service and confirms that they have ended. */
export async function sleep(
  engine: Engine,
  { service, ...owner }: SleepOptions & { readonly service: ServiceName },
  signal: AbortSignal,
): Promise<void> {
  const action = `Stopping "${service}"`;
  const found = await findOwn(engine, { ...owner, service, action }, signal);
  for (const container of containersOf(found)) {
    // An open gate would lead people to the container before it is ready again.
    const gated = readRoute(container)?.gate === "file" && container.state.status === "running";
    if (gated) await closeGate(engine, container.id, signal);
  }
  await stop(engine, { containers: containersOf(found), action }, signal);
}

/** Starts the container of a service again and waits until it answers its health check. */
export async function wake(
  engine: Engine,
  { service, onProgress, ...owner }: WakeOptions & { readonly service: ServiceName },
  signal: AbortSignal,
): Promise<Deployed> {
  const action = `Starting "${service}" again`;
  const { primary, next, names } = await findOwn(engine, { ...owner, service, action }, signal);
  const container = primary ?? next;
  if (container === undefined) throw notThere(action);
  keepSecrets(engine, container);
  const { id, name, state, image } = container;
  const runs = isUp(container);
  try {
    if (!runs) {
      onProgress(`Starting the container ${name}`);
      const started = await engine.docker.run(["start", id], { action }, signal);
      if (started.code !== 0) {
        const holder = isPortTaken(started.stderr) ? await describeHolder(engine, signal) : undefined;
        throw containerError(started.stderr, { action, image, port: engine.config.publish, holder });
      }
    }
    // The engine counts restarts anew when a container is started.
    const before = { finishedAt: state.finishedAt, restarts: runs ? state.restarts : 0 };
    const probed = await waitHealthy(engine, { id, name, onProgress, before }, signal);
    const unrouted = routedUrl(container) === undefined
      ? undefined
      : await lead(engine, { id, owner: { ...owner, pr: names.pr }, onProgress }, signal);
    const address = openedAddress(engine, probed);
    const warnings = [linkWarning(engine, address), unrouted].filter((each) => each !== undefined);
    return {
      address,
      unsettled: next !== undefined,
      warning: warnings.length === 0 ? undefined : warnings.join(". "),
    };
  } catch (failure) {
    if (!runs) await stopAgain(engine, { container, action, failure });
    throw failure;
  }
}

/** Sends people to a container that has answered; see {@link leadTo}. */
async function lead(
  engine: Engine,
  { id, owner, onProgress }: {
    readonly id: string;
    readonly owner: RepositoryIdentity & { readonly pr: PrNumber };
    readonly onProgress: (text: string) => void;
  },
  signal: AbortSignal,
): Promise<string | undefined> {
  const others = await findRouted(engine, { ...owner, except: id }, signal);
  // Nothing served before, so a gap is no news.
  return await leadTo(engine, { id, others, onProgress, onGap: () => Promise.resolve() }, signal);
}

async function findOwn(
  engine: Engine,
  { service, action, ...owner }: RepositoryIdentity & {
    readonly epoch: number;
    readonly service: ServiceName;
    readonly action: string;
  },
  signal: AbortSignal,
): Promise<Instances> {
  const found = await findInstances(engine, service, signal);
  assertAllTouchable(found, { ...owner, action });
  if (containersOf(found).length === 0) throw notThere(action);
  return found;
}

function notThere(action: string): AppError {
  return new AppError("environment_not_found", `${action}: it has no container`, {
    hint: "`showtime list` shows the environments",
  });
}

function containersOf({ primary, next }: Instances): readonly Container[] {
  return [primary, next].flatMap((one) => one ?? []);
}

function isUp({ state: { status } }: Container): boolean {
  return ["running", "restarting", "paused"].includes(status);
}

async function stop(
  engine: Engine,
  { containers, action }: { readonly containers: readonly Container[]; readonly action: string },
  signal: AbortSignal,
): Promise<void> {
  const ids = containers.filter(isUp).map(({ id }) => id);
  if (ids.length === 0) return;
  const call = { action, timeoutMs: STOP_TIMEOUT_MS };
  const result = await engine.docker.run(["stop", "-t", String(STOP_GRACE_S), ...ids], call, signal);
  const left = (await inspectContainers(engine.docker, ids, signal)).filter(isUp);
  if (left.length === 0) return;
  const names = left.map(({ name }) => name).join(", ");
  throw new AppError("engine_failed", `${action}: ${names} still runs (${lastWords(result.stderr)})`, {
    hint: `Stop it by hand: docker stop ${names}`,
    retryable: true,
  });
}

/** Stops a container that did not come up: it sleeps on. An error of this becomes the failure's cause. */
async function stopAgain(
  engine: Engine,
  { container, action, failure }: {
    readonly container: Container;
    readonly action: string;
    readonly failure: unknown;
  },
): Promise<void> {
  // The wake may have ended because the caller's signal aborted, so this uses a signal of its own.
  const signal = AbortSignal.timeout(UNDO_TIMEOUT_MS);
  try {
    const containers = await inspectContainers(engine.docker, [container.id], signal);
    await stop(engine, { containers, action }, signal);
  } catch (error) {
    if (failure instanceof Error && failure.cause === undefined) failure.cause = toError(error);
  }
}
