/**
 * Runs the program and its simulator as processes of their own, as a person would: from source, or where
 * SHOWTIME_TEST_BINARY names it the compiled one, on a machine with an empty home and nothing but docker, git, gh and the launcher of steps.
 */

import { sourceFlags } from "../../../src/wiring/permissions.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** What never ends must not hold up the tests. */
const PATIENCE_MS = 180_000;

/** The machine that the compiled program is run on: links to three programs, the launcher, and a home with nothing in it. */
const BARE = binaryUnderTest() === undefined ? undefined : makeBareMachine();

function makeBareMachine(): { readonly path: string; readonly home: string } {
  // Programs must not lie where the program may write: then it may write nowhere around them.
  const folder = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "showtime-bare-" });
  globalThis.addEventListener("unload", () => {
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch {
      // Somebody has tidied up already.
    }
  });
  const path = `${folder}/bin`;
  const home = `${folder}/home`;
  Deno.mkdirSync(path);
  Deno.mkdirSync(home);
  for (const name of ["docker", "git", "gh"]) {
    const found = (Deno.env.get("PATH") ?? "").split(":").map((each) => `${each}/${name}`).find(isFile);
    if (found !== undefined) Deno.symlinkSync(found, `${path}/${name}`);
  }
  Deno.copyFileSync(`${ROOT}showtime-run`, `${path}/showtime-run`);
  return { path, home };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What a finished run of the program left. */
export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How to run the program. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Both streams come as one, in the order in which they were written: in `out`. */
  readonly oneStream?: true;
}

/** The compiled program under test, if there is one. */
export function binaryUnderTest(): string | undefined {
  const path = Deno.env.get("SHOWTIME_TEST_BINARY");
  if (!path) return undefined;
  // What runs it does so in folders of its own.
  return path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
}

/** How the program is started, without its own arguments. */
export function programCommand(): readonly [program: string, ...args: string[]] {
  const binary = binaryUnderTest();
  if (binary !== undefined) return [new URL(binary, `file://${ROOT}`).pathname];
  const flags = ["run", "--quiet", `--config=${ROOT}deno.json`, ...sourceFlags()];
  return [Deno.execPath(), ...flags, `${ROOT}main.ts`];
}

/** A command line of the program. */
function command(args: readonly string[], options: RunOptions): Deno.Command {
  const whole = [...programCommand(), ...args];
  const [program = "", ...rest] = options.oneStream
    ? ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", ...whole]
    : whole;
  const kept: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "DENO_DIR", "DENO_TLS_CA_STORE", "TMPDIR", "DOCKER_HOST"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) kept[name] = value;
  }
  return new Deno.Command(program, {
    args: rest,
    env: { ...kept, ...(BARE === undefined ? {} : { PATH: BARE.path, HOME: BARE.home }), ...options.env },
    clearEnv: true,
    cwd: options.cwd ?? Deno.makeTempDirSync({ prefix: "showtime-cwd-" }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the program to its end, which it has to come to by itself. */
export async function runShowtime(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = command(args, options).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const { code, signal, stdout, stderr } = await child.output();
  clearTimeout(timer);
  if (signal === "SIGKILL") throw new Error(`showtime ${args.join(" ")}: it does not end by itself`);
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** Starts the program and hands the child over. */
export function spawnShowtime(args: readonly string[], options: RunOptions = {}): Deno.ChildProcess {
  return command(args, options).spawn();
}

/** A simulator in a process of its own. */
export interface RunningSimulator {
  readonly url: string;
  /** Environment for the program, so that it talks to the simulator. */
  readonly env: Readonly<Record<string, string>>;
  /** A request of its log. */
  requests(): Promise<readonly LoggedRequest[]>;
  state(): Promise<SimulatorState>;
  /** Posts to one of the simulator's own controls, and returns its answer. */
  control(name: string, body: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** A line of the simulator's request log. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly write: boolean;
  readonly client: string;
  /** Fields of a GraphQL document. */
  readonly operations: readonly string[];
}

/** The part of the simulator's state that tests look at. */
export interface SimulatorState {
  readonly pulls: readonly {
    readonly number: number;
    readonly labels: readonly string[];
    readonly comments: readonly {
      readonly body: string;
      readonly reactions: readonly { readonly content: string }[];
    }[];
  }[];
  readonly labels: readonly { readonly name: string; readonly color: string }[];
  readonly deployments: readonly { readonly statuses: readonly unknown[] }[];
}

/** Starts `showtime simulate` with a seed and waits until it says that it is ready. */
export async function startSimulator(seed: unknown): Promise<RunningSimulator> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify(seed));
  const child = spawnShowtime(["simulate", "--port", "0", "--seed", file]);
  const url = await readAddress(child);
  const drained = child.stderr.pipeTo(new WritableStream());
  return {
    url,
    env: {
      GITHUB_API_URL: url,
      GITHUB_GRAPHQL_URL: `${url}/graphql`,
      GITHUB_TOKEN: "owner-token",
      ...repositoryOf(seed),
    },
    async requests() {
      const text = await (await fetch(`${url}/_simulator/requests`)).text();
      return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
    },
    async state() {
      return await (await fetch(`${url}/_simulator/state`)).json();
    },
    async control(name, body) {
      const answer = await fetch(`${url}/_simulator/${name}`, { method: "POST", body: JSON.stringify(body) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`Controlling the simulator (${name}): ${answer.status} ${text}`);
      return JSON.parse(text);
    },
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await drained.catch(() => undefined);
      await Deno.remove(file);
    },
  };
}

/** The variable with the repository of a seed, if it names one. */
function repositoryOf(seed: unknown): Readonly<Record<string, string>> {
  const named = typeof seed === "object" && seed !== null && "repository" in seed
    ? seed.repository
    : undefined;
  return typeof named === "string" ? { GITHUB_REPOSITORY: named } : {};
}

/** Reads the address that a simulator prints. */
export async function readAddress(child: Deno.ChildProcess): Promise<string> {
  const [mine, rest] = child.stdout.tee();
  rest.pipeTo(new WritableStream()).catch(() => undefined);
  let text = "";
  for await (const chunk of mine.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const match = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
    if (match !== null && text.includes("\n")) return match[0];
  }
  throw new Error(`Starting the simulator: it ended after "${text}"`);
}
