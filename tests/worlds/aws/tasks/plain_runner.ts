import { runLocally } from "./local_command.ts";
import {
  applicationOf,
  type Launch,
  type RunningTask,
  type TaskEnd,
  type TaskRunner,
  variablesOf,
} from "./task_runner.ts";

/**
 * Runs tasks as servers in this process, which behave as the image of `tests/worlds/docker/images.ts` does, by the same flags.
 * What a flag chooses is done at once; only `SLOW` takes its time.
 */
export function plainRunner(options: { readonly slowMs?: number } = {}): TaskRunner {
  const { slowMs = 2000 } = options;
  const running = new Set<PlainTask>();
  return {
    runBeside: (container, launch) => Promise.resolve(runLocally(container, launch)),
    start(launch) {
      const own = applicationOf(launch.definition);
      if (own.entryPoint !== undefined && own.entryPoint.length > 0) {
        return Promise.resolve(runLocally(own, launch));
      }
      const task = new PlainTask(launch, slowMs);
      running.add(task);
      task.ended.finally(() => running.delete(task));
      return Promise.resolve(task);
    },
    async dispose() {
      await Promise.all([...running].map((task) => task.stop()));
    },
  };
}

/** The end of a container that has nothing to do. */
const AT_ONCE: RunningTask = {
  ended: Promise.resolve({ exitCode: 0, reason: undefined }),
  check: () => Promise.resolve(undefined),
  stop: () => Promise.resolve(),
};

/** Runs nothing: tasks reach RUNNING, healthy, and nobody answers at their address. For many services. */
export function idleRunner(): TaskRunner {
  return {
    start() {
      const { promise, resolve } = Promise.withResolvers<TaskEnd>();
      return Promise.resolve({
        ended: promise,
        check: () => Promise.resolve(true),
        stop() {
          resolve({ exitCode: 143, reason: undefined });
          return Promise.resolve();
        },
      });
    },
    runBeside: () => Promise.resolve(AT_ONCE),
    dispose: () => Promise.resolve(),
  };
}

class PlainTask implements RunningTask {
  readonly ended: Promise<TaskEnd>;
  readonly #variables: ReadonlyMap<string, string>;
  readonly #resolve: (end: TaskEnd) => void;
  readonly #launch: Launch;
  #server: Deno.HttpServer | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #healthy = true;

  constructor(launch: Launch, slowMs: number) {
    const { promise, resolve } = Promise.withResolvers<TaskEnd>();
    this.ended = promise;
    this.#resolve = resolve;
    this.#launch = launch;
    this.#variables = variablesOf(launch.definition);
    if (this.#is("EXIT")) {
      launch.log("giving up: no database");
      resolve({ exitCode: 3, reason: undefined });
    } else if (this.#is("MEMORY")) {
      resolve({ exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" });
    } else {
      this.#healthy = !this.#is("NEVER");
      this.#timer = setTimeout(() => this.#listen(), this.#is("SLOW") ? slowMs : 0);
    }
  }

  #is(flag: string): boolean {
    return this.#variables.get(`FEATURE_${flag}`) === "on";
  }

  #listen(): void {
    const port = applicationOf(this.#launch.definition).portMappings?.[0]?.containerPort ?? 80;
    this.#server = Deno.serve({ hostname: this.#launch.ip, port, onListen() {} }, (request) => {
      const { pathname, search } = new URL(request.url);
      return this.#answer(pathname, search.slice(1));
    });
    this.#launch.log(`listening on ${port}`);
  }

  #answer(path: string, query: string): Response {
    if (path === "/health" && this.#healthy) return new Response("ok\n");
    if (path !== "/cgi-bin/env") return new Response("not found\n", { status: 404 });
    if (query === "QUIT") this.#healthy = false;
    const value = this.#variables.get(query);
    return new Response(value === undefined ? "" : `${value}\n`);
  }

  check(): Promise<boolean> {
    return Promise.resolve(this.#server !== undefined && this.#healthy);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#server?.shutdown();
    this.#resolve({ exitCode: 143, reason: undefined });
    await this.ended;
  }
}
