/** Runs the command line in this process: streams are texts, drivers are whatever a test brings. */

import { run } from "../../../src/cli/run.ts";
import type { LoadedConfig } from "../../../src/config/mod.ts";
import type { WorldContext } from "../world.ts";
import type { CliIo, PortMakers, Wiring, WiringHost, WiringRequest } from "../../../src/cli/wiring_types.ts";
import { usageError } from "../../../src/lib/errors.ts";
import { makeTerminal } from "../../../src/drivers/terminal/mod.ts";

/** What a command line left. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Both streams, as they came. */
  readonly both: string;
}

/** What a command line is run in. */
export interface CliWorld {
  readonly env?: Readonly<Record<string, string>>;
  /** stdout and stderr are a terminal of that width. */
  readonly terminal?: number;
  readonly signal?: AbortSignal;
  /** Aborts when the reader of stdout is gone. */
  readonly readerLeft?: AbortSignal;
  /** Without it the test fails as soon as a driver is asked for. */
  readonly wiring?: (host: WiringHost) => TestWiring;
  /** Gets the name of every part of the wiring that the command asks for. */
  readonly asked?: Set<keyof Wiring>;
}

/** The program as tests see it. */
export const ABOUT: CliIo["about"] = {
  version: "1.2.3",
  build: "source",
  target: "x86_64-unknown-linux-gnu",
  deno: "2.9.6",
};

/** Runs a command line to its end. */
export async function runCli(argv: readonly string[], world: CliWorld = {}): Promise<CliResult> {
  let out = "";
  let err = "";
  let both = "";
  const isTerminal = world.terminal !== undefined;
  const code = await run(argv, {
    io: {
      stdout(text) {
        out += text;
        both += text;
      },
      stderr(text) {
        err += text;
        both += text;
      },
      env: world.env ?? {},
      // Nobody is there to answer.
      stdinTty: false,
      stdoutTty: isTerminal,
      stderrTty: isTerminal,
      columns: world.terminal,
      signal: world.signal ?? new AbortController().signal,
      ...world.readerLeft === undefined ? {} : { readerLeft: world.readerLeft },
      about: ABOUT,
    },
    makeTerminal: (settings) => makeTerminal({ ...settings, now: () => 0 }),
    makeWiring: (host) => Promise.resolve(recordAsks(fill(world.wiring?.(host)), world.asked)),
  });
  return { code, out, err, both };
}

/** What a test brings: makers of single ports, or all of them out of one context. */
export interface TestWiring extends Partial<Wiring> {
  readonly makeContext?: (
    request: WiringRequest,
  ) => Promise<{ readonly context: WorldContext; readonly loaded: LoadedConfig }>;
}

/** A wiring that refuses what the test did not bring. */
function fill(given: TestWiring | undefined): Wiring {
  const refuse = (): never => {
    throw new Error("a driver was asked for");
  };
  if (given === undefined) return refuse();
  const { makeContext, ...others } = given;
  return {
    config: refuse,
    repository: refuse,
    run: refuse,
    forge: refuse,
    platform: refuse,
    images: refuse,
    content: refuse,
    events: refuse,
    assets: refuse,
    contexts: refuse,
    contextFiles: refuse,
    pipelineFiles: refuse,
    pipelines: refuse,
    clock: refuse,
    shell: refuse,
    clone: refuse,
    place: refuse,
    files: refuse,
    browser: refuse,
    releases: refuse,
    diagnoses: refuse,
    server: refuse,
    worker: refuse,
    serverCalls: refuse,
    buildStore: refuse,
    existingStore: refuse,
    simulator: refuse,
    supersetSimulator: refuse,
    stage: refuse,
    ...(makeContext === undefined ? {} : portsOf(makeContext)),
    ...others,
  };
}

/** The makers of ports and values out of one context, which is made once for a request. */
function portsOf(
  makeContext: NonNullable<TestWiring["makeContext"]>,
): PortMakers & Pick<Wiring, "run" | "config"> {
  const made = new WeakMap<WiringRequest, ReturnType<typeof makeContext>>();
  const of = (request: WiringRequest) => {
    const context = made.get(request) ?? makeContext(request);
    made.set(request, context);
    return context;
  };
  return {
    run: async (request) => (await of(request)).context,
    config: async (request) => (await of(request)).loaded,
    forge: async (request) => (await of(request)).context.forge,
    platform: async (request) => (await of(request)).context.platform,
    images: async (request) => (await of(request)).context.images,
    content: async (request) => (await of(request)).context.content,
    events: async (request) => (await of(request)).context.events,
    clock: async (request) => (await of(request)).context.clock,
  };
}

/** A wiring as it is where no token is to be found. */
export function wiringWithoutToken(): Partial<Wiring> {
  const refuse = () =>
    Promise.reject(usageError(
      "no_token",
      "Looking for a GitHub token: GITHUB_TOKEN and GH_TOKEN are not set",
      'Set GITHUB_TOKEN, or run "gh auth login"',
    ));
  return {
    config: refuse,
    run: refuse,
    forge: refuse,
    clock: refuse,
    place: () => Promise.resolve(undefined),
    server: refuse,
    worker: refuse,
    serverCalls: refuse,
    buildStore: refuse,
    existingStore: refuse,
    simulator: refuse,
    assets: refuse,
    contexts: refuse,
    contextFiles: refuse,
    pipelines: refuse,
    supersetSimulator: refuse,
    stage: refuse,
    files: refuse,
    pipelineFiles: refuse,
  };
}

/** The same wiring, which notes the name of each part that is called. */
function recordAsks(wiring: Wiring, asked: Set<keyof Wiring> | undefined): Wiring {
  if (asked === undefined) return wiring;
  return new Proxy(wiring, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        asked.add(name as keyof Wiring);
        return Reflect.apply(value, target, given);
      };
    },
  });
}
