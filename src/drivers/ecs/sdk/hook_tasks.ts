import {
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { AppError } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { Attempt } from "../errors.ts";
import { call, callForSome } from "./call.ts";
import { inChunks, readPages } from "./paging.ts";
import { lastPart } from "./shapes.ts";

const TASKS_A_CALL = 100;
const PAGE = 100;

/** The calls about tasks that belong to no service. */
export class HookTaskCalls {
  readonly #client: ECSClient;
  readonly #region: string;
  readonly #cluster: string;

  constructor(client: ECSClient, place: { readonly region: string; readonly cluster: string }) {
    this.#client = client;
    this.#region = place.region;
    this.#cluster = place.cluster;
  }

  #attempt(action: string, name: string): Attempt {
    return { action, permission: `ecs:${name}`, region: this.#region, cluster: this.#cluster };
  }

  /** Runs one task and returns its ARN. The same client token returns the same task. */
  async run(input: Omit<RunTaskCommandInput, "cluster" | "count">, signal: AbortSignal): Promise<string> {
    const action = `Running a task of ${lastPart(input.taskDefinition ?? "")}`;
    const { tasks = [], failures = [] } = await call(
      this.#attempt(action, "RunTask"),
      () =>
        this.#client.send(new RunTaskCommand({ ...input, cluster: this.#cluster, count: 1 }), {
          abortSignal: signal,
        }),
      signal,
    );
    const arn = tasks[0]?.taskArn;
    if (arn !== undefined) return arn;
    const [failure] = failures;
    const reason = stripControls(failure?.reason ?? failure?.detail ?? "AWS gives no reason");
    throw new AppError("no_capacity", `${action}: AWS does not start it (${reason})`, {
      hint: "Name subnets in more availability zones in ecs.subnets, or run the command of the hook by hand",
    });
  }

  /** Lists the ARNs of the running tasks of a family. */
  async running(family: string, signal: AbortSignal): Promise<readonly string[]> {
    return await readPages(async (nextToken) => {
      const page = await call(
        this.#attempt(`Listing tasks of "${family}"`, "ListTasks"),
        () =>
          this.#client.send(
            new ListTasksCommand({
              cluster: this.#cluster,
              family,
              desiredStatus: "RUNNING",
              maxResults: PAGE,
              nextToken,
            }),
            { abortSignal: signal },
          ),
        signal,
      );
      return { items: page.taskArns ?? [], nextToken: page.nextToken };
    });
  }

  /** Describes tasks with their tags. A task that ECS no longer knows is left out. */
  async describe(arns: readonly string[], signal: AbortSignal): Promise<readonly Task[]> {
    return await inChunks(arns, {
      size: TASKS_A_CALL,
      act: async (tasks) => {
        const found = await call(
          this.#attempt("Describing tasks", "DescribeTasks"),
          () =>
            this.#client.send(
              new DescribeTasksCommand({ cluster: this.#cluster, tasks, include: ["TAGS"] }),
              { abortSignal: signal },
            ),
          signal,
        );
        return found.tasks ?? [];
      },
    });
  }

  /** Stops a task. A task that does not run any more is success. */
  async stop(arn: string, { reason }: { readonly reason: string }, signal: AbortSignal): Promise<void> {
    await callForSome(
      {
        ...this.#attempt(`Stopping the task ${lastPart(arn)}`, "StopTask"),
        absent: ["InvalidParameterException"],
      },
      () =>
        this.#client.send(new StopTaskCommand({ cluster: this.#cluster, task: arn, reason }), {
          abortSignal: signal,
        }),
      signal,
    );
  }
}
