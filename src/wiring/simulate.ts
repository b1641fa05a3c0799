import type { RunningSimulator, SimulateOptions } from "../cli/wiring_types.ts";
import { usageError } from "../lib/errors.ts";
import {
  defaultSeed,
  lastIdByClock,
  makeSimulator,
  parseSeed,
  type Seed,
  type Served,
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
  const simulator = makeSimulator(parsed, { lastId: lastIdByClock(Date.now()) });
  return {
    ...serveUntil(signal, { simulator, port }),
    repository: `${parsed.owner}/${parsed.name}`,
    about,
  };
}

/** Serves a simulated Superset until `signal` aborts. Throws AppError if the port is taken or the seed is wrong. */
export async function startSupersetSimulator(
  { port, seed }: Pick<SimulateOptions, "port" | "seed">,
  signal: AbortSignal,
): Promise<Pick<RunningSimulator, "address" | "finished">> {
  const { makeSupersetSimulator, parseSeed } = await import("../simulators/superset/mod.ts");
  const parsed = parseSeed(seed === undefined ? {} : await readSeed(seed, "docs/assets.md"));
  return serveUntil(signal, { simulator: makeSupersetSimulator(parsed), port });
}

function serveUntil(
  signal: AbortSignal,
  { simulator, port }: { readonly simulator: Served; readonly port: number },
): Pick<RunningSimulator, "address" | "finished"> {
  const served = serveSimulator(simulator, { port });
  const finished = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(served.stop()), { once: true });
  });
  return { address: served.url, finished };
}

async function chooseSeed(
  parts: Parts,
  { seed, here, repo }: SimulateOptions,
): Promise<{ readonly seed: Seed; readonly about: string | undefined }> {
  if (here) return await (await import("./here_seed.ts")).makeHereSeed(parts, repo);
  const parsed = seed === undefined ? defaultSeed() : parseSeed(await readSeed(seed, "docs/simulator.md"));
  return { seed: parsed, about: undefined };
}

async function readSeed(path: string, page: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw usageError(
      "bad_seed",
      `Reading the seed "${path}": ${describeFileError(error)}`,
      `It is a JSON file; ${page} describes it`,
    );
  }
}
