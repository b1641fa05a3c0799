import type { DeploySpec } from "../../../environments/ports/platform.ts";
import { sameRepo } from "../../../environments/core/environment/ownership.ts";
import { AppError, toError } from "../../../lib/errors.ts";
import { type Engine, look } from "../engine.ts";
import { lastWords } from "../errors.ts";
import { parsePublish } from "../publish.ts";
import { type Container, findContainers, inspectContainers } from "./container.ts";
import { assertTouchable, instanceOf, isManaged } from "./instance.ts";

const STOP_TIMEOUT_MS = 30_000;
/** How long an application may take to end by itself. Nothing answers meanwhile. */
const STOP_GRACE_S = 3;

/** The containers that were stopped to free the port. */
export interface Stopped {
  readonly stopped: readonly Container[];
  /** The one that served people until then. */
  readonly served: Container | undefined;
}

/** A container that is about to start on the fixed port. */
export interface Newcomer {
  readonly id: string;
  readonly name: string;
  readonly spec: DeploySpec;
}

/**
 * Stops this pull request's own containers on the fixed port of `docker.publish`, since two cannot have it.
 * `onGap` is awaited before a container that serves is stopped. Without a fixed port nothing happens.
 */
export async function freeFixedPort(
  engine: Engine,
  options: Newcomer & { readonly onGap: (sentence: string) => Promise<void> },
  signal: AbortSignal,
): Promise<Stopped> {
  const { spec, name, onGap } = options;
  const { publish } = engine.config;
  const holders = (await onFixedPort(engine, options, signal)).filter(({ state }) => holdsPort(state.status));
  if (holders.length === 0) return { stopped: [], served: undefined };
  const action = `Starting the container "${name}"`;
  for (const each of holders) assertTouchable(each, { ...spec, action });
  const sights = await Promise.all(holders.map((each) => look(engine, each, { ask: true }, signal)));
  const served = sights.find(({ healthy }) => healthy)?.container;
  if (served !== undefined) {
    await onGap(
      `Only one container can have the port ${publish}: ${served.name} stops before ${name} starts, and nothing ` +
        "answers there until the new one is healthy",
    );
  }
  const call = {
    action: `Stopping ${holders.map((each) => each.name).join(", ")}`,
    timeoutMs: STOP_TIMEOUT_MS,
  };
  await engine.docker.must(
    ["stop", "-t", String(STOP_GRACE_S), ...holders.map(({ id }) => id)],
    call,
    signal,
  );
  return { stopped: holders, served };
}

/**
 * Starts the container again that served on the fixed port before a deployment that failed. If an earlier run
 * died before it could do so, that is a stopped container of another commit. Returns the failure to report.
 */
export async function giveFixedPortBack(
  engine: Engine,
  options: Newcomer & { readonly before: Stopped; readonly failure: unknown },
  signal: AbortSignal,
): Promise<unknown> {
  const { before, failure, spec } = options;
  // A run that lost its lock leaves the engine to the run that took over.
  if (failure instanceof AppError && ["lock_lost", "stale_epoch"].includes(failure.code)) return failure;
  try {
    const present = await onFixedPort(engine, options, signal);
    if (present.some(({ state }) => holdsPort(state.status))) return failure;
    const own = instanceOf(options.name)?.service;
    const others = present.filter(({ name }) => instanceOf(name)?.service !== own);
    const stopped = before.stopped.map(({ id }) => present.find((each) => each.id === id));
    const back = present.find(({ id }) => id === before.served?.id) ?? newest(others) ??
      stopped.find((each) => each !== undefined);
    if (back === undefined) return failure;
    assertTouchable(back, { ...spec, action: `Starting "${back.name}" again` });
    const call = { action: `Starting the container "${back.name}" again` };
    const result = await engine.docker.run(["start", back.id], call, signal);
    return result.code === 0
      ? failure
      : withMore(failure, `${back.name} did not start again (${lastWords(result.stderr)})`);
  } catch (error) {
    return withMore(failure, toError(error).message);
  }
}

/** Finds the other containers of this pull request that ask for the fixed port, running or stopped. */
async function onFixedPort(
  engine: Engine,
  { id, spec }: Newcomer,
  signal: AbortSignal,
): Promise<readonly Container[]> {
  const { port } = parsePublish(engine.config.publish);
  if (port === undefined) return [];
  const ids = await findContainers(engine.docker, (name) => instanceOf(name)?.pr === spec.pr, signal);
  const found = ids.length === 0 ? [] : await inspectContainers(engine.docker, ids, signal);
  return found.filter((each) =>
    each.id !== id && isManaged(each) && sameRepo(each.labels["showtime_repo"] ?? "", spec.repo) &&
    each.fixedPorts.includes(port) && each.state.status !== "created"
  );
}

function holdsPort(status: string): boolean {
  return ["running", "restarting", "paused"].includes(status);
}

function newest(containers: readonly Container[]): Container | undefined {
  const age = ({ labels }: Container) => Number(labels["showtime_created"] ?? 0);
  return [...containers].sort((a, b) => age(b) - age(a))[0];
}

function withMore(failure: unknown, more: string): unknown {
  if (!(failure instanceof AppError)) return failure;
  const { code, message, hint, exitCode, retryable, logTail } = failure;
  return new AppError(code, `${message}. ${more}`, {
    exitCode,
    retryable,
    logTail,
    cause: failure,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Names what holds the fixed port, for an error of code `port_taken`. */
export async function describeHolder(engine: Engine, signal: AbortSignal): Promise<string | undefined> {
  const { port } = parsePublish(engine.config.publish);
  if (port === undefined) return undefined;
  const args = ["ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"];
  const { stdout } = await engine.docker.run(args, { action: "Looking for the holder of a port" }, signal);
  const name = stdout.split("\n")[0]?.trim();
  if (!name) return "another program on the engine's machine";
  const pr = instanceOf(name)?.pr;
  return `the container "${name}"${pr === undefined ? "" : ` of pull request #${pr}`}`;
}
