/** A pull request's assets in its preview environment, which is a real Superset. */

import assert from "node:assert/strict";
import { exportAssets } from "../../../src/assets/app/export_assets.ts";
import { formatYaml } from "../../../src/assets/core/pyyaml.ts";
import { EVERYTHING } from "../../../src/assets/core/select.ts";
import type { GlobalFlags } from "../../../src/cli/wiring_types.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import { serveSimulator } from "../../../src/simulators/github/mod.ts";
import { makeWiring } from "../../../src/wiring/wiring.ts";
import { part } from "../../worlds/require.ts";
import { addDatabases } from "../../worlds/superset/fill.ts";
import { makeWorld as makeHarbour } from "../../worlds/superset/harbour.ts";
import { startSuperset } from "../../worlds/superset/real_superset.ts";
import { filesBelow, makeBench } from "../../worlds/superset/tools.ts";
import { A, makeWorld, PR, REPO } from "../../worlds/world.ts";

const superset = await part("superset");

const START = "🎪 ⚡ showtime-trigger-start";
const FLAGS: GlobalFlags = {
  repo: REPO,
  platform: undefined,
  config: undefined,
  json: false,
  quiet: false,
  verbose: false,
  color: false,
  dryRun: false,
  dryRunGithub: false,
  dryRunAws: false,
  dryRunDocker: false,
  awsSleepSeconds: undefined,
};
/** What is exported from the environment, in the folder's names. */
const BACK = { selection: EVERYTHING, force: false, allowRemovals: false, redact: false };
const ASSETS = {
  environment: {
    databases: { Warehouse: "examples" },
    rewrite: [{ field: "schema", from: "prod_", to: "pr_" }, { field: "sql", from: "prod_", to: "pr_" }],
    required: true,
  },
};

superset.test("a real preview environment gets its commit's assets by the configured settings, once, and again when it is new", async () => {
  const environment = await startSuperset();
  const bench = await makeBench();
  try {
    await addDatabases(environment.url, {
      examples: `sqlite:///${environment.warehouse}`,
      "Häfen 港": `sqlite:///${environment.warehouse}`,
    });
    await environment.save("new");
    const files = Object.fromEntries(
      [...makeHarbour({ datasets: 10, charts: 10, dashboards: 2 }, "/tmp/warehouse.db")].map(([path, tree]) =>
        [`assets/${path}`, formatYaml(tree)] as const
      ),
    );
    const world = makeWorld({
      pull: { labels: [START] },
      seed: { files: { "showtime.yml": "version: 1\n", ...files } },
    });
    world.platform.servesAt = new URL(environment.url).host;
    const github = serveSimulator(world.simulator, { port: 0 });
    try {
      const config = `${bench.folder}/showtime.yml`;
      await Deno.writeTextFile(
        config,
        JSON.stringify({ version: 1, preset: "superset", platform: "docker", assets: ASSETS }),
      );
      const sync = async () => {
        const wiring = await makeWiring({
          env: {
            GITHUB_API_URL: github.url,
            GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
            GITHUB_REPOSITORY: REPO,
          },
          signal: signal(),
          keepSecret: () => {},
        });
        const { terminal } = world.context();
        const request = { flags: { ...FLAGS, config }, terminal, pr: PR };
        const ports = {
          ...await wiring.run(request),
          forge: await wiring.forge(request),
          content: await wiring.content(request),
          platform: world.platform,
          images: world.images,
          clock: world.clock,
          terminal,
        };
        return await syncPull(
          ports,
          PR,
          { ...DEFAULT_OPTIONS, request: undefined, planOnly: false },
          signal(),
        );
      };
      const charts = () => environment.query("select slice_name from slices order by 1");

      const { exitCode, failure } = await sync();

      assert.deepEqual([failure?.message, exitCode], [undefined, 0]);
      const arrived = await charts();
      assert.ok(arrived.length > 0);
      const schemas = await environment.query("select distinct schema from tables order by 1");
      assert.deepEqual(schemas, [["pr_mart"], ["pr_sales"]]);
      const comment = world.comment().replace(/\\|\u200b/g, "");
      assert.match(
        comment,
        /📊 Assets: 7 datasets, \d+ charts pushed; left out, because no database stands for "Trino"/,
      );
      const changed = () => environment.query("select uuid, changed_on from slices order by 1");
      const before = await changed();
      await sync();
      assert.deepEqual(await changed(), before, "the second sync writes nothing");

      await environment.restore("new");
      assert.deepEqual(await charts(), []);
      world.simulator.label({
        pr: PR,
        add: ["🎪 conf-enable-ALERT_REPORTS"],
        remove: [],
        actor: "maxime",
      });
      const { plan } = await sync();
      assert.equal(plan.reason, "settings_changed");
      assert.deepEqual(await charts(), arrived, "a new container is filled again");

      const dir = `${bench.folder}/back`;
      const settings = {
        databases: { map: ASSETS.environment.databases, missing: "skip" },
        rewrite: ASSETS.environment.rewrite as readonly {
          field: "schema" | "sql";
          from: string;
          to: string;
        }[],
      } as const;
      await exportAssets(
        bench.instance("back", environment.url, settings),
        bench.ports,
        { ...BACK, dir },
        signal(),
      );
      const back = [...await filesBelow(dir)].filter(([path]) => path.startsWith("charts/"));
      assert.equal(back.length, arrived.length);
      assert.equal(world.platform.environments[0]?.sha, A);
    } finally {
      await github.stop();
    }
  } finally {
    await environment.stop();
    await bench.remove();
  }
});

function signal(): AbortSignal {
  return AbortSignal.timeout(170_000);
}
