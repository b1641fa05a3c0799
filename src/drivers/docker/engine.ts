import type { Clock } from "../../ports/clock.ts";
import type { HealthProbe, NameProbe } from "../../ports/health.ts";
import type { ServiceName } from "../../lib/ids.ts";
import { hiddenValues } from "../../environments/core/environment/variables.ts";
import { AppError } from "../../lib/errors.ts";
import type { FindEngineHost } from "./engine_host.ts";
import { isEveryAddress, parsePublish, publicHost } from "./publish.ts";
import type { DockerSettings } from "./settings.ts";
import { isRefused } from "./route/route.ts";
import { type Container, inspectContainers } from "./run/container.ts";
import type { DockerCli } from "./docker_cli.ts";
import { lastWords } from "./errors.ts";
import { LogOrder } from "./run/log_order.ts";
import { type InstanceNames, instanceNames, type Sight } from "./run/instance.ts";

/** The engine, with the ports and settings that all operations of the platform share. */
export interface Engine {
  readonly docker: DockerCli;
  readonly clock: Clock;
  readonly probe: HealthProbe;
  /** Asks the address that stays of a pull request. */
  readonly askName: NameProbe;
  /** When an address was first seen to lead to its newest container, in milliseconds since 1970. */
  readonly ledAt: Map<string, number>;
  /** Makes a new random secret for an environment. */
  readonly newSecret: () => string;
  /** Receives every secret of an environment before a line of its log is read. */
  readonly keepSecret: (value: string) => void;
  readonly config: DockerSettings;
  /** Finds the address of the engine, as in DOCKER_HOST. */
  readonly findHost: FindEngineHost;
}

/** The existing containers of a service. */
export interface Instances {
  readonly names: InstanceNames;
  readonly primary: Container | undefined;
  readonly next: Container | undefined;
  /** A container whose hook `after_start` has not ended. */
  readonly staged: Container | undefined;
}

const PROBE_TIMEOUT_MS = 3000;
const REMOVAL_TIMEOUT_MS = 15_000;

/** Finds both containers of a service. */
export async function findInstances(
  engine: Engine,
  service: ServiceName,
  signal: AbortSignal,
): Promise<Instances> {
  const names = instanceNames(service);
  const wanted = names.short === undefined ? [names.primary] : [names.primary, names.next, names.staged];
  const found = await inspectContainers(engine.docker, wanted, signal);
  return {
    names,
    // The engine also matches the beginning of an id, so names are compared.
    primary: found.find((one) => one.name === names.primary),
    next: found.find((one) => one.name === names.next),
    staged: found.find((one) => one.name === names.staged),
  };
}

/**
 * Returns `host:port` at which Showtime asks a container; undefined while none of its ports is published. The host is
 * the one that the container has, which is an older one than `docker.publish` if that was changed since.
 */
export async function probedAddressOf(
  engine: Engine,
  container: Container,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isV6 = ({ host }: Container["ports"][number]) => Number(host.includes(":"));
  const ports = [...container.ports].sort((a, b) => isV6(a) - isV6(b));
  const port = ports.find((one) => one.inside === engine.config.port) ?? ports[0];
  if (port === undefined) return undefined;
  const bound = parsePublish(port.host);
  const publish = isEveryAddress(bound) ? parsePublish(engine.config.publish) : bound;
  const host = isEveryAddress(publish) ? await engine.findHost(signal) : undefined;
  return `${publicHost(publish, host)}:${port.outside}`;
}

/** Returns the address that people open: with `docker.host` its port is reached at another host. */
export function openedAddress(engine: Engine, probed: string): string {
  const { openHost } = engine.config;
  return openHost === undefined ? probed : `${openHost}:${probed.slice(probed.lastIndexOf(":") + 1)}`;
}

/** Observes a container's health: the engine's state, and if `ask` is set its health check too. */
export async function look(
  engine: Engine,
  container: Container,
  options: { readonly ask: boolean; readonly tries?: number },
  signal: AbortSignal,
): Promise<Sight> {
  const { state } = container;
  const probed = await probedAddressOf(engine, container, signal);
  const address = probed === undefined ? undefined : openedAddress(engine, probed);
  if (state.status !== "running") {
    const ended = state.everEnded ? ` (${state.oomKilled ? "out of memory" : state.exitCode})` : "";
    return { container, address, healthy: false, condition: `${state.status}${ended}` };
  }
  if (!options.ask) {
    const healthy = state.ownHealth === undefined || state.ownHealth === "healthy";
    return {
      container,
      address,
      healthy,
      condition: state.ownHealth === undefined ? "running" : `running (${state.ownHealth})`,
    };
  }
  if (probed === undefined) {
    return { container, address, healthy: false, condition: "running, without a published port" };
  }
  if (isRefused(container)) {
    return { container, address, healthy: false, condition: "running, its own health check fails" };
  }
  const answer = await ask(engine, { address: probed, tries: options.tries ?? 1 }, signal);
  const condition = answer.ok ? "running" : `running, health check: ${answer.answer}`;
  return { container, address, healthy: answer.ok, condition };
}

async function ask(
  engine: Engine,
  options: { readonly address: string; readonly tries: number },
  signal: AbortSignal,
) {
  const { path, fallback } = engine.config.health;
  for (let left = options.tries - 1;; left--) {
    const answer = await engine.probe(
      options.address,
      { path, fallback, timeoutMs: PROBE_TIMEOUT_MS },
      signal,
    );
    if (answer.ok || left <= 0) return answer;
    await engine.clock.sleep(300, signal);
  }
}

/** Registers a container's secrets, so that no output shows them. */
export function keepSecrets(engine: Engine, { env }: Pick<Container, "env">): void {
  for (const value of hiddenValues(env, engine.config.variables)) engine.keepSecret(value);
}

/**
 * Removes a container by id and confirms that it is gone. A container that is already gone counts as removed.
 */
export async function removeContainer(
  engine: Engine,
  container: Pick<Container, "id" | "name">,
  signal: AbortSignal,
): Promise<void> {
  const action = `Removing the container "${container.name}"`;
  const started = engine.clock.now();
  for (;;) {
    const result = await engine.docker.run(["rm", "--force", "--volumes", container.id], { action }, signal);
    if ((await inspectContainers(engine.docker, [container.id], signal)).length === 0) return;
    if (engine.clock.now() - started > REMOVAL_TIMEOUT_MS) {
      throw new AppError("engine_failed", `${action}: it still exists (${lastWords(result.stderr)})`, {
        hint: `Remove it by hand: docker rm -f ${container.name}`,
        retryable: true,
      });
    }
    // "removal already in progress": another run removes it too.
    await engine.clock.sleep(200, signal);
  }
}

/** Renames a container. */
export async function renameContainer(
  engine: Engine,
  options: { readonly container: Container; readonly name: string },
  signal: AbortSignal,
): Promise<void> {
  const { container, name } = options;
  const action = `Renaming the container "${container.name}" to "${name}"`;
  await engine.docker.must(["rename", container.id, name], { action }, signal);
}

/** Reads the last lines of a container's log. Empty if that fails: they only explain another failure. */
export async function logTail(engine: Engine, id: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const order = new LogOrder({ follows: false });
    await engine.docker.run(["logs", "--timestamps", "--tail", "50", id], {
      action: "Reading a container's log",
      onLine: (line) => void order.take(line),
      timeoutMs: 10_000,
    }, signal);
    return order.rest().slice(-50);
  } catch {
    return [];
  }
}
