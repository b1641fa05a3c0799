import { AppError, usageError } from "../../lib/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { HealthProbe, NameProbe } from "../../ports/health.ts";
import { serviceNameOf } from "../../environments/core/environment/names.ts";
import type { Platform } from "../../environments/ports/platform.ts";
import type { Shell } from "../../ports/shell.ts";
import type { DockerSettings } from "./settings.ts";
import { assertAllTouchable, deploy, settle } from "./run/deploy.ts";
import { makeDockerCli } from "./docker_cli.ts";
import { makeFindEngineHost } from "./engine_host.ts";
import { type Engine, findInstances, type Instances, keepSecrets, removeContainer } from "./engine.ts";
import { runBeforeStop } from "./hooks/run_hook.ts";
import { removeStaged } from "./hooks/staging.ts";
import { listEnvironments } from "./list.ts";
import { reachAll } from "./reach.ts";
import { sleep, wake } from "./run/sleep.ts";
import { isManaged } from "./run/instance.ts";
import { followLogs } from "./run/logs.ts";
import type { HookEvents } from "../../environments/ports/hook_events.ts";
import type { RepositoryIdentity } from "../../environments/core/environment/ownership.ts";
import { parsePublish } from "./publish.ts";
import { leadAway } from "./route/lead.ts";
import { findRouted } from "./route/plan_route.ts";
import { readRoute, routedUrl } from "./route/route.ts";
import type { Container } from "./run/container.ts";
import { removeReplaced } from "./build/replaced_images.ts";

/** The parts and settings that the platform is made from. */
export interface DockerPlatformOptions {
  readonly shell: Shell;
  readonly clock: Clock;
  readonly probe: HealthProbe;
  /** Asks the address of a pull request that a router leads to its container; not needed without a router. */
  readonly askName?: NameProbe;
  /** Makes a new random secret for an environment. */
  readonly newSecret: () => string;
  /** Receives every secret of an environment before a line of its log is read, so that the shell masks it. */
  readonly keepSecret: (value: string) => void;
  readonly config: DockerSettings;
  /** Names of variables of this process that the docker command gets besides its usual ones. */
  readonly passes?: readonly string[];
}

/** Makes the platform that runs environments on a Docker engine. */
export function makeDockerPlatform(options: DockerPlatformOptions): Platform {
  const { config } = options;
  if (config.network === "host" || config.network === "none" || config.network.startsWith("container:")) {
    throw usageError(
      "bad_network",
      `Reading docker.network: "${config.network}" publishes no ports`,
      "Use `bridge`, or the name of a network made with `docker network create`",
    );
  }
  refuseFixedPort(config);
  const docker = makeDockerCli(options.shell, { host: config.host, passes: options.passes });
  const engine: Engine = {
    docker,
    findHost: makeFindEngineHost(docker),
    clock: options.clock,
    probe: options.probe,
    askName: options.askName ??
      (() => Promise.resolve({ status: undefined, mark: undefined, answer: "not asked" })),
    ledAt: new Map(),
    newSecret: options.newSecret,
    keepSecret: options.keepSecret,
    config,
  };
  return {
    kind: "docker",
    async engine(signal) {
      const call = { action: "Reading which engine this is" };
      const { stdout } = await docker.must(["info", "--format", "{{.ID}} {{.Name}}"], call, signal);
      const [id = "", ...name] = stdout.trim().split(" ");
      return { id, name: name.join(" ") };
    },
    list: (scope, signal) => listEnvironments(engine, scope, signal),
    // A container's description holds its ports, and an environment leaves only containers and images behind.
    addresses: (environments) => Promise.resolve(environments.map(() => undefined)),
    reach: (environments, signal) => reachAll(engine, environments, signal),
    // The engine counts bytes and not requests, and an idle container receives some too.
    newestRequests: (environments) => Promise.resolve(environments.map(() => undefined)),
    leftovers: () => Promise.resolve([]),
    removeLeftover: () => Promise.resolve(),
    deploy: (spec, events, signal) => deploy(engine, { spec, ...events }, signal),
    async settle(key, owner, signal) {
      const service = serviceNameOf(key);
      const instances = await findInstances(engine, service, signal);
      assertAllTouchable(instances, { ...owner, action: `Settling "${service}"` });
      await removeStaged(engine, instances, signal);
      await settle(engine, instances, signal);
      // The rebuilt image has taken the tag of the image that the removed container used.
      await removeReplaced(engine.docker, { ...owner, pr: instances.names.pr }, signal);
    },
    sleep: (key, options, signal) => sleep(engine, { ...options, service: serviceNameOf(key) }, signal),
    wake: (key, options, signal) => wake(engine, { ...options, service: serviceNameOf(key) }, signal),
    async destroy(key, owner, signal) {
      const service = serviceNameOf(key);
      const instances = await findInstances(engine, service, signal);
      assertAllTouchable(instances, { ...owner, action: `Removing "${service}"` });
      await removeAll(engine, { instances, owner }, signal);
    },
    async *logs(key, { tail, follow }, signal) {
      const service = serviceNameOf(key);
      const { primary, next, staged } = await findInstances(engine, service, signal);
      const container = primary ?? next ?? staged;
      if (container === undefined) {
        throw new AppError(
          "environment_not_found",
          `Reading the log of "${service}": it has no container`,
          {
            hint: "`showtime list` shows the running environments",
          },
        );
      }
      keepSecrets(engine, container);
      yield* followLogs(engine, { id: container.id, tail, follow }, signal);
    },
  };
}

/** Two containers cannot have one port, and the newer one has to answer before the older one goes. */
function refuseFixedPort({ router, publish }: DockerSettings): void {
  if (router === undefined || parsePublish(publish).port === undefined) return;
  throw usageError(
    "bad_publish",
    `Reading docker.publish: "${publish}" fixes the port, and a router needs two containers at once`,
    "Leave the port out of docker.publish: the address of environment.url stays the same anyway",
  );
}

/** Removes the containers of a service, after people are sent to another one of the pull request. */
async function removeAll(
  engine: Engine,
  { instances, owner }: {
    readonly instances: Instances;
    readonly owner: RepositoryIdentity & { readonly hooks?: HookEvents | undefined };
  },
  signal: AbortSignal,
): Promise<void> {
  await removeStaged(engine, instances, signal);
  const own = [instances.next, instances.primary].filter((one) => one !== undefined);
  const serving = own.toReversed().find(({ state }) => state.status === "running") ?? own.at(-1);
  if (serving !== undefined && isManaged(serving)) {
    keepSecrets(engine, serving);
    await runBeforeStop(engine, { container: serving, events: owner.hooks }, signal);
  }
  const routed = own.some((one) => routedUrl(one) !== undefined);
  const all = routed ? await findRouted(engine, { ...owner, pr: instances.names.pr }, signal) : [];
  // Of several routers with one rule the highest counts: it goes last, or an older container would come back.
  const priority = (one: Container) => readRoute(one)?.priority ?? 0;
  for (const container of routed ? own.toSorted((a, b) => priority(a) - priority(b)) : own) {
    const others = all.filter(({ id }) => own.every((one) => one.id !== id));
    await leadAway(engine, { container, others }, signal);
    await removeContainer(engine, container, signal);
  }
}
