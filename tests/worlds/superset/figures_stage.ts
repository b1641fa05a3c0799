/** A real Superset behind a proxy, and a folder with its configuration: figures and counts of requests stand on it. */

import { type Finished, programCommand, runShowtime } from "../program/process.ts";
import { addDatabases, fill } from "./fill.ts";
import { makeWorld, type WorldSize } from "./harbour.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import { startSuperset } from "./real_superset.ts";

/** 3 databases come along: 503 files, every chart on a dashboard. */
export const FIVE_HUNDRED: WorldSize = { datasets: 230, charts: 230, dashboards: 40 };

/** The same proportions, ten times. */
export const FIVE_THOUSAND: WorldSize = { datasets: 2300, charts: 2300, dashboards: 400 };

/** The variables of a run. */
const LOGIN = { SHOWTIME_QA_PASSWORD: "admin" };

/** A run of the program with the memory that it had at most. */
export interface Measured {
  readonly ms: number;
  /** The largest resident memory in MB; undefined where the system does not say it. */
  readonly megabytes: number | undefined;
}

/** A stage. The instance is called `qa` in the configuration, and the folder `assets`. */
export interface FiguresStage {
  readonly folder: string;
  readonly proxy: Proxy;
  /** Runs a command in the folder. */
  run(args: readonly string[]): Promise<Finished>;
  /** Runs a command of any program in the folder. Throws if it fails. */
  measure(command: readonly string[]): Promise<Measured>;
  /** The command line of the program, for {@link measure}. */
  showtime(args: readonly string[]): readonly string[];
  /** Takes everything off the instance except three databases with UUIDs of their own. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an instance with a world of a size. The caller stops it. */
export async function startFiguresStage(
  size: WorldSize,
  { delayMs = 0 }: { readonly delayMs?: number } = {},
): Promise<FiguresStage> {
  const superset = await startSuperset();
  const proxy = startProxy(superset.url, { delayMs });
  const folder = await Deno.makeTempDir({ prefix: "showtime-figures-" });
  const stop = async () => {
    await proxy.stop();
    await superset.stop();
    await Deno.remove(folder, { recursive: true });
  };
  const run = (args: readonly string[]) => runShowtime(args, { cwd: folder, env: LOGIN });
  try {
    await fill(superset.url, makeWorld(size, superset.warehouse));
    await Deno.writeTextFile(`${folder}/showtime.yml`, configOf(proxy.url));
    return {
      folder,
      proxy,
      run,
      measure: (command) => measure(command, folder),
      showtime: (args) => [...programCommand(), ...args],
      async empty() {
        await superset.restore("empty");
        await addDatabases(superset.url, {
          Warehouse: `sqlite:///${superset.warehouse}`,
          Trino: `shillelagh://bi_ro:s3cret-qa@dwh.qa.example/${superset.warehouse}`,
          "Häfen 港": `sqlite:///${superset.warehouse}`,
        });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configOf(url: string): string {
  return [
    "version: 1",
    "assets:",
    "  instances:",
    "    qa:",
    `      url: ${url}`,
    '      auth: { method: password, username: admin, password: "${env:SHOWTIME_QA_PASSWORD}" }',
    "",
  ].join("\n");
}

async function measure(
  [program = "", ...args]: readonly string[],
  folder: string,
): Promise<Measured> {
  const started = performance.now();
  const child = new Deno.Command(program, { args, cwd: folder, env: LOGIN, stdout: "piped", stderr: "piped" })
    .spawn();
  let kilobytes: number | undefined;
  const timer = setInterval(() => kilobytes = readPeak(child.pid) ?? kilobytes, 10);
  const { code, stderr } = await child.output();
  const ms = performance.now() - started;
  clearInterval(timer);
  if (code !== 0) {
    throw new Error(
      `${program} ${args.join(" ")}: exit ${code}\n${new TextDecoder().decode(stderr).slice(-2000)}`,
    );
  }
  return { ms, megabytes: kilobytes === undefined ? undefined : kilobytes / 1024 };
}

/** Linux keeps the peak itself, so the last reading before the end is the whole run's. */
function readPeak(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes);
  } catch {
    return undefined;
  }
}
