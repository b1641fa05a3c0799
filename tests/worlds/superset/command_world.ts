/** Simulated Supersets, a folder with a configuration, and `showtime assets` as somebody runs it in that folder. */

import assert from "node:assert/strict";
import { isAbsolute, join } from "node:path";
import { formatYaml, readYaml } from "../../../src/assets/core/pyyaml.ts";
import { formatJson, isMap, parseJson, type Tree, type TreeMap } from "../../../src/assets/core/tree.ts";
import type { AssetSources } from "../../../src/assets/ports/folder.ts";
import { loadConfig } from "../../../src/config/mod.ts";
import { makeAssetSources } from "../../../src/drivers/git/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { readZip } from "../../../src/drivers/superset/mod.ts";
import { makeFiles } from "../../../src/drivers/system/mod.ts";
import { type ServedSimulator, serveSimulator } from "../../../src/simulators/github/mod.ts";
import {
  makeSupersetSimulator,
  parseSeed,
  type SupersetSimulator,
} from "../../../src/simulators/superset/mod.ts";
import { makeAssetsTools } from "../../../src/wiring/assets.ts";
import { Parts } from "../../../src/wiring/parts.ts";
import { type CliResult, runCli } from "../program/cli.ts";
import { makeWorld, type WorldFiles, type WorldSize, worldUuid } from "./harbour.ts";
import { filesBelow } from "./tools.ts";

const CONFIG_FILE = "showtime.yml";

/** Two dashboards with two charts each, over three databases. */
const SMALL: WorldSize = { datasets: 4, charts: 4, dashboards: 2 };

/** The files of production at the beginning. */
export const PRODUCTION: WorldFiles = makeWorld(SMALL, "/tmp/warehouse.db");

/** QA's own databases: each has another UUID, and Trino has another name. */
export const DATABASES_OF_QA: WorldFiles = new Map(
  [...PRODUCTION].filter(([path]) => path.startsWith("databases/")).map(([path, tree], index) => [path, {
    ...tree,
    database_name: tree["database_name"] === "Trino" ? "Trino-QA" : tree["database_name"] ?? null,
    uuid: worldUuid("e", index),
  }]),
);

/** QA's settings: names of databases and schemas that lead to its own. */
export const SETTINGS_OF_QA: TreeMap = {
  databases: { map: { Trino: "Trino-QA" } },
  rewrite: [{ field: "schema", from: "prod_", to: "qa_" }, { field: "sql", from: "prod_", to: "qa_" }],
};

/** An instance of the world. */
export interface InstanceSpec {
  readonly files?: WorldFiles;
  /** Its ids begin above this number. */
  readonly lastId?: number;
  /** Its section in the configuration, without address and login. */
  readonly settings?: TreeMap;
}

/** An asset as `--json` of several commands shows it. */
export interface ShownAsset {
  readonly uuid: string;
  readonly kind: string;
  readonly name: string;
  readonly path: string | null;
  readonly action: string;
  readonly result: string;
  readonly state: string;
  readonly change: string;
}

/** A row of a simulated Superset. */
export interface ServerRow {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly file: TreeMap;
}

/** Makes production with content, and QA with databases of its own and higher numbers. */
export async function makeTwo(): Promise<CommandWorld> {
  return await CommandWorld.make({
    "superset-production": {},
    "superset-qa": { files: DATABASES_OF_QA, lastId: 700, settings: SETTINGS_OF_QA },
  });
}

/** The world of one test. */
export class CommandWorld {
  readonly folder: string;
  readonly #simulators: ReadonlyMap<string, SupersetSimulator>;
  readonly #served: ReadonlyMap<string, ServedSimulator>;

