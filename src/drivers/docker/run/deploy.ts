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
  openedAddress,
  removeContainer,
  renameContainer,
} from "../engine.ts";
import { freeFixedPort, giveFixedPortBack, type Stopped } from "./fixed_port.ts";
import { assertTouchable } from "./instance.ts";
import { isLoopback } from "../../../lib/loopback.ts";
import { isEveryAddress, parsePublish } from "../publish.ts";
import { finishStart, firstName, removeStaged } from "../hooks/staging.ts";
import { leadAway, leadTo, type Newcomer, takeBack } from "../route/lead.ts";
import { findRouted, planRoute } from "../route/plan_route.ts";
import { isPending, routedUrl } from "../route/route.ts";
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
  await removeStaged(engine, before, signal);
  const old = await tidy(engine, before, signal);
  const inPlace = old !== undefined;
  const lasting = inPlace ? before.names.next : before.names.primary;
  const name = firstName(engine, { names: before.names, name: lasting, inPlace });
  const secret = readSecret(old?.env ?? [], engine.config.variables) ?? engine.newSecret();
  // A container that fails may print its secrets, and its last lines end up in a public comment.
  if (old !== undefined) keepSecrets(engine, old);
  engine.keepSecret(secret);
  const route = await planRoute(engine, { spec, name, hooked: name !== lasting }, signal);
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
    await createContainer(engine, { name, spec, variables, route, onCreated }, signal);
    const probed = await waitHealthy(
      engine,
      { id: id ?? name, name, onProgress: options.onProgress },
      signal,
    );
    await finishStart(engine, { id: id ?? name, name: lasting, inPlace, events: options }, signal);
    const unrouted = route === undefined
      ? undefined
      : await sendPeople(engine, { id: id ?? name, spec, onGap, onProgress: options.onProgress }, signal);
    const address = openedAddress(engine, probed);
    const warnings = [linkWarning(engine, address), unrouted].filter((each) => each !== undefined);
    return {
      address,
      unsettled: old !== undefined,
      warning: warnings.length === 0 ? undefined : warnings.join(". "),
    };
  } catch (failure) {
    await removeHalfMade(engine, { id, names: [name, lasting], spec, failure });
    const undo = new AbortController().signal;
    throw await giveFixedPortBack(engine, { id: id ?? name, name, spec, before: freed, failure }, undo);
  }
}

/** Sends people to a container that has answered; see {@link leadTo}. */
async function sendPeople(
  engine: Engine,
  { id, spec, ...events }: Omit<Newcomer, "others"> & { readonly spec: DeploySpec },
  signal: AbortSignal,
): Promise<string | undefined> {
  const [container] = await inspectContainers(engine.docker, [id], signal);
  const others = await findRouted(engine, { ...spec, except: container?.id ?? id }, signal);
  return await leadTo(engine, { id, others, ...events }, signal);
}

/** Returns the warning that links do not lead where `docker.publish` seems to say. */
export function linkWarning({ config }: Engine, address: string): string | undefined {
  if (!isEveryAddress(parsePublish(config.publish)) || !isLoopback(address)) return undefined;
  return `docker.publish is ${config.publish}, which is no address to open: the link leads to ${address}, and only the ` +
    "engine's machine can open it. Set docker.host to the name by which people reach that machine";
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
  if (next === undefined) {
    if (primary !== undefined) await finishLeading(engine, { container: primary, others: [] }, signal);
    return primary;
  }
  const keepNext = primary === undefined
    ? next.state.status === "running"
    : (await look(engine, next, { ask: true, tries: 3 }, signal)).healthy;
  if (!keepNext) {
    const others = primary === undefined ? [] : [primary];
    await takeBack(engine, { container: next, others }, signal);
    await removeContainer(engine, next, signal);
    if (primary !== undefined) await finishLeading(engine, { container: primary, others: [] }, signal);
    return primary;
  }
  if (primary !== undefined) {
    await finishLeading(engine, { container: next, others: [primary] }, signal);
    await leadAway(engine, { container: primary, others: [next] }, signal);
    await removeContainer(engine, primary, signal);
  } else await finishLeading(engine, { container: next, others: [] }, signal);
  await renameContainer(engine, { container: next, name: names.primary }, signal);
  return { ...next, name: names.primary };
}

/** Continues to send people to a container that answers, if the run that began it has died. */
async function finishLeading(
  engine: Engine,
  { container, others }: { readonly container: Container; readonly others: readonly Container[] },
  signal: AbortSignal,
): Promise<void> {
  if (!isPending(container) || !(await look(engine, container, { ask: true, tries: 3 }, signal)).healthy) {
    return;
  }
  const events = { onProgress: () => {}, onGap: () => Promise.resolve() };
  await leadTo(engine, { id: container.id, others, ...events }, signal);
}

/** Checks that both containers of a service may be changed. Throws AppError `not_ours` or `stale_epoch`. */
export function assertAllTouchable(
  instances: Instances,
  options: RepositoryIdentity & { readonly epoch: number; readonly action: string },
): void {
  for (const one of [instances.primary, instances.next, instances.staged]) {
    if (one !== undefined) assertTouchable(one, options);
  }
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
    if (serving.healthy && !await leadsTo(engine, next, signal)) {
      await removeContainer(engine, next, signal);
      return primary;
    }
  }
  return await settle(engine, instances, signal);
}

/** Whether people are sent to the newer container of an interrupted update already. */
async function leadsTo(engine: Engine, next: Container, signal: AbortSignal): Promise<boolean> {
  if (routedUrl(next) === undefined || isPending(next)) return false;
  return (await look(engine, next, { ask: true, tries: 3 }, signal)).healthy;
}

/** Removes the container of a failed or aborted deployment; an error of this becomes the failure's cause. */
async function removeHalfMade(
  engine: Engine,
  made: {
    readonly id: string | undefined;
    /** The name that it began with, and the one that it may have got since. */
    readonly names: readonly [first: string, lasting: string];
    readonly spec: DeploySpec;
    readonly failure: unknown;
  },
): Promise<void> {
  // The deployment may have ended because the caller's signal aborted, so the removal uses a signal of its
  // own.
  const signal = new AbortController().signal;
  try {
    const [container] = await inspectContainers(engine.docker, [made.id ?? made.names[0]], signal);
    if (container === undefined || !made.names.includes(container.name)) return;
    // Without an id only the epoch identifies this run's container: another run may have taken the name.
    if (made.id === undefined && container.labels["showtime_epoch"] !== String(made.spec.epoch)) return;
    const others = routedUrl(container) === undefined
      ? []
      : await findRouted(engine, { ...made.spec, except: container.id }, signal);
    await takeBack(engine, { container, others }, signal);
    await removeContainer(engine, container, signal);
  } catch (error) {
    const { failure } = made;
    if (failure instanceof Error && failure.cause === undefined) failure.cause = error;
  }
}
