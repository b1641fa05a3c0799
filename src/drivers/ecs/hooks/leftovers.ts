import {
  judgeOwner,
  notOurs,
  type RepositoryIdentity,
} from "../../../environments/core/environment/ownership.ts";
import type { PlatformLeftover } from "../../../environments/ports/platform.ts";
import { parsePrNumber } from "../../../lib/ids.ts";
import { arnOf, describeFamily, isOf } from "../deploy/definitions.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { lastPart, readTags } from "../sdk/shapes.ts";
import { sameRevision } from "../service_view.ts";
import { readOwner } from "../tags.ts";
import { HOOK_FAMILY_SUFFIX } from "./hook_container.ts";

/**
 * Lists the tasks and definitions of hooks that runs which died left. `families` are the names of all families with
 * Showtime's prefix; only those of hooks cost calls.
 */
export async function listHookLeftovers(
  deps: EcsDependencies,
  of: RepositoryIdentity & { readonly families: readonly string[]; readonly prefix: string },
  signal: AbortSignal,
): Promise<readonly PlatformLeftover[]> {
  const found: PlatformLeftover[] = [];
  for (const family of of.families) {
    const pr = family.startsWith(of.prefix) && family.endsWith(HOOK_FAMILY_SUFFIX)
      ? parsePrNumber(family.slice(of.prefix.length, -HOOK_FAMILY_SUFFIX.length))
      : undefined;
    if (pr === undefined) continue;
    // Definitions are read before tasks: a task that is started in between is seen, and its definition stays.
    const revisions = await describeFamily(deps, family, signal);
    const tasks = await runningTasks(deps, family, signal);
    for (const task of tasks) {
      const tags = readTags(task.tags);
      if (tags["showtime_managed"] !== "true" || judgeOwner(readOwner(tags), of) !== "own") continue;
      const id = task.taskArn ?? "";
      found.push({ id, what: `hook task ${lastPart(id)}`, pr, createdAt: task.createdAt?.getTime() });
    }
    for (const each of revisions) {
      const id = arnOf(each);
      if (each.tags["showtime_managed"] !== "true" || !isOf(each, of)) continue;
      if (tasks.some(({ taskDefinitionArn }) => sameRevision(taskDefinitionArn, id))) continue;
      const createdAt = each.definition.registeredAt?.getTime();
      found.push({ id, what: `task definition ${lastPart(id)}`, pr, createdAt });
    }
  }
  return found;
}

async function runningTasks(deps: EcsDependencies, family: string, signal: AbortSignal) {
  const { hookTasks } = await deps.aws.ecs;
  const arns = await hookTasks.running(family, signal);
  return arns.length === 0 ? [] : await hookTasks.describe(arns, signal);
}

/** Whether the id of a leftover is that of a task. */
export function isHookTask(id: string): boolean {
  return id.includes(":task/");
}

/** Stops a hook's task that still carries this repository's tags. A task that is gone is success. */
export async function stopHookTask(
  deps: EcsDependencies,
  of: RepositoryIdentity & { readonly id: string },
  signal: AbortSignal,
): Promise<void> {
  const { hookTasks } = await deps.aws.ecs;
  const [task] = await hookTasks.describe([of.id], signal);
  if (task === undefined || task.desiredStatus === "STOPPED") return;
  const tags = readTags(task.tags);
  if (tags["showtime_managed"] !== "true" || judgeOwner(readOwner(tags), of) !== "own") {
    throw notOurs(
      `Stopping the task ${lastPart(of.id)}: it does not carry this repository's tags`,
      "Leave it to its owner, or stop it in the AWS Console",
    );
  }
  await hookTasks.stop(of.id, { reason: "The run that started this hook has ended" }, signal);
}