  private constructor(folder: string, simulators: ReadonlyMap<string, SupersetSimulator>) {
    this.folder = folder;
    this.#simulators = simulators;
    this.#served = new Map(
      [...simulators].map(([name, simulator]) => [name, serveSimulator(simulator, { port: 0 })]),
    );
  }

  /** Makes a world. `section` is the configuration's `assets` without its instances. */
  static async make(
    instances: Readonly<Record<string, InstanceSpec>>,
    section: TreeMap = {},
  ): Promise<CommandWorld> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-assets-" }));
    const simulators = Object.entries(instances).map(([name, { files = PRODUCTION, lastId = 0 }]) => {
      const seed = { last_id: lastId, files: parseJson(formatJson(Object.fromEntries(files))) };
      return [name, makeSupersetSimulator(parseSeed(seed))] as const;
    });
    const world = new CommandWorld(folder, new Map(simulators));
    const auth = { method: "password", username: "admin", password: "${env:SHOWTIME_SIMULATED_PASSWORD}" };
    const configured = Object.entries(instances).map(([name, { settings }]) =>
      [name, { url: world.#served.get(name)?.url ?? "", auth, ...settings }] as const
    );
    const assets = { ...section, instances: Object.fromEntries(configured) };
    await world.write(CONFIG_FILE, formatYaml(parseJson(JSON.stringify({ version: 1, assets })) ?? null));
    return world;
  }

  /** Returns the simulated Superset of an instance. */
  server(name: string): SupersetSimulator {
    const found = this.#simulators.get(name);
    assert.ok(found !== undefined, name);
    return found;
  }

  /** Returns an instance's rows of a kind: `charts`. */
  rows(name: string, kind: string): readonly ServerRow[] {
    return this.server(name).state()[kind] as unknown as readonly ServerRow[];
  }

  /** Returns an instance's file of an asset. */
  file(name: string, uuid: string): TreeMap {
    const found = ["datasets", "charts", "dashboards"].flatMap((kind) => this.rows(name, kind))
      .find((row) => row.uuid === uuid);
    assert.ok(found !== undefined, `${name} does not have ${uuid}`);
    return found.file;
  }

  /** Counts the requests that changed something on an instance. */
  writes(name: string): number {
    return this.server(name).requests().filter(({ write }) => write).length;
  }

  /** Runs `showtime assets …` in the folder. Nobody is there to answer. */
  async run(line: string): Promise<CliResult> {
    return await runCli(["assets", ...line.split(" ")], {
      env: { SHOWTIME_SIMULATED_PASSWORD: "admin" },
      wiring: (host) => ({
        files: () => Promise.resolve(makeFiles(this.folder)),
        place: () => Promise.resolve(undefined),
        assets: async (request) => {
          const text = await makeFiles(this.folder).read(CONFIG_FILE);
          const file = text === undefined ? undefined : { path: CONFIG_FILE, text };
          const loaded = loadConfig({ file, env: {}, flags: {} });
          const tools = await makeAssetsTools(new Parts(host), {
            request,
            loaded: { ...loaded, assets: { ...loaded.assets, folder: this.folder } },
          });
          return { ...tools, ports: { ...tools.ports, sources: sourcesIn(this.folder) } };
        },
      }),
    });
  }

  /** Runs a command that has to end with this exit code. */
  async expect(code: number, line: string): Promise<CliResult> {
    const result = await this.run(line);
    assert.equal(result.code, code, `assets ${line}\n${result.both}`);
    return result;
  }

  /** Runs a command with `--json` that has to end with this exit code, and returns its document. */
  async json<Document = { readonly assets: readonly ShownAsset[] }>(
    code: number,
    line: string,
  ): Promise<Document> {
    return JSON.parse((await this.expect(code, `${line} --json`)).out) as Document;
  }

  /** Runs a command that fails with this exit code, and returns the error. */
  async failure(
    code: number,
    line: string,
  ): Promise<{ readonly code: string; readonly message: string; readonly hint: string }> {
    const document = await this.json<{ readonly error: Awaited<ReturnType<CommandWorld["failure"]>> }>(
      code,
      line,
    );
    return document.error;
  }

  /** Reads the files of a folder by path, hidden ones left out. */
  async files(dir = "assets"): Promise<ReadonlyMap<string, string>> {
    return await filesBelow(join(this.folder, dir));
  }

  /** Finds the file of an asset below a folder, as a path from there. */
  async pathOf(uuid: string, dir = "assets"): Promise<string> {
    const found = [...await this.files(dir)].find(([, text]) =>
      new RegExp(`^uuid: "?${uuid}"?$`, "m").test(text)
    );
    assert.ok(found !== undefined, `${dir} does not have ${uuid}`);
    return found[0];
  }

  /** Changes fields of an asset's file in a folder; undefined takes a field out. Returns the path from there. */
  async edit(
    uuid: string,
    fields: Readonly<Record<string, Tree | undefined>>,
    { dir = "assets" }: { readonly dir?: string } = {},
  ): Promise<string> {
    const path = await this.pathOf(uuid, dir);
    const outcome = readYaml(await Deno.readTextFile(join(this.folder, dir, path)));
    assert.ok("tree" in outcome && isMap(outcome.tree));
    const changed = Object.entries({ ...outcome.tree, ...fields }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const]
    );
    await this.write(join(dir, path), formatYaml(Object.fromEntries(changed)));
    return path;
  }

  /** Writes a file below the world's folder. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    const whole = join(this.folder, path);
    await Deno.mkdir(join(whole, ".."), { recursive: true });
    await Deno.writeFile(whole, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }

  /** Runs Git in the folder, as Ana. */
  async git(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await new Deno.Command("git", {
      args: ["-C", this.folder, "-c", "user.name=Ana", "-c", "user.email=ana@example.com", ...args],
      env: { HOME: this.folder, GIT_CONFIG_NOSYSTEM: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#served.values()].map((each) => each.stop()));
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Opens what is named from a folder, as a process does whose working folder it is. */
function sourcesIn(folder: string): AssetSources {
  const shell = makeShell({ redact: (text) => text });
  const real = makeAssetSources({
    shell: { ...shell, run: (command, signal) => shell.run({ cwd: folder, ...command }, signal) },
    readZip,
  });
  const at = (path: string) => isAbsolute(path) ? path : join(folder, path);
  return {
    ...real,
    folder: (path) => ({ ...real.folder(at(path)), path }),
    isFolder: (path) => real.isFolder(at(path)),
    zip: (path) => real.zip(at(path)),
  };
}
