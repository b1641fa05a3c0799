import type { Reached } from "../../environments/core/cleanup/mod.ts";
import { type EnvironmentKey, serviceNameOf } from "../../environments/core/environment/names.ts";
import { type Container, findContainers, inspectContainers } from "./run/container.ts";
import { type Engine, look } from "./engine.ts";
import { instanceNames, instanceOf } from "./run/instance.ts";

/** Reads the addresses of environments with two calls of the engine, and asks each for its health. */
export async function reachAll(
  engine: Engine,
  environments: readonly EnvironmentKey[],
  signal: AbortSignal,
): Promise<readonly Reached[]> {
  if (environments.length === 0) return [];
  const ids = await findContainers(engine.docker, (name) => instanceOf(name) !== undefined, signal);
  const containers = ids.length === 0 ? [] : await inspectContainers(engine.docker, ids, signal);
  return await Promise.all(environments.map((key) => reachOne(engine, { key, containers }, signal)));
}

/** An update in place that was interrupted leaves two containers. One that answers decides. */
async function reachOne(
  engine: Engine,
  { key, containers }: { readonly key: EnvironmentKey; readonly containers: readonly Container[] },
  signal: AbortSignal,
): Promise<Reached> {
  const { primary, next } = instanceNames(serviceNameOf(key));
  let first: Reached = { address: undefined, answer: undefined };
  for (const name of [primary, next]) {
    const container = containers.find((one) => one.name === name);
    if (container === undefined) continue;
    const { address, healthy, condition } = await look(engine, container, { ask: true }, signal);
    if (address === undefined) continue;
    const seen: Reached = { address, answer: { ok: healthy, text: condition } };
    if (healthy) return seen;
    if (first.address === undefined) first = seen;
  }
  return first;
}
