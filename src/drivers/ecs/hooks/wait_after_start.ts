import type { Container, ContainerDefinition, Task } from "@aws-sdk/client-ecs";
import { type HookEnd, hookFailure } from "../../../environments/core/environment/hooks.ts";
import type { HookEvents, HookOutput } from "../../../environments/ports/hook_events.ts";
import { formatSpan } from "../../../lib/duration.ts";
import { AppError } from "../../../lib/errors.ts";
import type { ServiceName } from "../../../lib/ids.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { type EcsDependencies, TASK_POLL_MS } from "../dependencies.ts";
import { classifyStoppedTask } from "../deploy/stopped_task.ts";
import { tasksOf } from "../deploy/tasks.ts";
import { logTail } from "../logs.ts";
import { lastPart } from "../sdk/shapes.ts";
import { sameRevision } from "../service_view.ts";
import { AFTER_START, logStreamOf } from "./hook_container.ts";
import { HookLog } from "./hook_log.ts";

/** The hook to wait for. */
export interface AwaitedHook {
  readonly service: ServiceName;
  /** The revision whose task runs the command. */
  readonly definition: string;
  /** The container of the hook in that revision. */
  readonly container: ContainerDefinition;
  readonly timeoutMs: number;
  readonly events: HookEvents;
}

/**
 * Waits until the command `after_start` has ended in the newest task of a revision. Throws AppError `hook_failed` if
 * it did not succeed, and the failure of the task if the task ended.
 */
export async function waitAfterStart(
  deps: EcsDependencies,
  what: AwaitedHook,
  signal: AbortSignal,
): Promise<void> {
  const output = what.events.onHook?.(`Running after_start in ${what.service}`);
  try {
    await wait(deps, { ...what, output }, signal);
  } finally {
    output?.end();
  }
}

/** A task with the log of its hook and the time since which the command runs. */
interface Watched {
  readonly arn: string;
  readonly log: HookLog;
  since: number | undefined;
}

async function wait(
  deps: EcsDependencies,
  what: AwaitedHook & { readonly output: HookOutput | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { clock, config } = deps;
  const started = clock.now();
  let watched: Watched | undefined;
  for (;;) {
    const task = await newestTask(deps, what, signal);
    if (task === undefined) await assertNoFailure(deps, what, signal);
    else if (watched?.arn !== task.taskArn) {
      // ECS replaced the task, and the new task runs the command anew.
      watched = { arn: task.taskArn ?? "", log: logOf(deps, { ...what, task }), since: undefined };
    }
    const container = task?.containers?.find(({ name }) => name === AFTER_START);
    if (container?.lastStatus !== "PENDING") await watched?.log.read(signal);
    const now = clock.now();
    if (container?.lastStatus === "RUNNING" && watched !== undefined) watched.since ??= now;
    const limit = watched?.since === undefined
      ? started + config.health.timeoutMs
      : watched.since + what.timeoutMs;
    const end = endOf(container) ??
      (now >= limit ? overtime(watched?.since, { what, waitedMs: now - started }) : undefined);
    if (end !== undefined) {
      const tail = await watched?.log.end(signal) ?? [];
      if (end.kind === "exit" && end.code === 0) return;
      throw hookFailure("after_start", { place: what.service, end, output: tail });
    }
    await clock.sleep(Math.min(TASK_POLL_MS, limit - now), signal);
  }
}

function logOf(
  deps: EcsDependencies,
  { task, container, output }: {
    readonly task: Task;
    readonly container: ContainerDefinition;
    readonly output: HookOutput | undefined;
  },
): HookLog {
  const taskId = lastPart(task.taskArn ?? "");
  return new HookLog(deps, { stream: logStreamOf(container, { name: AFTER_START, taskId }), output });
}

async function newestTask(
  deps: EcsDependencies,
  { service, definition }: AwaitedHook,
  signal: AbortSignal,
): Promise<Task | undefined> {
  const tasks = await tasksOf(deps, { service, status: "RUNNING" }, signal);
  return tasks.find((each) => sameRevision(each.taskDefinitionArn, definition));
}

/** Throws the failure of a task that ended while its hook was waited for. */
async function assertNoFailure(
  deps: EcsDependencies,
  { service, definition }: AwaitedHook,
  signal: AbortSignal,
): Promise<void> {
  for (const task of await tasksOf(deps, { service, status: "STOPPED" }, signal)) {
    if (!sameRevision(task.taskDefinitionArn, definition)) continue;
    const failure = classifyStoppedTask(task, deps.config.container);
    if (failure === undefined) continue;
    throw new AppError(failure.code, `Running after_start for "${service}": ${failure.state}`, {
      hint: failure.hint,
      logTail: await logTail(deps, { task, count: 50 }, signal),
    });
  }
}

/** Returns the end of the command; undefined while its container waits or runs. */
function endOf(container: Container | undefined): HookEnd | undefined {
  if (container?.lastStatus !== "STOPPED") return undefined;
  if (container.exitCode !== undefined) return { kind: "exit", code: container.exitCode };
  const reason = stripControls((container.reason ?? "ECS gives no reason").replace(/\s+/g, " ")).slice(
    0,
    300,
  );
  return {
    kind: "broken",
    state: `the command was not started (${reason})`,
    hint: "A line needs the shell sh in the image, and a list of words needs its program",
  };
}

function overtime(
  since: number | undefined,
  { what, waitedMs }: { readonly what: AwaitedHook; readonly waitedMs: number },
): HookEnd {
  if (since !== undefined) return { kind: "timeout", afterMs: what.timeoutMs };
  return {
    kind: "broken",
    state: `ECS did not start the container of the command within ${formatSpan(waitedMs)}`,
    hint: "It starts when the health check in the container succeeds: check environment.health.command",
  };
}
