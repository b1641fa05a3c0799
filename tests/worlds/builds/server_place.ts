/** A folder with a Git repository, and the server, workers and commands as processes that are started in it. */

import assert from "node:assert/strict";
import { freePort } from "../contexts/redis_server.ts";
import { type BuildPlace, makeBuildPlace, Reading } from "../pipelines/build_place.ts";
import type { Finished } from "../program/process.ts";

/** A process of the program. */
export interface Running {
  readonly child: Deno.ChildProcess;
  readonly out: Reading;
  readonly err: Reading;
  /** Ends it with a signal and waits for its end. Returns its exit code. */
  end(signal?: Deno.Signal): Promise<number>;
}

/** A running `showtime serve`. */
export interface RunningServe extends Running {
  /** As `http://127.0.0.1:8080`. */
  readonly url: string;
}

/** The variables of a worker besides those of the place. */
export interface WorkerOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** The place. */
export interface ServerPlace extends AsyncDisposable {
  readonly here: BuildPlace;
  /** The path of the repository. */
  readonly repository: string;
  /** Writes a file, commits it on the current branch and returns the whole hash. */
  commit(path: string, text: string): Promise<string>;
  git(...args: string[]): Promise<string>;
  /** Starts a server. Without a port it has one of its own. */
  serve(
    words?: readonly string[],
    options?: { port?: number; env?: Record<string, string> },
  ): Promise<RunningServe>;
  /** Starts a worker and waits until it asks for builds. Each needs a workspace of its own. */
  worker(serve: RunningServe, words?: readonly string[], options?: WorkerOptions): Promise<Running>;
  /** Runs a command against a server. */
  run(serve: RunningServe, words: readonly string[]): Promise<Finished>;
}

/** A build as the interface answers it. */
// deno-lint-ignore no-explicit-any -- tests compare what they expect
export type BuildAnswer = any;

/** Makes a place with a repository that has one commit. Each pipeline is given `repository` unless it has one. */
export async function makeServerPlace(
  pipelines: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerPlace> {
  const here = await makeBuildPlace();
  const repository = `${here.folder}/repo`;
  const running: Running[] = [];
  const git = async (...args: string[]) => {
    const identity = [
      "-c",
      "user.name=Ada",
      "-c",
      "user.email=ada@example.org",
      "-c",
      "init.defaultBranch=main",
    ];
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: [...identity, ...args],
      cwd: repository,
    }).output();
    if (!success) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trim();
  };
  const start = (words: readonly string[], more: Readonly<Record<string, string>>): Running => {
    const child = here.start(words, { ...env, ...more });
    const one: Running = {
      child,
      out: new Reading(child.stdout),
      err: new Reading(child.stderr),
      async end(signal = "SIGTERM") {
        // A stopped process takes no signal but KILL and CONT.
        await kill(child, signal);
        const { code } = await child.status;
        await Promise.all([one.out.ended, one.err.ended]);
        return code;
      },
    };
    running.push(one);
    return one;
  };
  await Deno.mkdir(repository);
  await git("init", "--quiet");
  const place: ServerPlace = {
    here,
    repository,
    git,
    async commit(path, text) {
      await here.write(`repo/${path}`, text);
      await git("add", "--all");
      await git("commit", "--quiet", "--message", `Change ${path}`);
      return await git("rev-parse", "HEAD");
    },
    async serve(words = [], { port = 0, env: more = {} } = {}) {
      const flags = ["serve", "-f", "pipelines.json", "--port", String(port)];
      const one = start([...flags, ...words], more);
      await one.out.until("serves builds on ");
      const url = /serves builds on (\S+)/.exec(one.out.text)?.[1] ?? "";
      return { ...one, url };
    },
    async worker(serve, words = [], options = {}) {
      const root = `workspace-${running.length}`;
      const flags = ["worker", "-d", `${serve.url}/dequeue`, "--workspace-root", root, "--name", root];
      const one = start([...flags, ...words], options.env ?? {});
      await one.err.until("Waiting for builds");
      return one;
    },
    run: (serve, words) => here.run(words, { ...env, SHOWTIME_SERVER: serve.url }),
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map(({ end }) => end("SIGKILL")));
      await here[Symbol.asyncDispose]();
    },
  };
  await place.commit("README", "A repository\n");
  const entries = Object.entries(pipelines).map(([name, entry]) => [
    name,
    { repository, ref: "main", ...entry },
  ]);
  await here.write("pipelines.json", JSON.stringify({ version: 1, pipelines: Object.fromEntries(entries) }));
  return place;
}

/** Returns a port that nothing listens on, for a server that is started again. */
export const ownPort = freePort;

async function kill(child: Deno.ChildProcess, signal: Deno.Signal): Promise<void> {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
    await child.status;
  }
}

/** Sends a request to a server, and returns its status and the JSON of its answer. */
export async function ask(
  { url }: { readonly url: string },
  line: string,
  { body, headers }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly status: number; readonly body: BuildAnswer }> {
  const [method = "", path = ""] = line.split(" ");
  const response = await fetch(`${url}${path}`, {
    method,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

/** Queues a build of a pipeline by its webhook, and returns its number. */
export async function trigger(serve: { readonly url: string }, pipeline: string): Promise<string> {
  const { status, body } = await ask(serve, `POST /webhook?pipeline=${pipeline}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.build;
}

/** Waits until a build is as the test wants it, and returns it. */
// deno-lint-ignore layers/few-parameters -- server, build and state, in most lines of these tests
export async function untilBuild(
  serve: { readonly url: string },
  id: string,
  wanted: string | ((build: BuildAnswer) => boolean),
): Promise<BuildAnswer> {
  const isWanted = typeof wanted === "string" ? ({ state }: BuildAnswer) => state === wanted : wanted;
  let last: BuildAnswer;
  for (let turn = 0; turn < 1200; turn++) {
    last = await ask(serve, `GET /api/v1/builds/${id}`).then(({ body }) => body, (error) => `${error}`);
    if (typeof last === "object" && isWanted(last)) return last;
    if (typeof wanted === "string" && FINAL.includes(last.state)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Build ${id} is not as wanted (${wanted}): ${JSON.stringify(last)}`);
}

const FINAL: readonly string[] = ["passed", "failed", "timed_out", "cancelled", "lost", "handed_over"];

/** Returns the output of a build. */
export async function logOf(serve: { readonly url: string }, id: string): Promise<string> {
  return (await ask(serve, `GET /api/v1/builds/${id}/log`)).body;
}

/** Waits until a condition holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1200; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Waiting in vain: ${what}`);
}
