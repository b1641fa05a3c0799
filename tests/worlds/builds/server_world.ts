/** A server over a database in memory, with a clock that the test moves. */

import {
  makeBuildStore,
  makeJobQueue,
  SCHEMA_VERSION,
  schemaStatements,
} from "../../../src/drivers/build_store/mod.ts";
import { openSqlDatabase } from "../../../src/drivers/sqlite/mod.ts";
import { Access } from "../../../src/pipelines/app/server/identify.ts";
import type { ServerPorts } from "../../../src/pipelines/app/server/server_ports.ts";
import type { ApiKey, KeyRole } from "../../../src/pipelines/core/builds/api_key.ts";
import type { ServerPipeline } from "../../../src/pipelines/core/builds/server_pipeline.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import { assertDescribed } from "./described_answers.ts";
import { makeServerApp } from "../../../src/server/http/server_app.ts";

/** The options of a server under test. */
export interface ServerWorldOptions {
  readonly pipelines?: readonly ServerPipeline[];
  readonly secrets?: ReadonlyMap<string, string>;
  readonly githubSecret?: string;
  readonly onLoopback?: boolean;
  readonly workerKeys?: readonly string[];
  readonly maxQueued?: number;
  readonly mayWrite?: ServerPorts["mayWrite"];
  readonly environments?: (own: Pick<ServerPorts, "store" | "queue">) => ServerPorts["environments"];
}

/** A server under test. */
export interface ServerWorld extends AsyncDisposable {
  readonly ports: ServerPorts;
  /** The builds whose change was announced. */
  readonly changes: string[];
  /** Failures that no answer explains. */
  readonly failures: unknown[];
  /** The lines `METHOD /path` of every route. */
  readonly routes: readonly string[];
  /** Moves the clock. */
  pass(ms: number): void;
  /** Answers a request of this machine. */
  handle(request: Request): Response | Promise<Response>;
  /** Sends a request with a JSON body, if one is given, and returns the answer, which is as OpenAPI describes it. */
  send(line: string, options?: SendOptions): Promise<Response>;
  /** As {@link send}, and reads the answer as JSON. */
  // deno-lint-ignore no-explicit-any -- tests compare what they expect
  json(line: string, options?: SendOptions): Promise<any>;
  /** Adds a key and returns its text. */
  addKey(role: KeyRole, changed?: Partial<ApiKey>): Promise<string>;
}

/** The parts of a request besides its first line, such as `POST /webhook?pipeline=web`. */
export interface SendOptions {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** The address of the machine that sends it; this process if left out. */
  readonly remote?: string;
}

/** The pipeline of a server under test. */
export const WEB: ServerPipeline = {
  name: "web",
  format: "version-1",
  repository: "https://github.com/acme/web.git",
  ref: "main",
  cwd: undefined,
  program: { kind: "exec", argv: ["make"] },
  workerTags: [],
  tagPattern: undefined,
  on: {
    webhook: true,
    pushBranches: ["main"],
    pullRequestForks: "trusted",
    pollMs: undefined,
    schedule: undefined,
  },
  concurrency: undefined,
  timeoutMs: undefined,
  retries: { lost: 1, failed: 0 },
  secrets: ["NPM_TOKEN"],
  workspace: "fresh",
  submodules: false,
  news: {},
};

/** Starts a server. */
export async function startServerWorld(options: ServerWorldOptions = {}): Promise<ServerWorld> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-server-" });
  let now = Date.parse("2026-01-01T00:00:00Z");
  const clock = {
    now: () => now,
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const timer = setTimeout(resolve, Math.min(ms, 20));
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(signal.reason);
        }, { once: true });
      }),
  };
  const database = await openSqlDatabase({
    path: `${folder}/builds.db`,
    clock,
    schema: schemaStatements("sqlite"),
    schemaVersion: SCHEMA_VERSION,
  });
  const changes: string[] = [];
  const failures: unknown[] = [];
  const pipelines = options.pipelines ?? [WEB];
  const own = { queue: makeJobQueue(database), store: makeBuildStore(database) };
  const ports: ServerPorts = {
    ...own,
    environments: options.environments?.(own),
    clock,
    files: {
      current: () => ({
        pipelines: new Map(pipelines.map((each) => [each.name, each])),
        entries: Object.fromEntries(
          pipelines.map(({ name, repository, ref }) => [
            name,
            { repository, ref, exec: ["make"], "worker-tags": [] },
          ]),
        ),
        secrets: options.secrets ?? new Map([["NPM_TOKEN", "s3cret"], ["OTHER", "hidden"]]),
      }),
      reload: () => Promise.resolve(),
    },
    settings: {
      maxQueued: options.maxQueued ?? 1000,
      publicUrl: "https://ci.example",
      tracesEndpoint: undefined,
      logsEndpoint: undefined,
    },
    newTraceId: () => crypto.randomUUID().replaceAll("-", ""),
    newSpanId: () => crypto.randomUUID().replaceAll("-", "").slice(0, 16),
    mayWrite: options.mayWrite,
    onChange: (id) => changes.push(id),
  };
  const onLoopback = options.onLoopback ?? true;
  const stop = new AbortController();
  const app = makeServerApp({
    ports,
    access: new Access(ports, { workerKeys: options.workerKeys ?? [] }),
    onLoopback,
    trustedProxies: [],
    githubSecret: options.githubSecret,
    signal: stop.signal,
    onFailure: (error) => failures.push(error),
  });
  const send = async (line: string, { key, body, headers, signal, remote }: SendOptions = {}) => {
    const [method = "", path = ""] = line.split(" ");
    const request = new Request(`http://127.0.0.1${path}`, {
      method,
      headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const response = await app.fetch(request, remote === undefined ? {} : { remote });
    await assertDescribed(request, response);
    return response;
  };
  return {
    ports,
    changes,
    failures,
    routes: app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) =>
      `${method} ${path}`
    ),
    pass: (ms) => void (now += ms),
    handle: (request) => app.fetch(request, { remote: "127.0.0.1" }),
    send,
    json: async (line, sent) => await (await send(line, sent)).json(),
    async addKey(role, changed = {}) {
      const key = crypto.randomUUID();
      const added = {
        name: role,
        hash: await sha256(key),
        role,
        tags: undefined,
        pipelines: undefined,
        createdAt: now,
      };
      await ports.store.addKey({ ...added, ...changed }, stop.signal);
      now += 1001;
      return key;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await database.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
