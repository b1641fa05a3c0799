import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { TextLineStream } from "../text_lines.ts";
import { runDocker, tryDocker } from "../../docker/images.ts";
import {
  applicationOf,
  type Launch,
  type RunningTask,
  type TaskEnd,
  type TaskRunner,
  TaskStartError,
} from "./task_runner.ts";

/** How containers are run. */
export interface ContainerRunnerOptions {
  /** A container gets this part of the memory that its definition names: Fargate's least is much for a test. */
  readonly memoryDivisor?: number;
}

/** Runs tasks as containers on the Docker engine, with their real exit codes and their real log. */
export function containerRunner(options: ContainerRunnerOptions = {}): TaskRunner {
  const { memoryDivisor = 16 } = options;
  const running = new Set<ContainerTask>();
  const keep = (task: ContainerTask): ContainerTask => {
    running.add(task);
    task.ended.finally(() => running.delete(task));
    return task;
  };
  return {
    async start(launch) {
      await findImage(applicationOf(launch.definition).image ?? "");
      return keep(await ContainerTask.run(launch, { memoryDivisor }));
    },
    async runBeside(own, launch) {
      const network = `container:showtime-task-${launch.taskId}`;
      return keep(await ContainerTask.run(launch, { memoryDivisor, own, network }));
    },
    async dispose() {
      await Promise.all([...running].map((task) => task.stop()));
    },
  };
}

/** Fetches an image that the engine does not have, where its name says from which registry. */
async function findImage(image: string): Promise<void> {
  if ((await tryDocker(["image", "inspect", image])).code === 0) return;
  const host = image.split("/")[0] ?? "";
  if (image.includes("/") && /[.:]/.test(host) && (await tryDocker(["pull", "--quiet", image])).code === 0) {
    return;
  }
  throw new TaskStartError(
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): " +
      `failed to resolve ref ${image}: ${image}: not found`,
  );
}

class ContainerTask implements RunningTask {
  readonly ended: Promise<TaskEnd>;
  readonly #name: string;
  readonly #launch: Launch;

  private constructor(launch: Launch, name: string) {
    this.#launch = launch;
    this.#name = name;
    this.ended = this.#untilEnded();
  }

  static async run(
    launch: Launch,
    with_: { readonly memoryDivisor: number; readonly own?: ContainerDefinition; readonly network?: string },
  ): Promise<ContainerTask> {
    const { definition, ip, taskId } = launch;
    const { memoryDivisor, own = applicationOf(definition) } = with_;
    const { entryPoint = [] } = own;
    const name = `showtime-task-${taskId}${with_.own === undefined ? "" : `-${own.name}`}`;
    const memory = Math.ceil((own.memory ?? Number(definition.memory ?? 512)) / memoryDivisor);
    const ports = (own.portMappings ?? []).map(({ containerPort = 80 }) => containerPort);
    const started = await tryDocker([
      "run",
      "--detach",
      "--name",
      name,
      "--memory",
      `${memory}m`,
      "--memory-swap",
      `${memory}m`,
      ...(with_.network === undefined ? [] : ["--network", with_.network]),
      ...ports.flatMap((port) => ["--publish", `${ip}:${port}:${port}`]),
      ...(own.environment ?? []).flatMap(({ name: key, value }) => ["--env", `${key}=${value}`]),
      ...entryPoint.slice(0, 1).flatMap((program) => ["--entrypoint", program]),
      own.image ?? "",
      ...entryPoint.slice(1),
      ...own.command ?? [],
    ]);
    if (started.code === 0) return new ContainerTask(launch, name);
    await tryDocker(["rm", "--force", "--volumes", name]);
    throw new TaskStartError(`CannotStartContainerError: ${started.stderr}`);
  }

  async #untilEnded(): Promise<TaskEnd> {
    const logs = this.#followLog();
    const exitCode = Number(await runDocker(["wait", this.#name]));
    await logs;
    const killed = await tryDocker(["inspect", "--format", "{{.State.OOMKilled}}", this.#name]);
    await tryDocker(["rm", "--force", "--volumes", this.#name]);
    const outOfMemory = killed.stdout === "true";
    return {
      exitCode,
      reason: outOfMemory ? "OutOfMemoryError: Container killed due to memory usage" : undefined,
    };
  }

  async #followLog(): Promise<void> {
    const child = new Deno.Command("docker", {
      args: ["logs", "--follow", this.#name],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await Promise.all([child.stdout, child.stderr].map((stream) => this.#hand(stream)));
    await child.status;
  }

  async #hand(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) this.#launch.log(line);
  }

  async check(): Promise<boolean | undefined> {
    const { healthCheck } = applicationOf(this.#launch.definition);
    const [kind, ...words] = healthCheck?.command ?? [];
    if (kind === undefined) return undefined;
    const command = kind === "CMD-SHELL" ? ["sh", "-c", ...words] : words;
    return (await tryDocker(["exec", this.#name, ...command])).code === 0;
  }

  async stop(): Promise<void> {
    await tryDocker(["kill", this.#name]);
    await this.ended;
  }
}
