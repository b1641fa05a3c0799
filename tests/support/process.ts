/** Runs the program and its simulator as processes of their own, as a person would. */

/** Permissions of the program when it runs from source: what it may do, and no more. */
export const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-run=docker,git,gh",
] as const;

const ROOT = new URL("../../", import.meta.url).pathname;

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
}

/** A command line of the program: the compiled one where SHOWTIME_BINARY names it, else from source. */
function command(args: readonly string[], options: RunOptions): Deno.Command {
  const binary = Deno.env.get("SHOWTIME_BINARY");
  const [program, first] = binary === undefined
    ? [Deno.execPath(), [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${ROOT}deno.json`,
      ...PERMISSIONS,
      `${ROOT}main.ts`,
    ]]
    : [binary, []];
  const kept: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "DENO_DIR", "DENO_TLS_CA_STORE", "TMPDIR", "DOCKER_HOST"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) kept[name] = value;
  }
  return new Deno.Command(program, {
    args: [...first, ...args],
    env: { ...kept, ...options.env },
    clearEnv: true,
    cwd: options.cwd ?? Deno.makeTempDirSync({ prefix: "showtime-cwd-" }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the program to its end. */
export async function runShowtime(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { code, stdout, stderr } = await command(args, options).output();
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
  /** Posts to one of the simulator's own controls. */
  control(name: string, body: unknown): Promise<void>;
  stop(): Promise<void>;
}

/** A line of the simulator's request log. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly write: boolean;
  readonly client: string;
}

/** The part of the simulator's state that tests look at. */
export interface SimulatorState {
  readonly pulls: readonly {
    readonly number: number;
    readonly labels: readonly string[];
    readonly comments: readonly { readonly body: string }[];
  }[];
  readonly labels: readonly { readonly name: string }[];
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
    env: { GITHUB_API_URL: url, GITHUB_GRAPHQL_URL: `${url}/graphql`, GITHUB_TOKEN: "owner-token" },
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
    },
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await drained.catch(() => undefined);
      await Deno.remove(file);
    },
  };
}

async function readAddress(child: Deno.ChildProcess): Promise<string> {
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
