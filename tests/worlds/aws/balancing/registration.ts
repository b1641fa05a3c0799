import type { Records, TaskRecord } from "../records.ts";
import type { Balancing } from "./balancing_records.ts";

/** Registers a task that runs in the target groups of its service. */
export function register(balancing: Balancing, task: TaskRecord): void {
  for (const { targetGroupArn = "", containerPort = 0 } of task.service.loadBalancers) {
    balancing.register(targetGroupArn, { id: task.privateIp, port: containerPort, host: task.ip });
    task.groups = [...task.groups, targetGroupArn];
  }
}

/**
 * Takes a task out of its target groups and waits until the requests that it is answering are over, at most
 * for the group's delay. A group that no rule uses waits for nothing.
 */
export async function deregister(
  task: TaskRecord,
  { records, speed, isEnding }: {
    readonly records: Records;
    readonly speed: number;
    readonly isEnding: () => boolean;
  },
): Promise<void> {
  const { balancing } = records;
  await Promise.all(task.groups.map(async (arn) => {
    const group = balancing.groups.get(arn);
    const own = [...group?.targets ?? []].filter(([, { id }]) => id === task.privateIp);
    for (const [key, target] of own) {
      if (group === undefined || !balancing.isUsed(arn)) {
        group?.targets.delete(key);
        continue;
      }
      target.state = "draining";
      target.drainsUntil = records.elapsed() + group.deregistrationSeconds * 1000 / speed;
      while (!isEnding() && target.open > 0 && records.elapsed() < target.drainsUntil) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }));
}
