import type { PlatformEnvironment } from "../../environments/core/environment/environment.ts";
import type { ServiceName } from "../../lib/ids.ts";
import type { PlatformScope } from "../../environments/ports/platform.ts";
import { type EcsDependencies, PROBE_TIMEOUT_MS } from "./dependencies.ts";
import { readTags } from "./sdk/shapes.ts";
import { nameInScope, viewService } from "./service_view.ts";
import { isHookPending } from "./tags.ts";
import { viewRoutes } from "./route/view_routes.ts";
import { addressesOf, tasksOf } from "./deploy/tasks.ts";

/**
 * Lists environments. It lists the names of all services, then describes only those whose name has Showtime's
 * form. Addresses and health checks cost calls for each service, so they are read only if the scope asks for
 * them.
 */
export async function listEnvironments(
  deps: EcsDependencies,
  scope: PlatformScope,
  signal: AbortSignal,
): Promise<readonly PlatformEnvironment[]> {
  const ecs = await deps.aws.ecs;
  const names = (await ecs.serviceNames(signal)).filter((name) => nameInScope(name, scope) !== undefined);
  const services = names.length === 0 ? [] : await ecs.services(names, signal);
  const viewed = services.flatMap((service) => viewService(service, scope) ?? [])
    .sort((a, b) => a.pr - b.pr || a.service.localeCompare(b.service));
  const environments = await viewRoutes(deps, { environments: viewed, services }, signal);
  if (scope.probe !== true) return environments;
  const pending = services.filter(({ tags }) => isHookPending(readTags(tags))).map((each) =>
    each.serviceName
  );
  const probed = await Promise.all(environments.map((each) => probeEnvironment(deps, each, signal)));
  return probed.map((each) => pending.includes(each.service) ? { ...each, healthy: false } : each);
}

/** Probes the running tasks of one environment, the newest first. The first healthy one decides. */
async function probeEnvironment(
  deps: EcsDependencies,
  environment: PlatformEnvironment,
  signal: AbortSignal,
): Promise<PlatformEnvironment> {
  if (environment.sleep !== undefined) return environment;
  const serving = await servingTasks(deps, environment.service, signal);
  const { path, fallback } = deps.config.health;
  let answer: string | undefined;
  for (const { address } of serving) {
    const seen = await deps.probe(address, { path, fallback, timeoutMs: PROBE_TIMEOUT_MS }, signal);
    // A task that answers is serving, even while ECS is about to start another one beside it.
    if (seen.ok) return { ...environment, address, healthy: true };
    answer ??= seen.answer;
  }
  const address = serving[0]?.address;
  const condition = answer === undefined
    ? `${environment.condition}, without an address`
    : `${environment.condition}, health check: ${answer}`;
  return { ...environment, address, healthy: false, condition };
}

/** Returns the running tasks that have an address, the newest first. */
async function servingTasks(
  deps: EcsDependencies,
  service: ServiceName,
  signal: AbortSignal,
): Promise<readonly { readonly address: string }[]> {
  const tasks = await tasksOf(deps, { service, status: "RUNNING" }, signal);
  const running = tasks.filter((task) => task.lastStatus === "RUNNING");
  const seen = await addressesOf(deps, running, signal);
  return seen.flatMap(({ address }) => address === undefined ? [] : [{ address }]);
}
