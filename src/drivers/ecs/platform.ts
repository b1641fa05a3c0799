import { serviceNameOf } from "../../environments/core/environment/names.ts";
import type { Platform } from "../../environments/ports/platform.ts";
import { Aws } from "./aws.ts";
import { deploy } from "./deploy/deploy.ts";
import { destroy } from "./deploy/destroy.ts";
import { listLeftovers, removeLeftover } from "./deploy/leftovers.ts";
import { listEnvironments } from "./list.ts";
import { readLogs } from "./logs.ts";
import type { EcsDependencies } from "./dependencies.ts";
import { settle } from "./deploy/settle.ts";
import { sleep, wake } from "./deploy/sleep.ts";
import { countRequests } from "./requests.ts";
import { reachAll } from "./reach.ts";
import { serviceAddresses } from "./deploy/tasks.ts";

/** The options of {@link makeEcsPlatform}. */
export type EcsPlatformOptions = Omit<EcsDependencies, "aws"> & {
  /** The function that sends requests to AWS; the runtime's `fetch` by default. */
  readonly fetch?: typeof fetch;
};

/** Makes the platform that runs environments as ECS services on Fargate. */
export function makeEcsPlatform(options: EcsPlatformOptions): Platform {
  const { fetch, ...parts } = options;
  const deps: EcsDependencies = { ...parts, aws: new Aws({ ...options.config, fetch }) };
  return {
    kind: "ecs",
    list: (scope, signal) => listEnvironments(deps, scope, signal),
    addresses: async (environments, signal) => {
      const services = environments.map(serviceNameOf);
      const found = await serviceAddresses(deps, services, signal);
      return services.map((service) => found.get(service));
    },
    reach: (environments, signal) => reachAll(deps, environments.map(serviceNameOf), signal),
    requests: (environments, { since }, signal) =>
      countRequests(deps, { services: environments.map(serviceNameOf), since }, signal),
    leftovers: (scope, signal) => listLeftovers(deps, scope, signal),
    removeLeftover: (id, owner, signal) => removeLeftover(deps, { ...owner, id }, signal),
    deploy: (spec, events, signal) => deploy(deps, { spec, ...events }, signal),
    settle: (key, owner, signal) => settle(deps, { ...owner, service: serviceNameOf(key) }, signal),
    sleep: (key, of, signal) => sleep(deps, { ...of, service: serviceNameOf(key) }, signal),
    wake: (key, of, signal) => wake(deps, { ...of, service: serviceNameOf(key) }, signal),
    destroy: (key, owner, signal) => destroy(deps, { ...owner, service: serviceNameOf(key) }, signal),
    logs: (key, { tail, follow }, signal) =>
      readLogs(deps, { service: serviceNameOf(key), tail, follow }, signal),
  };
}
