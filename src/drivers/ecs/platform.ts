import { serviceNameOf } from "../../environments/core/environment/names.ts";
import type { Platform } from "../../environments/ports/platform.ts";
import { Aws } from "./aws.ts";
import { deploy } from "./deploy/deploy.ts";
import { destroy } from "./deploy/destroy.ts";
import { listLeftovers, removeLeftover } from "./deploy/leftovers.ts";
import { listEnvironments } from "./list.ts";
import { readLogs } from "./logs.ts";
import { type EcsDependencies, PROBE_TIMEOUT_MS } from "./dependencies.ts";
import { makeUrlProbe, type UrlProbe } from "./route/ask_url.ts";
import { settle } from "./deploy/settle.ts";
import { sleep, wake } from "./deploy/sleep.ts";
import { findNewestRequests } from "./requests.ts";
import { reachAll } from "./reach.ts";
import { isRoutePart, listRouteLeftovers, removeRouteLeftover } from "./route/route_leftovers.ts";
import { serviceAddresses } from "./deploy/tasks.ts";

/** The options of {@link makeEcsPlatform}. */
export type EcsPlatformOptions = Omit<EcsDependencies, "aws" | "askUrl"> & {
  /** Asks a name that people use; by a request of this machine by default. */
  readonly askUrl?: UrlProbe;
  /** The function that sends requests to AWS; the runtime's `fetch` by default. */
  readonly fetch?: typeof fetch;
};

/** Makes the platform that runs environments as ECS services on Fargate. */
export function makeEcsPlatform(options: EcsPlatformOptions): Platform {
  const { fetch, ...parts } = options;
  const deps: EcsDependencies = {
    askUrl: makeUrlProbe({ fetch: globalThis.fetch, timeoutMs: PROBE_TIMEOUT_MS }),
    ...parts,
    aws: new Aws({ ...options.config, fetch }),
  };
  return {
    kind: "ecs",
    list: (scope, signal) => listEnvironments(deps, scope, signal),
    addresses: async (environments, signal) => {
      const services = environments.map(serviceNameOf);
      const found = await serviceAddresses(deps, services, signal);
      return services.map((service) => found.get(service));
    },
    reach: (environments, signal) => reachAll(deps, environments.map(serviceNameOf), signal),
    leftovers: async (scope, signal) => [
      ...await listRouteLeftovers(deps, scope, signal),
      ...await listLeftovers(deps, scope, signal),
    ],
    removeLeftover: (id, owner, signal) =>
      (isRoutePart(id) ? removeRouteLeftover : removeLeftover)(deps, { ...owner, id }, signal),
    newestRequests: (environments, { since }, signal) =>
      findNewestRequests(deps, { services: environments.map(serviceNameOf), since }, signal),
    deploy: (spec, events, signal) => deploy(deps, { spec, ...events }, signal),
    settle: (key, owner, signal) => settle(deps, { ...owner, service: serviceNameOf(key) }, signal),
    sleep: (key, of, signal) => sleep(deps, { ...of, service: serviceNameOf(key) }, signal),
    wake: (key, of, signal) => wake(deps, { ...of, service: serviceNameOf(key) }, signal),
    destroy: (key, owner, signal) => destroy(deps, { ...owner, service: serviceNameOf(key) }, signal),
    logs: (key, { tail, follow }, signal) =>
      readLogs(deps, { service: serviceNameOf(key), tail, follow }, signal),
  };
}
