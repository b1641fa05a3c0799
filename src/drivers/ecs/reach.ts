import type { Reached } from "../../environments/core/cleanup/mod.ts";
import type { ServiceName } from "../../lib/ids.ts";
import { type EcsDependencies, PROBE_TIMEOUT_MS } from "./dependencies.ts";
import { allAddresses } from "./deploy/tasks.ts";

/** The number of environments that are probed at the same time. */
const AT_ONCE = 20;

/**
 * Reads the addresses of services and asks each for its health. Of several running tasks, one that answers
 * decides, else the newest.
 */
export async function reachAll(
  deps: EcsDependencies,
  services: readonly ServiceName[],
  signal: AbortSignal,
): Promise<readonly Reached[]> {
  if (services.length === 0) return [];
  const addresses = await allAddresses(deps, { services, pages: undefined }, signal);
  const reached: Reached[] = [];
  for (let i = 0; i < services.length; i += AT_ONCE) {
    const some = services.slice(i, i + AT_ONCE);
    reached.push(
      ...await Promise.all(some.map((service) => reachOne(deps, addresses.get(service) ?? [], signal))),
    );
  }
  return reached;
}

async function reachOne(
  { config, probe }: EcsDependencies,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Reached> {
  const { path, fallback } = config.health;
  let newest: Reached = { address: undefined, answer: undefined };
  for (const address of addresses) {
    const { ok, answer } = await probe(address, { path, fallback, timeoutMs: PROBE_TIMEOUT_MS }, signal);
    if (ok) return { address, answer: { ok, text: answer } };
    if (newest.address === undefined) newest = { address, answer: { ok, text: answer } };
  }
  return newest;
}
