import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { Awslogs } from "../awslogs.ts";
import type { Clients } from "../clients.ts";
import type { ContainerRecord, TaskRecord } from "../records.ts";
import { applicationOf, type RunningTask, type TaskRunner, TaskStartError } from "./task_runner.ts";

/** Plays the containers of one task that wait for a healthy application and whose end stops nothing. */
export class BesideContainers {
  readonly #task: TaskRecord;
  readonly #runner: TaskRunner;
  readonly #clients: Clients;
  readonly #running: RunningTask[] = [];
  readonly #ends: Promise<void>[] = [];
  #begun = false;

  constructor(task: TaskRecord, tools: { readonly runner: TaskRunner; readonly clients: Clients }) {
    this.#task = task;
    this.#runner = tools.runner;
    this.#clients = tools.clients;
    for (const { name } of besideOf(task)) this.#record(name).status = "PENDING";
  }

  /** Starts them, once: a check of the application has succeeded. */
  async start(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    for (const definition of besideOf(this.#task)) await this.#start(definition);
  }

  async #start(definition: ContainerDefinition): Promise<void> {
    const record = this.#record(definition.name);
    const log = new Awslogs(this.#clients.logs, {
      taskId: this.#task.id,
      definition: { ...this.#task.definition, containerDefinitions: [definition] },
      ip: this.#task.ip,
    });
    try {
      await log.open();
      const running = await this.#runner.runBeside(definition, {
        taskId: this.#task.id,
        definition: this.#task.definition,
        ip: this.#task.ip,
        log: (line) => log.write(line),
      });
      record.status = "RUNNING";
      this.#running.push(running);
      this.#ends.push(running.ended.then(async ({ exitCode, reason }) => {
        await log.flush();
        Object.assign(record, { exitCode, reason, status: "STOPPED" });
      }));
    } catch (error) {
      if (!(error instanceof TaskStartError)) throw error;
      Object.assign(record, { reason: error.message, status: "STOPPED" });
    }
  }

  #record(name: string | undefined): ContainerRecord {
    const record = this.#task.containers.find((each) => each.name === name);
    if (record === undefined) throw new Error(`Playing ${this.#task.arn}: it has no container ${name}`);
    return record;
  }

  /** Ends what still runs. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.map((each) => each.stop()));
    await Promise.all(this.#ends);
  }
}

function besideOf({ definition }: TaskRecord): readonly ContainerDefinition[] {
  const application = applicationOf(definition).name;
  return (definition.containerDefinitions ?? []).filter(({ essential, dependsOn = [] }) =>
    essential === false &&
    dependsOn.some((each) => each.containerName === application && each.condition === "HEALTHY")
  );
}
