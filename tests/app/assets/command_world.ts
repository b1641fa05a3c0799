/** Commands about assets, run in this process on a simulated Superset and a folder on disk. */

import assert from "node:assert/strict";
import type { AssetsPorts, ReportProgress } from "../../../src/assets/app/assets_ports.ts";
import type { InstanceSettings } from "../../../src/assets/core/instance.ts";
import { formatYaml } from "../../../src/assets/core/pyyaml.ts";
import { formatJson, parseJson, type TreeMap } from "../../../src/assets/core/tree.ts";
import type { RunRecord } from "../../../src/assets/ports/store.ts";
import type { AssetsTools } from "../../../src/cli/wiring_types.ts";
import { makeSuperset } from "../../../src/drivers/superset/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import {
  makeSupersetSimulator,
  parseSeed,
  type SupersetSimulator,
} from "../../../src/simulators/superset/mod.ts";
import { type CliResult, runCli } from "../../worlds/program/cli.ts";
import { makeWorld, type WorldFiles } from "../../worlds/superset/harbour.ts";
import { ADMIN, type Bench, filesBelow, makeBench } from "../../worlds/superset/tools.ts";

/** Three charts on one dashboard, and three datasets in three databases. */
export const FILES: WorldFiles = makeWorld({ datasets: 3, charts: 3, dashboards: 1 }, "/tmp/warehouse.db");

/** The options of a world. */
export interface CommandWorldOptions {
  /** Files that the instance has; {@link FILES} if left out. */
  readonly files?: WorldFiles;
  readonly settings?: Partial<Pick<InstanceSettings, "databases" | "rewrite">>;
  /** Answers in place of the simulator. */
  readonly answer?: Answer;
  /** Receives how far each stage is. */
  readonly progress?: ReportProgress;
}

/** Answers a request in place of the simulator, to which `send` passes one on; undefined leaves it to the simulator. */
export type Answer = (
  request: Request,
  send: (request: Request) => Promise<Response>,
) => Promise<Response | undefined> | Response | undefined;

/** What one command line differs by. */
export interface CommandChange {
  readonly inActions?: boolean;
  readonly allowedSecrets?: readonly string[];
}

/** A folder `assets`, and an instance `qa`. */
export interface CommandWorld {
  readonly simulator: SupersetSimulator;
  /** The folder of the assets. */
  readonly dir: string;
  /** Runs `showtime assets …`; the folder and the instance are named by `{dir}` and `qa`. */
  run(line: string, change?: CommandChange): Promise<CliResult>;
  /** Runs a command that has to end with 0. Returns its JSON. */
  json<Report>(line: string, change?: CommandChange): Promise<Report>;
  /** Makes the folder what the files are. The records of exports stay. */
  writeFolder(files: WorldFiles): Promise<void>;
  /** The folder's files by path, hidden ones left out. */
  files(): Promise<ReadonlyMap<string, string>>;
  /** Reads or changes one file of the folder. */
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  git(...args: readonly string[]): Promise<void>;
  /** The requests that changed something on the instance. */
  writes(): readonly string[];
  runs(): Promise<readonly RunRecord[]>;
  snapshot(run: string): Promise<string>;
}

/** Plays in a world. */
export async function play(
  { files = FILES, settings, answer, progress = () => {} }: CommandWorldOptions,
  act: (world: CommandWorld) => Promise<void>,
): Promise<void> {
  const simulator = makeSupersetSimulator(
    parseSeed({ files: parseJson(formatJson(Object.fromEntries(files))) }),
  );
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    return await answer?.(request, simulator.handle) ?? await simulator.handle(request);
  };
  const clock = { ...makeClock(), sleep: () => Promise.resolve() };
  const bench = await makeBench({ clock, progress });
  const dir = `${bench.folder}/assets`;
  const { store } = bench.instance("qa", "http://superset.test");
  const run = (line: string, change: CommandChange = {}) => {
    const tools = toolsOf(bench, { dir, settings, send, change });
    const argv = ["assets", ...line.split(" ").map((word) => word.replace("{dir}", dir))];
    return runCli(argv, { wiring: () => ({ assets: () => Promise.resolve(tools) }) });
  };
  try {
    await act({
      simulator,
      dir,
      run,
      async json(line, change) {
        const { code, out, err } = await run(`${line} --json`, change);
        assert.equal(code, 0, `${line}\n${out}${err}`);
        return JSON.parse(out);
      },
      async writeFolder(wanted) {
        for (const path of (await filesBelow(dir).catch(() => new Map<string, string>())).keys()) {
          await Deno.remove(`${dir}/${path}`);
        }
        for (const [path, tree] of wanted) {
          await Deno.mkdir(`${dir}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
          await Deno.writeTextFile(`${dir}/${path}`, formatYaml(tree));
        }
      },
      files: () => filesBelow(dir),
      read: (path) => Deno.readTextFile(`${dir}/${path}`),
      write: (path, text) => Deno.writeTextFile(`${dir}/${path}`, text),
      async git(...args) {
        const { code, stderr } = await new Deno.Command("git", {
          args: ["-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.org", ...args],
        }).output();
        assert.equal(code, 0, new TextDecoder().decode(stderr));
      },
      writes: () =>
        simulator.requests().filter(({ write }) => write).map(({ method, path }) => `${method} ${path}`),
      runs: () => store.runs(),
      snapshot: async (name) => JSON.stringify(await store.snapshot(name)),
    });
  } finally {
    await bench.remove();
  }
}

function toolsOf(bench: Bench, { dir, settings, send, change }: {
  readonly dir: string;
  readonly settings: CommandWorldOptions["settings"];
  readonly send: typeof fetch;
  readonly change: CommandChange;
}): AssetsTools {
  const { inActions = false, allowedSecrets = [] } = change;
  const ports: AssetsPorts = { ...bench.ports, allowedSecrets };
  const url = "http://superset.test";
  // A command logs in anew, as a process of its own does.
  const instance = {
    ...bench.instance("qa", url, settings),
    server: makeSuperset({ name: "qa", url, fetch: send, clock: ports.clock, auth: ADMIN }),
  };
  const refuse = () => {
    throw new Error("a part was asked for that no command of these tests needs");
  };
  return {
    config: {
      file: "showtime.yml",
      folder: bench.folder,
      dir,
      default: undefined,
      ignore: [],
      ledgerBranch: undefined,
      allowedSecrets,
      instances: new Map([["qa", instance.settings]]),
      environment: undefined,
    },
    ports,
    inActions,
    trustedBots: [],
    instance: (name) => name === "qa" ? instance : undefined,
    reviewComments: refuse,
    login: refuse,
    savedLogin: refuse,
    readText: refuse,
  };
}

/** {@link FILES} with one changed. */
export function withChange(path: string, change: TreeMap): WorldFiles {
  const old = FILES.get(path);
  assert.ok(old !== undefined, path);
  return new Map([...FILES, [path, { ...old, ...change }]]);
}
