import type { RunningSimulator, SimulateOptions } from "../cli/wiring_types.ts";
import { usageError } from "../lib/errors.ts";
import {
  defaultSeed,
  lastIdByClock,
  makeSimulator,
  parseSeed,
  serveSimulator,
} from "../simulators/github/mod.ts";
import { describeFileError } from "../drivers/system/mod.ts";

/** Serves a simulator until `signal` aborts. Throws AppError if the port is taken or the seed is wrong. */
export async function startSimulator(
  { port, seed }: SimulateOptions,
  signal: AbortSignal,
): Promise<RunningSimulator> {
  const parsed = seed === undefined ? defaultSeed() : parseSeed(await readSeed(seed));
  const served = serveSimulator(makeSimulator(parsed, { lastId: lastIdByClock(Date.now()) }), { port });
  const finished = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(served.stop()), { once: true });
  });
  return { address: served.url, finished };
}

async function readSeed(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw usageError(
      "bad_seed",
      `Reading the seed "${path}": ${describeFileError(error)}`,
      "It is a JSON file; docs/simulator.md describes it",
    );
  }
}
