import type { ContainerDefinition, Service, Task } from "@aws-sdk/client-ecs";
import { type HookCommand, type HookEnd, hookFailure } from "../../../environments/core/environment/hooks.ts";
import { parseServiceName } from "../../../environments/core/environment/names.ts";
import type { RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import { hiddenValues } from "../../../environments/core/environment/variables.ts";
import type { HookEvents } from "../../../environments/ports/hook_events.ts";
import { AppError } from "../../../lib/errors.ts";
import { formatSpan } from "../../../lib/duration.ts";
import { parseFullSha, type ServiceName, type ShortSha } from "../../../lib/ids.ts";
import { type EcsDependencies, TASK_POLL_MS } from "../dependencies.ts";
import { removeDefinitions } from "../deploy/definitions.ts";
import { classifyStoppedTask } from "../deploy/stopped_task.ts";
import { familyOf } from "../deploy/task_definition.ts";
import { lastPart, readTags, tagList } from "../sdk/shapes.ts";
import type { Tags } from "../tags.ts";
import { BEFORE_STOP, beforeStopDefinition, HOOK_FAMILY_SUFFIX, logStreamOf } from "./hook_container.ts";
import { HookLog } from "./hook_log.ts";

/** The mark of the tasks that Showtime runs, beside their tags. */
const STARTED_BY = "showtime-hook";
/** How long Fargate may take to start the task. */
const START_LIMIT_MS = 5 * 60_000;
/** The tags that a hook's definition and task take over from the application's definition. */
const IDENTITY = [
  "showtime_managed",
  "pr",
  "sha",
  "showtime_repo",
  "showtime_repo_id",
  "showtime_created",
] as const;

/** A service that is about to be removed. */
export interface Leaving extends RepositoryIdentity {
  /** The epoch of the lock under which it is removed. */
  readonly epoch: number;
  readonly name: ServiceName;
  readonly service: Service;
  readonly events: HookEvents | undefined;
}

/**
 * Runs `before_stop` as a task of its own and waits for its end. If an earlier run started the task, that task is
 * waited for. A failure is reported and keeps nothing alive; only an abort is thrown.
 */
export async function runBeforeStop(
  deps: EcsDependencies,
  of: Leaving,
  signal: AbortSignal,
): Promise<void> {
  const { hooks } = deps.config;
  if (hooks?.beforeStop === undefined) return;
  try {
    await runAndWait(deps, { ...of, command: hooks.beforeStop, timeoutMs: hooks.timeoutMs }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    of.events?.onHookFailed?.(error);
  }
}

/** Removes the definitions of a service's hooks. */
export async function removeHookDefinitions(
  deps: EcsDependencies,
  of: RepositoryIdentity & { readonly epoch: number; readonly service: ServiceName },
  signal: AbortSignal,
): Promise<void> {
  const family = hookFamilyOf(deps, of.service);
  if (deps.config.hooks?.beforeStop === undefined || family === undefined) return;
  await removeDefinitions(deps, { ...of, family, keep: [] }, signal);
}

function hookFamilyOf({ config }: EcsDependencies, service: ServiceName): string | undefined {
  const parts = parseServiceName(service);
  return parts && `${familyOf(config.cluster, parts.pr)}${HOOK_FAMILY_SUFFIX}`;
}

async function runAndWait(
  deps: EcsDependencies,
  of: Leaving & { readonly command: HookCommand; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await deps.aws.ecs;
  const family = hookFamilyOf(deps, of.name);
  const short = parseServiceName(of.name)?.short;
  const found = await ecs.definitions.describe(of.service.taskDefinition ?? "", signal);
  const application = found?.definition.containerDefinitions?.find(({ name }) =>
    name === deps.config.container
  );
  if (found === undefined || application === undefined || family === undefined || short === undefined) {
    const end = {
      kind: "broken",
      state: "the task definition of the service is gone, so the command was not run",
      hint: "Do by hand what the command does, if it is still needed",
    } as const;
    throw hookFailure("before_stop", { place: of.name, end, output: [] });
  }
  const lines = (application.environment ?? []).map(({ name, value }) => `${name}=${value}`);
  for (const value of hiddenValues(lines, deps.config.variables)) deps.keepSecret(value);
  const output = of.events?.onHook?.(`Running before_stop for ${of.name}`);
  try {
    const task = await findRunning(deps, { family, short }, signal) ?? await start(deps, {
      ...of,
      family,
      short,
      definition: beforeStopDefinition(found.definition, {
        family,
        application,
        command: of.command,
        tags: tagsOf(found.tags, of.epoch),
      }),
    }, signal);
    const log = new HookLog(deps, { stream: streamOf(application, task), output });
    const end = await waitForEnd(deps, { task, log, timeoutMs: of.timeoutMs }, signal);
    const tail = await log.end(signal);
    if (end.kind === "exit" && end.code === 0) return;
    throw hookFailure("before_stop", { place: of.name, end, output: tail });
  } finally {
    output?.end();
  }
}

function streamOf(application: ContainerDefinition, task: string) {
  return logStreamOf(application, { name: BEFORE_STOP, taskId: lastPart(task) });
}

function tagsOf(tags: Tags, epoch: number): Tags {
  const kept = IDENTITY.flatMap((key) => tags[key] === undefined ? [] : [[key, tags[key]] as const]);
  return { ...Object.fromEntries(kept), showtime_epoch: String(epoch) };
}

/** Finds the task that an earlier run started for the same commit and that still runs. */
async function findRunning(
  deps: EcsDependencies,
  { family, short }: { readonly family: string; readonly short: ShortSha },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { hookTasks } = await deps.aws.ecs;
  const arns = await hookTasks.running(family, signal);
  const tasks = arns.length === 0 ? [] : await hookTasks.describe(arns, signal);
  return tasks.find((each) => parseFullSha(readTags(each.tags)["sha"] ?? "")?.startsWith(short) === true)
    ?.taskArn;
}

/** Registers the definition and runs it. The client token makes a repeated request return the same task. */
async function start(
  deps: EcsDependencies,
  of: Leaving & {
    readonly family: string;
    readonly short: ShortSha;
    readonly definition: ReturnType<typeof beforeStopDefinition>;
  },
  signal: AbortSignal,
): Promise<string> {
  const ecs = await deps.aws.ecs;
  const taskDefinition = await ecs.definitions.register(of.definition, signal);
  const { pr } = parseServiceName(of.name) ?? {};
  return await ecs.hookTasks.run({
    taskDefinition,
    launchType: "FARGATE",
    networkConfiguration: of.service.networkConfiguration,
    startedBy: STARTED_BY,
    clientToken: `st-${pr}-${of.short}-${of.epoch.toString(36)}-before-stop`,
    tags: of.definition.tags ?? tagList({}),
  }, signal);
}

/** Waits for the end of a task, and stops the task at the time limit. */
async function waitForEnd(
  deps: EcsDependencies,
  of: { readonly task: string; readonly log: HookLog; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<HookEnd> {
  const { clock } = deps;
  const { hookTasks } = await deps.aws.ecs;
  const begun = clock.now();
  let since: number | undefined;
  for (;;) {
    const [task] = await hookTasks.describe([of.task], signal);
    const end = endOf(task);
    if (end !== undefined) return end;
    const now = clock.now();
    if (task?.lastStatus === "RUNNING") {
      since ??= now;
      await of.log.read(signal);
    }
    const limit = since === undefined ? begun + START_LIMIT_MS : since + of.timeoutMs;
    if (now >= limit) {
      await hookTasks.stop(of.task, { reason: "The time limit of the hook before_stop is over" }, signal);
      return since === undefined ? notStarted(now - begun) : { kind: "timeout", afterMs: of.timeoutMs };
    }
    await clock.sleep(Math.min(TASK_POLL_MS, limit - now), signal);
  }
}

function endOf(task: Task | undefined): HookEnd | undefined {
  if (task?.lastStatus !== "STOPPED") return undefined;
  const code = task.containers?.find(({ name }) => name === BEFORE_STOP)?.exitCode;
  if (code !== undefined) return { kind: "exit", code };
  const failure = classifyStoppedTask(task, BEFORE_STOP);
  return {
    kind: "broken",
    state: failure?.state ?? "its task was stopped",
    hint: failure?.hint ?? "Do by hand what the command does, if it is still needed",
  };
}

function notStarted(waitedMs: number): HookEnd {
  return {
    kind: "broken",
    state: `its task did not start within ${formatSpan(waitedMs)} and was stopped`,
    hint: "Look at the task in the AWS Console; do by hand what the command does, if it is still needed",
  };
}
