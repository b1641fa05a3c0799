import type { ServiceName } from "../../lib/ids.ts";
import type { EcsDependencies } from "./dependencies.ts";

/**
 * Counts the requests that reached services since a time, health checks left out, in the order of the services. An entry
 * is undefined if the service has no target group.
 */
export async function countRequests(
  deps: EcsDependencies,
  { services, since }: { readonly services: readonly ServiceName[]; readonly since: number },
  signal: AbortSignal,
): Promise<readonly (number | undefined)[]> {
  const targets = services.length === 0 ? undefined : await deps.findTargets?.(services, signal);
  if (targets === undefined || targets.size === 0) return services.map(() => undefined);
  const found = services.filter((service) => targets.has(service));
  const counts = await (await deps.aws.metrics).requestCounts(
    found.flatMap((service) => targets.get(service) ?? []),
    { since, until: deps.clock.now() },
    signal,
  );
  const byService = new Map(found.map((service, index) => [service, counts[index]]));
  return services.map((service) => byService.get(service));
}
