import type { RunningSimulator, SimulateOptions } from "../cli/wiring_types.ts";
import { usageError } from "../lib/errors.ts";
import {
  defaultSeed,
  lastIdByClock,
  makeSimulator,
  parseSeed,
  type Seed,
  serveSimulator,
} from "../simulators/github/mod.ts";
import type { Parts } from "./parts.ts";
import { describeFileError } from "../drivers/system/mod.ts";

/** Serves a simulator until `signal` aborts. Throws AppError if the port is taken or the seed is wrong. */
export async function startSimulator(
  parts: Parts,
  options: SimulateOptions,
  signal: AbortSignal,
): Promise<RunningSimulator> {
  const { port } = options;
  const { seed: parsed, about } = await chooseSeed(parts, options);
  // No environment runs here, so the right to run programs goes, as it goes for a platform without programs.
  parts.host.onPlatform?.("ecs");
  const served = serveSimulator(makeSimulator(parsed, { lastId: lastIdByClock(Date.now()) }), { port });
  const finished = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(served.stop()), { once: true });
  });
  return { address: served.url, repository: `${parsed.owner}/${parsed.name}`, about, finished };
}

async function chooseSeed(
  parts: Parts,
  { seed, here, repo }: SimulateOptions,
): Promise<{ readonly seed: Seed; readonly about: string | undefined }> {
  if (here) return await (await import("./here_seed.ts")).makeHereSeed(parts, repo);
  const parsed = seed === undefined ? defaultSeed() : parseSeed(await readSeed(seed));
  return { seed: parsed, about: undefined };
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
