/** The stage of the demo: two simulated Supersets, production and QA, and a folder with their configuration. */

import { formatJson, listOf, mapOf, parseJson, type Tree, type TreeMap } from "../../src/assets/core/tree.ts";
import { serveSimulator } from "../../src/simulators/github/mod.ts";
import {
  makeSupersetSimulator,
  parseSeed,
  type SupersetSimulator,
} from "../../src/simulators/superset/mod.ts";
import { makeWorld, worldUuid } from "../../tests/worlds/superset/harbour.ts";

/** An answer takes so long on a terminal, in milliseconds, that the bars can be seen. */
const LATENCY_MS = 150;

/** The chart that the demo edits. */
const CHART = worldUuid("c", 6);
/** The dashboard that the demo edits. */
const DASHBOARD = worldUuid("b", 0);

/** The stage. */
export interface Stage {
  readonly folder: string;
  /** A person moves a chart to another tab in production, and makes it wider. */
  rearrange(): void;
  /** A person changes a chart on an instance. */
  describe(instance: "production" | "qa", description: string): void;
  end(): Promise<void>;
}

/** Makes the stage. */
export async function makeStage(): Promise<Stage> {
  const world = makeWorld({ datasets: 8, charts: 8, dashboards: 2 }, "/tmp/warehouse.db");
  const production = makeSupersetSimulator(parseSeed({ files: asJson(Object.fromEntries(world)) }));
  const qa = makeSupersetSimulator(
    parseSeed({ last_id: 700, files: asJson(databasesOfQa(Object.fromEntries(world))) }),
  );
  const served = { production: serve(production), qa: serve(qa) };
  const folder = await Deno.makeTempDir({ prefix: "showtime-demo-" });
  const auth = { method: "password", username: "admin", password: "${file:password.txt}" };
  const config = {
    version: 1,
    assets: {
      dir: "assets",
      instances: {
        production: { url: served.production.url, auth },
        qa: {
          url: served.qa.url,
          auth,
          databases: { map: { Trino: "Trino-QA" } },
          rewrite: [{ field: "schema", from: "prod_", to: "qa_" }, {
            field: "sql",
            from: "prod_",
            to: "qa_",
          }],
        },
      },
    },
  };
  await Deno.writeTextFile(`${folder}/showtime.yml`, `${JSON.stringify(config, null, 2)}\n`);
  await Deno.writeTextFile(`${folder}/password.txt`, "admin\n");
  return {
    folder,
    rearrange: () => production.edit({ uuid: DASHBOARD, fields: { position: withMovedChart(production) } }),
    describe: (name, description) =>
      (name === "qa" ? qa : production).edit({ uuid: CHART, fields: { description } }),
    async end() {
      await Promise.all([served.production.stop(), served.qa.stop()]);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function serve(simulator: SupersetSimulator) {
  const latency = Deno.stderr.isTerminal() ? LATENCY_MS : 0;
  const handle = async (request: Request) => {
    await new Promise((resolve) => setTimeout(resolve, latency));
    return await simulator.handle(request);
  };
  return serveSimulator({ handle }, { port: 0 });
}

function asJson(files: TreeMap): unknown {
  return parseJson(formatJson(files));
}

/** QA has databases of its own: another UUID each, and another name for Trino. */
function databasesOfQa(world: Readonly<Record<string, TreeMap>>): TreeMap {
  const databases = Object.entries(world).filter(([path]) => path.startsWith("databases/"));
  return Object.fromEntries(databases.map(([path, tree], index): [string, Tree] => {
    const name = tree["database_name"] === "Trino" ? "Trino-QA" : tree["database_name"] ?? null;
    return [path, { ...tree, database_name: name, uuid: worldUuid("e", index) }];
  }));
}

/** The layout with a chart of the tab Ports in the tab Ships. */
function withMovedChart(simulator: SupersetSimulator): TreeMap {
  const dashboards = listOf(simulator.state(), "dashboards") as readonly { uuid: string; file: TreeMap }[];
  const file = dashboards.find(({ uuid }) => uuid === DASHBOARD)?.file ?? {};
  const position = mapOf(file, "position");
  const key = "CHART-4";
  const [from, to, chart] = [mapOf(position, "ROW-0"), mapOf(position, "ROW-1"), mapOf(position, key)];
  return {
    ...position,
    "ROW-0": { ...from, children: listOf(from, "children").filter((each) => each !== key) },
    "ROW-1": { ...to, children: [...listOf(to, "children"), key] },
    [key]: {
      ...chart,
      parents: [...listOf(to, "parents"), "ROW-1"],
      meta: { ...mapOf(chart, "meta"), width: 6 },
    },
  };
}
