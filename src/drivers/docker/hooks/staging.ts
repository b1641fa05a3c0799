import { dueAfterStart } from "../../../environments/core/environment/hooks.ts";
import type { HookEvents } from "../../../environments/ports/hook_events.ts";
import type { Engine, Instances } from "../engine.ts";
import { keepSecrets, removeContainer, renameContainer } from "../engine.ts";
import { inspectContainers } from "../run/container.ts";
import { runHook } from "./run_hook.ts";

/**
 * Removes the container whose `after_start` an earlier run did not see to its end. It has served nobody: a
 * container gets the name under which it serves only when its hook has succeeded.
 */
export async function removeStaged(engine: Engine, instances: Instances, signal: AbortSignal): Promise<void> {
  if (instances.staged !== undefined) await removeContainer(engine, instances.staged, signal);
}

/**
 * Returns the name that a new container starts under: a name of its own if `after_start` is due, so that a run
 * that dies while the command runs leaves no container that looks finished.
 */
export function firstName(
  engine: Engine,
  { names, name, inPlace }: {
    readonly names: Instances["names"];
    /** The name under which the container serves. */
    readonly name: string;
    readonly inPlace: boolean;
  },
): string {
  return dueAfterStart(engine.config.hooks, { inPlace }) === undefined ? name : names.staged;
}

/** Runs `after_start` in a container that answers, then gives the container the name under which it serves. */
export async function finishStart(
  engine: Engine,
  options: {
    readonly id: string;
    readonly name: string;
    readonly inPlace: boolean;
    readonly events: HookEvents;
  },
  signal: AbortSignal,
): Promise<void> {
  const { id, name, inPlace, events } = options;
  const { hooks } = engine.config;
  const command = dueAfterStart(hooks, { inPlace });
  if (hooks === undefined || command === undefined) return;
  const [container] = await inspectContainers(engine.docker, [id], signal);
  if (container !== undefined) keepSecrets(engine, container);
  const run = { ...events, name: "after_start", command, timeoutMs: hooks.timeoutMs } as const;
  await runHook(engine, { ...run, container: { id, name } }, signal);
  if (container !== undefined) await renameContainer(engine, { container, name }, signal);
}
