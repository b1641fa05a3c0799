import { formatServiceName } from "../../../environments/core/environment/names.ts";
import { environmentVariables, readSecret } from "../../../environments/core/environment/variables.ts";
import type { RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import { shortSha } from "../../../lib/ids.ts";
import type { Deployed, DeployEvents, DeploySpec } from "../../../environments/ports/platform.ts";
import { type Container, inspectContainers } from "./container.ts";
import { createContainer, ensureImage, sizeOf } from "./create_container.ts";
import {
  type Engine,
  findInstances,
  type Instances,
  keepSecrets,
  look,
  removeContainer,
  renameContainer,
} from "../engine.ts";
import { freeFixedPort, giveFixedPortBack, type Stopped } from "./fixed_port.ts";
import { assertTouchable } from "./instance.ts";
import { isLoopback } from "../../../lib/loopback.ts";
import { isEveryAddress, parsePublish } from "../publish.ts";
import { waitHealthy } from "./wait_healthy.ts";

/** Starts an environment beside its older container; `instance.ts` lists the states that may be left over. */
export async function deploy(
  engine: Engine,
  options: { readonly spec: DeploySpec } & DeployEvents,
  signal: AbortSignal,
): Promise<Deployed> {
  const { spec } = options;
  sizeOf(engine.config, spec.settings.size);
  const service = formatServiceName(spec.pr, shortSha(spec.sha));
  const before = await findInstances(engine, service, signal);
  assertAllTouchable(before, { ...spec, action: `Deploying "${service}"` });
  await ensureImage(engine, spec, signal);
  const old = await tidy(engine, before, signal);
  const name = old === undefined ? before.names.primary : before.names.next;
  const secret = readSecret(old?.env ?? [], engine.config.variables) ?? engine.newSecret();
  // A container that fails may print its secrets, and its last lines end up in a public comment.
  if (old !== undefined) keepSecrets(engine, old);
  engine.keepSecret(secret);
  const variables = environmentVariables(spec, { config: engine.config, secret });
  let id: string | undefined;
  let freed: Stopped = { stopped: [], served: undefined };
  const onGap = options.onGap ?? (() => Promise.resolve());
  async function onCreated(made: string): Promise<void> {
    id = made;
    freed = await freeFixedPort(engine, { id: made, name, spec, onGap }, signal);
  }
  try {
    options.onProgress(`Starting the container ${name}`);
    await createContainer(engine, { name, spec, variables, onCreated }, signal);
    const address = await waitHealthy(
      engine,
      { id: id ?? name, name, onProgress: options.onProgress },
      signal,
    );
    return { address, unsettled: old !== undefined, warning: linkWarning(engine, address) };
  } catch (failure) {
    await removeHalfMade(engine, { id, name, epoch: spec.epoch, failure });
    const undo = new AbortController().signal;
    throw await giveFixedPortBack(engine, { id: id ?? name, name, spec, before: freed, failure }, undo);
  }
}

/** Returns the warning that links do not lead where `docker.publish` seems to say. */
function linkWarning({ config }: Engine, address: string): string | undefined {
  if (!isEveryAddress(parsePublish(config.publish)) || !isLoopback(address)) return undefined;
  return `docker.publish is ${config.publish}, which is no address to open: the link leads to ${address}, and only the ` +
    "engine's machine can open it. Set docker.publish to an address of that machine that people reach";
}

/**
 * Finishes an update in place: removes the older container if the newer one is healthy, else the newer one.
 */
export async function settle(
  engine: Engine,
  instances: Instances,
  signal: AbortSignal,
): Promise<Container | undefined> {
  const { primary, next, names } = instances;
  if (next === undefined) return primary;
  const keepNext = primary === undefined
    ? next.state.status === "running"
    : (await look(engine, next, { ask: true, tries: 3 }, signal)).healthy;
  if (!keepNext) {
    await removeContainer(engine, next, signal);
    return primary;
  }
  if (primary !== undefined) await removeContainer(engine, primary, signal);
  await renameContainer(engine, { container: next, name: names.primary }, signal);
  return { ...next, name: names.primary };
}

/** Checks that both containers of a service may be changed. Throws AppError `not_ours` or `stale_epoch`. */
export function assertAllTouchable(
  instances: Instances,
  options: RepositoryIdentity & { readonly epoch: number; readonly action: string },
): void {
  for (const one of [instances.primary, instances.next]) if (one !== undefined) assertTouchable(one, options);
}

/** Clears the temporary name that an interrupted update left taken, and keeps the container that serves. */
async function tidy(
  engine: Engine,
  instances: Instances,
  signal: AbortSignal,
): Promise<Container | undefined> {
  const { primary, next } = instances;
  if (primary?.state.status === "created" && next === undefined) {
    // The run that made it died before it was started: it never served.
    await removeContainer(engine, primary, signal);
    return undefined;
  }
  if (primary !== undefined && next !== undefined) {
    const serving = await look(engine, primary, { ask: true, tries: 3 }, signal);
    if (serving.healthy) {
      await removeContainer(engine, next, signal);
      return primary;
    }
  }
  return await settle(engine, instances, signal);
}

/** Removes the container of a failed or aborted deployment; an error of this becomes the failure's cause. */
async function removeHalfMade(
  engine: Engine,
  made: {
    readonly id: string | undefined;
    readonly name: string;
    readonly epoch: number;
    readonly failure: unknown;
  },
): Promise<void> {
  // The deployment may have ended because the caller's signal aborted, so the removal uses a signal of its
  // own.
  const signal = new AbortController().signal;
  try {
    const [container] = await inspectContainers(engine.docker, [made.id ?? made.name], signal);
    if (container === undefined || container.name !== made.name) return;
    // Without an id only the epoch identifies this run's container: another run may have taken the name.
    if (made.id === undefined && container.labels["showtime_epoch"] !== String(made.epoch)) return;
    await removeContainer(engine, container, signal);
  } catch (error) {
    const { failure } = made;
    if (failure instanceof Error && failure.cause === undefined) failure.cause = error;
  }
}
