import {
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Task,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { Clients } from "../clients.ts";
import { hasCheck, taskHealth } from "../rules/overlays.ts";
import { type Records, requestStop, type ServiceRecord, type TaskRecord } from "../records.ts";
import { makeTaskRecord } from "./make_task_record.ts";
import { Rollouts } from "./rollouts.ts";
import { ScriptedFailures, SENTENCES } from "./scripted_failures.ts";
import { TaskLife } from "./task_life.ts";
import type { TaskRunner } from "./task_runner.ts";

/** How long things take, in machine milliseconds. */
export interface FargateDelays {
  /** How often the scheduler looks at its services. */
  readonly stepMs: number;
  readonly provisionMs: number;
  readonly deprovisionMs: number;
  /** Between a task that failed, or found no room, and the next. */
  readonly retryMs: number;
  /** How often a health check is run. */
  readonly healthMs: number;
  /** How long tasks must have run before a deployment is completed: one that ends at once has failed. */
  readonly steadyMs: number;
  /** How long an old task stays beside a healthy new one. */
  readonly drainMs: number;
  /** How much faster than a definition's own words its health check gives up. */
  readonly speed: number;
}

export const USUAL_DELAYS: FargateDelays = {
  stepMs: 20,
  provisionMs: 40,
  deprovisionMs: 60,
  retryMs: 150,
  healthMs: 60,
  steadyMs: 400,
  drainMs: 1500,
  speed: 120,
};

/** What a scheduler is made of. */
export interface FargateOptions {
  /** Straight to moto. */
  readonly clients: Clients;
  readonly runner: TaskRunner;
  readonly delays: FargateDelays;
  /** Failed tasks of one deployment after which the circuit breaker goes off. */
  readonly breakerThreshold: number;
  /** Nothing happens by itself, only while somebody waits for {@link Fargate.rest}. */
  readonly stepped: boolean;
}

/** Plays the scheduler of services: every active service of the records has its tasks. */
export class Fargate {
  readonly failures = new ScriptedFailures();
  readonly #records: Records;
  readonly #options: FargateOptions;
  readonly #rollouts: Rollouts;
  readonly #definitions = new Map<string, TaskDefinition>();
  readonly #lives = new Map<TaskRecord, Promise<void>>();
  readonly #troubles: unknown[] = [];
  #standIn: Promise<string | undefined> | undefined;
  readonly #loop: Promise<void>;
  #on = true;

  constructor(records: Records, options: FargateOptions) {
    this.#records = records;
    this.#options = options;
    this.#rollouts = new Rollouts(records, {
      steadyMs: options.delays.steadyMs,
      drainMs: options.delays.drainMs,
      threshold: options.breakerThreshold,
    });
    this.#loop = options.stepped ? Promise.resolve() : this.#run();
  }

  async #run(): Promise<void> {
    while (this.#on) {
      await this.#step();
      await new Promise((resolve) => setTimeout(resolve, this.#options.delays.stepMs));
    }
  }

  async #step(): Promise<void> {
    try {
      await Promise.all(this.#records.services().map((service) => this.#look(service)));
    } catch (error) {
      // A test that fails because of this is told by dispose().
      this.#troubles.push(error);
    }
  }

  /** Has everything happen that is due by now, to where nothing changes any more before time passes. */
  async rest(): Promise<void> {
    for (let before = ""; this.#troubles.length === 0;) {
      await this.#step();
      const now = this.#picture();
      if (now === before && [...this.#lives.keys()].every(isSteady)) return;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Everything about services and tasks that moves. */
  #picture(): string {
    return JSON.stringify([
      this.#records.services().map(({ status, deployments }) => [
        status,
        deployments.map(({ id, rolloutState, failedTasks }) => [id, rolloutState, failedTasks]),
      ]),
      [...this.#lives.keys()].map(({ id, lastStatus, containers }) => [
        id,
        lastStatus,
        ...containers.map(({ status }) => status),
      ]),
    ]);
  }

  async #look(service: ServiceRecord): Promise<void> {
    const missing = this.#rollouts.look(service);
    const [primary] = service.deployments;
    if (primary === undefined || missing <= 0) return;
    for (const kind of ["capacity", "quota"] as const) {
      if (!this.failures.take(kind)) continue;
      primary.notBefore = this.#records.elapsed() + this.#options.delays.retryMs;
      return this.#records.addEvent(service, SENTENCES[kind]);
    }
    for (let left = missing; left > 0; left--) await this.#startTask(service);
  }

  async #startTask(service: ServiceRecord): Promise<void> {
    const [deployment] = service.deployments;
    if (deployment === undefined) return;
    const { ecs } = this.#options.clients;
    const definition = await this.#definition(deployment.taskDefinition).catch((error) => {
      // It was deleted with its service, or went with an update, while it was asked for.
      if (service.status === "ACTIVE" && service.deployments[0] === deployment) throw error;
    });
    if (definition === undefined) return;
    const { tasks = [] } = await ecs.send(
      new RunTaskCommand({
        cluster: service.cluster,
        taskDefinition: await this.#knownToMoto(definition),
        launchType: "FARGATE",
        group: `service:${service.name}`,
        startedBy: deployment.id,
        networkConfiguration: service.network,
        tags: tagsFor(service),
      }),
    );
    const arn = tasks[0]?.taskArn ?? "";
    const task: TaskRecord = {
      ...makeTaskRecord(arn, { definition, createdAt: this.#records.now() }),
      service,
      deployment,
    };
    this.#records.addTask(task);
    this.#records.addEvent(service, `has started 1 tasks: (task ${task.id}).`);
    this.play(task, interfaceOf(tasks[0]));
  }

  /**
   * moto fails at a container without memory, which Fargate takes where the task has some. A definition of the scheduler's
   * own stands in there: what is said of the task is laid over.
   */
  async #knownToMoto(
    { containerDefinitions = [], taskDefinitionArn }: TaskDefinition,
  ): Promise<string | undefined> {
    const whole = containerDefinitions.every(({ memory, memoryReservation }) =>
      memory !== undefined || memoryReservation !== undefined
    );
    if (whole) return taskDefinitionArn;
    this.#standIn ??= this.#options.clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "stand-in",
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        containerDefinitions: [{ name: "stand-in", image: "stand-in", memory: 512 }],
      }),
    ).then((made) => made.taskDefinition?.taskDefinitionArn);
    return await this.#standIn;
  }

  /** A revision never changes: it is asked for once. */
  async #definition(taskDefinition: string): Promise<TaskDefinition> {
    const known = this.#definitions.get(taskDefinition);
    if (known !== undefined) return known;
    const described = await this.#options.clients.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition }),
    );
    const definition = described.taskDefinition;
    if (definition === undefined) throw new Error(`Starting a task: no ${taskDefinition}`);
    this.#definitions.set(taskDefinition, definition);
    return definition;
  }

  /** Plays a task to its end; `networkInterface` is the id of the one that moto made for it. */
  play(task: TaskRecord, networkInterface: string): void {
    const { clients, runner, delays } = this.#options;
    const setting = {
      records: this.#records,
      clients,
      runner,
      delays,
      failures: this.failures,
      isEnding: () => !this.#on,
    };
    const life = new TaskLife(setting, task, networkInterface).play().catch((error) => {
      this.#troubles.push(error);
    }).finally(() => {
      this.#rollouts.ended(task, delays.retryMs);
      this.#lives.delete(task);
    });
    this.#lives.set(task, life);
  }

  /** Stops every task and waits until nothing of them is left. Throws what went wrong in the scheduler itself. */
  async dispose(): Promise<void> {
    this.#on = false;
    await this.#loop;
    for (const service of this.#records.services()) {
      service.status = "INACTIVE";
      this.#rollouts.stopAll(service);
    }
    for (const task of this.#lives.keys()) {
      if (task.alone === undefined) continue;
      requestStop(task, { code: "UserInitiated", reason: "The world ends", at: this.#records.now() });
    }
    await Promise.all(this.#lives.values());
    await this.#options.runner.dispose();
    if (this.#troubles.length > 0) throw this.#troubles[0];
  }
}

/** A task that stays as it is until something is asked of it. The command of a hook ends by itself. */
function isSteady(task: TaskRecord): boolean {
  const works = task.alone !== undefined ||
    task.containers.some(({ status = "STOPPED" }) => status !== "STOPPED");
  return !works && task.desiredStatus === "RUNNING" && task.lastStatus === "RUNNING" &&
    (!hasCheck(task) || taskHealth(task) !== "UNKNOWN");
}

function tagsFor(service: ServiceRecord) {
  return [
    ...(service.managedTags
      ? [{ key: "aws:ecs:serviceName", value: service.name }, {
        key: "aws:ecs:clusterName",
        value: service.cluster,
      }]
      : []),
    ...(service.propagateTags === "SERVICE" ? service.tags : []),
  ];
}

function interfaceOf(task: Task | undefined): string {
  const details = task?.attachments?.[0]?.details ?? [];
  return details.find(({ name }) => name === "networkInterfaceId")?.value ?? "";
}
