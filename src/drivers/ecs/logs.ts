import type { Task } from "@aws-sdk/client-ecs";
import { AppError } from "../../lib/errors.ts";
import type { ServiceName } from "../../lib/ids.ts";
import type { EcsDependencies } from "./dependencies.ts";
import type { LogStream } from "./sdk/logs.ts";
import { lastPart } from "./sdk/shapes.ts";
import { tasksOf } from "./deploy/tasks.ts";
import { keepSecrets } from "./deploy/variables.ts";

/** How often a followed log is read, in milliseconds: a line takes about as long to arrive in CloudWatch. */
const FOLLOW_POLL_MS = 5000;
/** The most events that CloudWatch returns in one page. */
const PAGE_LINES = 10_000;
/** The number of consecutive empty pages after which the log counts as read to its end. */
const EMPTY_PAGES = 5;

/**
 * Reads a service's log line by line. With `follow`, it continues from task to task until `signal` aborts.
 */
export async function* readLogs(
  deps: EcsDependencies,
  options: { readonly service: ServiceName; readonly tail: number | undefined; readonly follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const { service, tail, follow } = options;
  const first = await newestTask(deps, service, signal);
  if (first === undefined) {
    throw new AppError("environment_not_found", `Reading the log of "${service}": it has no task`, {
      hint: "`showtime list` shows what runs",
    });
  }
  await keepSecrets(deps, first.taskDefinitionArn, signal);
  let task = first;
  let token: string | undefined;
  if (tail !== undefined) {
    const end = await lastLines(deps, { task, count: tail }, signal);
    yield* end.lines;
    if (!follow) return;
    token = end.forward;
  }
  while (!signal.aborted) {
    const page = await nextPage(deps, { task, token }, signal);
    yield* page.lines;
    const ended = page.forward === token || page.forward === undefined;
    token = page.forward ?? token;
    if (!ended) continue;
    if (!follow) return;
    await deps.clock.sleep(FOLLOW_POLL_MS, signal).catch(() => {});
    if (signal.aborted) return;
    const newest = await newestTask(deps, service, signal);
    if (newest === undefined) return;
    if (newest.taskArn !== task.taskArn && newest.lastStatus === "RUNNING") {
      await keepSecrets(deps, newest.taskDefinitionArn, signal);
      [task, token] = [newest, undefined];
    }
  }
}

/** Reads the last lines of a task's log for the report of a failure; returns no lines if AWS refuses. */
export async function logTail(
  deps: EcsDependencies,
  { task, count }: { readonly task: Task; readonly count: number },
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const first = await lastLines(deps, { task, count }, signal);
    if (first.lines.length > 0) return first.lines;
    // The last lines of a container take a moment to arrive in CloudWatch.
    await deps.clock.sleep(FOLLOW_POLL_MS, signal);
    return (await lastLines(deps, { task, count }, signal)).lines;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) return [];
    throw error;
  }
}

interface LogLines {
  readonly lines: readonly string[];
  readonly forward: string | undefined;
}

/** Reads backwards page by page: CloudWatch may return empty pages before one that has lines. */
async function lastLines(
  deps: EcsDependencies,
  { task, count }: { readonly task: Task; readonly count: number },
  signal: AbortSignal,
): Promise<LogLines> {
  const logs = await deps.aws.logs;
  const stream = streamOf(deps, task);
  let lines: readonly string[] = [];
  let forward: string | undefined;
  let token: string | undefined;
  for (let empty = 0; lines.length < count && empty < EMPTY_PAGES;) {
    const from = token === undefined ? "end" as const : { token };
    const limit = Math.max(1, Math.min(PAGE_LINES, count - lines.length));
    const page = await logs.lines({ ...stream, from, limit }, signal);
    if (page === undefined) break;
    forward ??= page.forward;
    lines = [...page.lines, ...lines];
    empty = page.lines.length === 0 ? empty + 1 : 0;
    if (page.backward === undefined || page.backward === token) break;
    token = page.backward;
  }
  return { lines: (count === 0 ? [] : lines.slice(-count)).map(deps.redact), forward };
}

async function nextPage(
  deps: EcsDependencies,
  { task, token }: { readonly task: Task; readonly token: string | undefined },
  signal: AbortSignal,
): Promise<LogLines> {
  const logs = await deps.aws.logs;
  const from = token === undefined ? "beginning" as const : { token };
  const page = await logs.lines({ ...streamOf(deps, task), from }, signal);
  return { lines: (page?.lines ?? []).map(deps.redact), forward: page?.forward };
}

/**
 * Returns the log stream of the application's container, from the built-in definition or from the template.
 */
function streamOf(deps: EcsDependencies, task: Task): LogStream {
  const { config } = deps;
  const own = config.template?.containerDefinitions.find((each) => each.name === config.container)
    ?.logConfiguration;
  const group = own?.options?.["awslogs-group"] ?? (own === undefined ? config.logGroup : undefined);
  const prefix = own === undefined ? "ecs" : own.options?.["awslogs-stream-prefix"];
  if (group === undefined || prefix === undefined) {
    throw new AppError(
      "log_elsewhere",
      `Reading the log: the task definition sends it through "${
        own?.logDriver ?? "no log driver"
      }", not to a CloudWatch log group with a stream prefix`,
      {
        hint: "Use the log driver awslogs with awslogs-group and awslogs-stream-prefix, or set ecs.log_group",
      },
    );
  }
  return { group, stream: `${prefix}/${config.container}/${lastPart(task.taskArn ?? "")}` };
}

/** Returns the newest running task; if none runs, the newest stopped one. */
async function newestTask(
  deps: EcsDependencies,
  service: ServiceName,
  signal: AbortSignal,
): Promise<Task | undefined> {
  const running = await tasksOf(deps, { service, status: "RUNNING" }, signal);
  const [newest] = [...running.filter((task) => task.lastStatus === "RUNNING"), ...running];
  return newest ?? (await tasksOf(deps, { service, status: "STOPPED" }, signal))[0];
}
