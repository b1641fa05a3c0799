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
import { makeDemoSeed } from "./demo/demo_seed.ts";
import { makePlayground, type MakePorts } from "./demo/playground.ts";
import { DEFAULT_PR } from "./demo/stage.ts";
import { serveFace } from "./face/serve_face.ts";
import type { Parts } from "./parts.ts";
import { describeFileError } from "../drivers/system/mod.ts";

/** A simulator to start, and a maker of the ports that `--play` works with. */
export interface SimulatorMaking extends SimulateOptions {
  readonly makePorts: MakePorts;
}

/**
 * Serves a simulator until `signal` aborts. Throws AppError if the port is taken, the seed is wrong, or the play would
 * remove environments of others.
 */
export async function startSimulator(
  parts: Parts,
  { makePorts, ...options }: SimulatorMaking,
  signal: AbortSignal,
): Promise<RunningSimulator> {
  const { seed, about } = await chooseSeed(parts, options);
  const repository = `${seed.owner}/${seed.name}`;
  if (options.play) {
    const ground = await makePlayground({
      host: parts.host,
      shell: await parts.shell,
      makePorts,
      request: options,
      seed,
      port: options.port,
      dry: false,
      platform: "docker",
      playable: true,
    }, signal);
    const { face: { url: address, page }, setting: [setting], end } = ground;
    return { address, page, repository, about: setting, finished: whenAborted(signal, end) };
  }
  // No environment runs here, so the right to run programs goes, as it goes for a platform without programs.
  parts.host.onPlatform?.("ecs");
  const simulator = makeSimulator(seed, { lastId: lastIdByClock(Date.now()) });
  const setting = [
    'Nothing runs by itself here: "showtime sync <pr>" in a second terminal acts on labels, and ' +
    '"showtime simulate --play" acts on them at once.',
  ];
  const face = serveFace(simulator, { port: options.port, setting, playable: true });
  const { url: address, page } = face;
  return { address, page, repository, about, finished: whenAborted(signal, () => face.stop()) };
}

/** Serves a simulated Superset until `signal` aborts. Throws AppError if the port is taken or the seed is wrong. */
export async function startSupersetSimulator(
  { port, seed }: Pick<SimulateOptions, "port" | "seed">,
  signal: AbortSignal,
): Promise<Pick<RunningSimulator, "address" | "finished">> {
  const { makeSupersetSimulator, parseSeed } = await import("../simulators/superset/mod.ts");
  const parsed = parseSeed(seed === undefined ? {} : await readSeed(seed, "docs/assets.md"));
  const served = serveSimulator(makeSupersetSimulator(parsed), { port });
  return { address: served.url, finished: whenAborted(signal, () => served.stop()) };
}

/** Settles when `end` has, which is called when the signal aborts. */
function whenAborted(signal: AbortSignal, end: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(end());
    signal.addEventListener("abort", () => resolve(end()), { once: true });
  });
}

async function chooseSeed(
  parts: Parts,
  { seed, here, repo, play }: SimulateOptions,
): Promise<{ readonly seed: Seed; readonly about: string | undefined }> {
  if (here) return await (await import("./here_seed.ts")).makeHereSeed(parts, repo);
  const example = () => play ? makeDemoSeed(DEFAULT_PR) : defaultSeed();
  const parsed = seed === undefined ? example() : parseSeed(await readSeed(seed, "docs/simulator.md"));
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
