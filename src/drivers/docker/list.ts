import type { PlatformEnvironment } from "../../environments/core/environment/environment.ts";
import { judgeOwner, readRepositoryId } from "../../environments/core/environment/ownership.ts";
import type { PlatformScope } from "../../environments/ports/platform.ts";
import { type Container, findContainers, inspectContainers } from "./run/container.ts";
import { type Engine, look } from "./engine.ts";
import { instanceOf, toEnvironment } from "./run/instance.ts";

/** Lists environments with two calls of the engine; `scope.probe` asks their health checks too. */
export async function listEnvironments(
  engine: Engine,
  scope: PlatformScope,
  signal: AbortSignal,
): Promise<readonly PlatformEnvironment[]> {
  const ids = await findContainers(engine.docker, (name) => inScope(name, scope), signal);
  const containers = ids.length === 0 ? [] : await inspectContainers(engine.docker, ids, signal);
  const visible = containers.filter((one) => inScope(one.name, scope) && isVisible(one, scope));
  const sights = await Promise.all(
    visible.map((one) => look(engine, one, { ask: scope.probe === true }, signal)),
  );
  const services = Map.groupBy(sights, (sight) => instanceOf(sight.container.name)?.service ?? "");
  return [...services.values()].flatMap((group) => {
    const names = instanceOf(group[0]?.container.name ?? "");
    if (names === undefined) return [];
    const primary = group.find((one) => one.container.name === names.primary);
    const next = group.find((one) => one.container.name === names.next);
    const staged = group.find((one) => one.container.name === names.staged);
    return toEnvironment(names, { primary, next, staged }) ?? [];
  }).sort((a, b) => a.pr - b.pr || a.service.localeCompare(b.service));
}

function inScope(name: string, scope: PlatformScope): boolean {
  const names = instanceOf(name);
  return names !== undefined && (scope.pr === undefined || names.pr === scope.pr);
}

function isVisible(container: Container, scope: PlatformScope): boolean {
  const { showtime_repo: repo, showtime_repo_id: id } = container.labels;
  return scope.others === true || judgeOwner({ repo, repoId: readRepositoryId(id) }, scope) !== "other";
}
