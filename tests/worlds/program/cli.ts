/** Runs the command line in this process: streams are texts, drivers are whatever a test brings. */

import { run } from "../../../src/cli/run.ts";
import type { CliIo, Wiring, WiringHost } from "../../../src/cli/wiring_types.ts";
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
  /** Without it the test fails as soon as a driver is asked for. */
  readonly wiring?: (host: WiringHost) => Partial<Wiring>;
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
      about: ABOUT,
    },
    makeTerminal: (settings) => makeTerminal({ ...settings, now: () => 0 }),
    makeWiring: (host) => Promise.resolve(fill(world.wiring?.(host))),
  });
  return { code, out, err, both };
}

/** A wiring that refuses what the test did not bring. */
function fill(given: Partial<Wiring> | undefined): Wiring {
  const refuse = (): never => {
    throw new Error("a driver was asked for");
  };
  if (given === undefined) return refuse();
  return {
    loadConfig: refuse,
    makeContext: refuse,
    shell: refuse,
    doctor: refuse,
    simulate: refuse,
    playLifecycle: refuse,
    setup: refuse,
    appendFile: refuse,
    ...given,
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
    loadConfig: refuse,
    makeContext: refuse,
    doctor: refuse,
    simulate: refuse,
    playLifecycle: refuse,
    setup: refuse,
  };
}
