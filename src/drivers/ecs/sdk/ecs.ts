import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  type LoadBalancer,
  type NetworkConfiguration,
  type Service,
  TagResourceCommand,
  type Task,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import type { Attempt } from "../errors.ts";
import type { Tags } from "../tags.ts";
import { call, callForSome } from "./call.ts";
import { clientOptions, type ClientSetup } from "./client.ts";
import { HookTaskCalls } from "./hook_tasks.ts";
import { inChunks, readPages } from "./paging.ts";
import { lastPart, tagList } from "./shapes.ts";
import { TaskDefinitionCalls } from "./task_definitions.ts";

/** AWS's limits: the most services or tasks that one call describes, and the most entries of one page. */
const SERVICES_A_CALL = 10;
const TASKS_A_CALL = 100;
const PAGE = 100;

/** The tasks to list: those of one service, or of the whole cluster. */
export interface TaskScope {
  readonly service?: string;
  readonly status: "RUNNING" | "STOPPED";
}

/**
 * The ECS calls that Showtime makes in one cluster. Lists are read to their end unless a number of pages is
 * given.
 */
export class EcsCalls {
  readonly #client: ECSClient;
  readonly #region: string;
  readonly cluster: string;
  readonly definitions: TaskDefinitionCalls;
  readonly hookTasks: HookTaskCalls;

  constructor(options: ClientSetup & { readonly region: string; readonly cluster: string }) {
    this.#client = new ECSClient(clientOptions(options.region, options));
    this.#region = options.region;
    this.cluster = options.cluster;
    this.definitions = new TaskDefinitionCalls(this.#client, options.region);
    this.hookTasks = new HookTaskCalls(this.#client, options);
  }

  #attempt(action: string, name: string): Attempt {
    return { action, permission: `ecs:${name}`, region: this.#region, cluster: this.cluster };
  }

  /** Lists the names of the cluster's services, in AWS's order. */
  async serviceNames(signal: AbortSignal): Promise<readonly string[]> {
    const arns = await readPages(async (nextToken) => {
      const page = await call(
        this.#attempt("Listing services", "ListServices"),
        () =>
          this.#client.send(
            new ListServicesCommand({ cluster: this.cluster, maxResults: PAGE, nextToken }),
            { abortSignal: signal },
          ),
        signal,
      );
      return { items: page.serviceArns ?? [], nextToken: page.nextToken };
    });
    return arns.map(lastPart);
  }

  /** Describes services by name, with their tags. Services that do not exist are left out. */
  async services(names: readonly string[], signal: AbortSignal): Promise<readonly Service[]> {
    return await inChunks(names, {
      size: SERVICES_A_CALL,
      act: async (services) => {
        const found = await call(
          this.#attempt("Describing services", "DescribeServices"),
          () =>
            this.#client.send(
              new DescribeServicesCommand({ cluster: this.cluster, services, include: ["TAGS"] }),
              { abortSignal: signal },
            ),
          signal,
        );
        return found.services ?? [];
      },
    });
  }

  /** Describes one service by name, with its tags; returns undefined if it does not exist. */
  async service(name: string, signal: AbortSignal): Promise<Service | undefined> {
    const found = await this.services([name], signal);
    // A new service may have the name of an inactive one.
    return found.find((each) => each.serviceName === name && each.status !== "INACTIVE") ??
      found.find((each) => each.serviceName === name);
  }

  async createService(
    input: Omit<CreateServiceCommandInput, "cluster">,
    signal: AbortSignal,
  ): Promise<Service | undefined> {
    const made = await call(
      this.#attempt(`Creating the service "${input.serviceName}"`, "CreateService"),
      () =>
        this.#client.send(new CreateServiceCommand({ ...input, cluster: this.cluster }), {
          abortSignal: signal,
        }),
      signal,
    );
    return made.service;
  }

  /**
   * Changes a service to a revision, and to other subnets, security groups and target groups if they are
   * given. If the deployment of that revision still runs, ECS resumes it without a new task.
   */
  async updateService(
    change: {
      readonly service: string;
      readonly taskDefinition: string;
      readonly networkConfiguration?: NetworkConfiguration | undefined;
      readonly loadBalancers?: LoadBalancer[] | undefined;
      readonly healthCheckGracePeriodSeconds?: number | undefined;
    },
    signal: AbortSignal,
  ): Promise<void> {
    await call(
      this.#attempt(`Updating the service "${change.service}"`, "UpdateService"),
      () =>
        this.#client.send(
          new UpdateServiceCommand({
            ...change,
            cluster: this.cluster,
            desiredCount: 1,
          }),
          { abortSignal: signal },
        ),
      signal,
    );
  }

  /** Changes how many tasks a service runs. Nothing else of it changes. */
  async scale(service: string, { tasks }: { readonly tasks: 0 | 1 }, signal: AbortSignal): Promise<void> {
    await call(
      this.#attempt(`Scaling the service "${service}" to ${tasks}`, "UpdateService"),
      () =>
        this.#client.send(
          new UpdateServiceCommand({ cluster: this.cluster, service, desiredCount: tasks }),
          { abortSignal: signal },
        ),
      signal,
    );
  }

  /** Begins to remove a service with its running task. If the service does not exist, that is success. */
  async deleteService(service: string, signal: AbortSignal): Promise<void> {
    await callForSome(
      {
        ...this.#attempt(`Removing the service "${service}"`, "DeleteService"),
        absent: ["ServiceNotFoundException", "ServiceNotActiveException"],
      },
      () =>
        this.#client.send(new DeleteServiceCommand({ cluster: this.cluster, service, force: true }), {
          abortSignal: signal,
        }),
      signal,
    );
  }

  async tag(arn: string, { tags }: { readonly tags: Tags }, signal: AbortSignal): Promise<void> {
    await call(
      this.#attempt(`Tagging ${lastPart(arn)}`, "TagResource"),
      () =>
        this.#client.send(new TagResourceCommand({ resourceArn: arn, tags: tagList(tags) }), {
          abortSignal: signal,
        }),
      signal,
    );
  }

  /** Lists the ARNs of tasks, at most `pages` pages of 100 if that is given. */
  async taskArns(
    scope: TaskScope & { readonly pages?: number },
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const { service, status, pages } = scope;
    return await readPages(async (nextToken) => {
      const page = await callForSome(
        {
          ...this.#attempt(
            service === undefined ? "Listing tasks" : `Listing tasks of "${service}"`,
            "ListTasks",
          ),
          absent: ["ServiceNotFoundException", "ServiceNotActiveException"],
        },
        () =>
          this.#client.send(
            new ListTasksCommand({
              cluster: this.cluster,
              serviceName: service,
              desiredStatus: status,
              maxResults: PAGE,
              nextToken,
            }),
            { abortSignal: signal },
          ),
        signal,
      );
      return { items: page?.taskArns ?? [], nextToken: page?.nextToken };
    }, pages);
  }

  async tasks(arns: readonly string[], signal: AbortSignal): Promise<readonly Task[]> {
    return await inChunks(arns, {
      size: TASKS_A_CALL,
      act: async (tasks) => {
        const found = await call(
          this.#attempt("Describing tasks", "DescribeTasks"),
          () =>
            this.#client.send(new DescribeTasksCommand({ cluster: this.cluster, tasks }), {
              abortSignal: signal,
            }),
          signal,
        );
        return found.tasks ?? [];
      },
    });
  }
}
