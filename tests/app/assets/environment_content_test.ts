/** Assets of a pull request in its preview environment, on a simulated GitHub and a simulated Superset. */

import assert from "node:assert/strict";
import type { EnvironmentAssets } from "../../../src/config/mod.ts";
import { formatYaml } from "../../../src/assets/core/pyyaml.ts";
import { formatJson, parseJson, type TreeMap } from "../../../src/assets/core/tree.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { serveSimulator } from "../../../src/simulators/github/mod.ts";
import {
  makeSupersetSimulator,
  parseSeed,
  type SupersetSimulator,
} from "../../../src/simulators/superset/mod.ts";
import { makeEnvironmentContent } from "../../../src/wiring/environment_content.ts";
import { makeWorld as makeHarbour } from "../../worlds/superset/harbour.ts";
import {
  A,
  B,
  makeWorld,
  PR,
  type RunChange,
  type World,
  type WorldContext,
  type WorldOptions,
} from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const HARBOUR = makeHarbour({ datasets: 6, charts: 6, dashboards: 2 }, "/tmp/warehouse.db");
const SETTINGS: EnvironmentAssets = {
  dir: "assets",
  select: [],
  databases: {},
  rewrite: [],
  required: false,
};

/** The harbour's files in the folder `assets`; `change` replaces trees. */
function filesOf(change: Readonly<Record<string, TreeMap>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...HARBOUR, ...Object.entries(change)].map(([path, tree]) => [`assets/${path}`, formatYaml(tree)]),
  );
}

interface Scene {
  readonly world: World;
  readonly superset: SupersetSimulator;
  /** A run that pushes into environments. */
  run(change?: RunChange & { readonly assets?: Partial<EnvironmentAssets> }): WorldContext;
  /** The names of what the environment has. */
  names(kind: "dataset" | "chart" | "dashboard"): readonly string[];
}

interface SceneOptions {
  readonly world?: WorldOptions;
  readonly files?: Readonly<Record<string, string>>;
  /** Databases of the environment by their files in the harbour. */
  readonly databases?: readonly number[];
  readonly onEffect?: (request: string) => void;
}

/** Plays with an environment that is a simulated Superset with databases and nothing else. */
async function play(
  { world: options, files = filesOf(), databases = [0, 2], onEffect }: SceneOptions,
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  const own = databases.map((each) => `databases/db_${each}.yaml`);
  const superset = makeSupersetSimulator(
    parseSeed({
      files: parseJson(formatJson(Object.fromEntries(own.map((path) => [path, HARBOUR.get(path) ?? {}])))),
    }),
    onEffect === undefined ? {} : { onEffect },
  );
  const served = serveSimulator(superset, { port: 0 });
  const world = makeWorld({
    pull: { labels: [START] },
    ...options,
    seed: { files: { "showtime.yml": "version: 1\n", ...files }, ...options?.seed },
  });
  world.platform.servesAt = new URL(served.url).host;
  try {
    await act({
      world,
      superset,
      names: (kind) =>
        (superset.state()[`${kind}s`] as readonly TreeMap[]).map(({ name }) => String(name)).sort(),
      run({ assets, ...change } = {}) {
        const settings = { ...SETTINGS, ...assets };
        const context = world.context(change);
        const clock = { ...makeClock(), sleep: () => Promise.resolve() };
        const content = makeEnvironmentContent({
          assets: { ignore: [], allowedSecrets: [] },
          settings,
          forge: context.forge,
          shell: makeShell({ redact: (text) => text }),
          clock,
          terminal: context.terminal,
          prefix: "",
        });
        return {
          ...context,
          content: () => Promise.resolve(content),
          settings: { ...context.settings, content: { key: "k", required: settings.required } },
        };
      },
    });
  } finally {
    await served.stop();
  }
}

const plain = (world: World) => world.comment().replace(/\\|\u200b/g, "");
const statuses = (world: World) => world.labels().filter((name) => name.includes("🚦"));
const imports = (superset: SupersetSimulator) => superset.requests().filter(({ write }) => write).length;

Deno.test("a preview environment gets the assets of its commit, and datasets without a database are left out and named", async () => {
  await play({}, async ({ world, run, names, superset }) => {
    const without = makeWorld({ pull: { labels: [START] } });
    const usual = await without.count(() => without.sync());

    const counted = await world.count(() => world.sync(run()));

    assert.equal(names("dataset").length, 4);
    assert.ok(names("chart").length > 0);
    assert.match(plain(world), /📊 Assets: 4 datasets, \d+ charts.* pushed/);
    assert.match(
      plain(world),
      /left out, because no database stands for "Trino": "late calls 4", "ship_calls_1", and 4 assets/,
    );
    assert.deepEqual(statuses(world), ["🎪 aaaaaaa 🚦 running"]);
    // One reads the files, and one looks for a close, a stop or a blocked label before the push.
    assert.deepEqual([counted.requests - usual.requests, counted.writes], [2, usual.writes]);
    const sent = superset.requests().length;
    await world.sync(run());
    assert.equal(superset.requests().length, sent, "the second sync asks the environment nothing");
    await assert.rejects(Deno.stat(".showtime"), Deno.errors.NotFound);
  });
});

Deno.test("a preview environment gets all assets if its databases are mapped, and only those that are selected", async () => {
  await play({ databases: [0, 1, 2] }, async ({ world, run, names }) => {
    await world.sync(run());
    assert.deepEqual([names("dataset").length, names("chart").length, names("dashboard").length], [6, 6, 2]);
  });
  await play({ databases: [0, 1, 2] }, async ({ world, run, names }) => {
    await world.sync(run({ assets: { select: ["Harbour overview 1"] } }));
    assert.deepEqual(names("dashboard"), ["Harbour overview 1"]);
    assert.equal(names("chart").length, 3);
  });
});

Deno.test("the environment of a frozen pull request gets the files of the deployed commit, not those of the head", async () => {
  const renamed = { ...HARBOUR.get("charts/chart_0.yaml"), slice_name: "The head's chart" };
  const [head] = Object.entries(filesOf({ "charts/chart_0.yaml": renamed })).filter(([path]) =>
    path.endsWith("chart_0.yaml")
  );
  const pull = { files: Object.fromEntries([head ?? []]), labels: [START] };
  await play({ world: { pull } }, async ({ world, run, names }) => {
    await world.sync();
    world.simulator.push({ pr: PR, sha: B });
    world.simulator.label({ pr: PR, add: ["🎪 🧊 showtime-freeze"], remove: [], actor: "ana" });

    const { plan } = await world.sync(run());

    assert.deepEqual([plan.reason, statuses(world)], ["frozen", ["🎪 aaaaaaa 🚦 running"]]);
    assert.ok(names("chart").includes("Calls per port 0"));
    assert.ok(!names("chart").includes("The head's chart"));
  });
  await play({ world: { pull } }, async ({ world, run, names }) => {
    await world.sync(run());
    assert.ok(names("chart").includes("The head's chart"), "the head itself has it");
  });
});

Deno.test("a wrong login, an environment that does not answer and a missing folder are a line in the comment", async () => {
  await play({}, async ({ world, run, superset }) => {
    const { exitCode } = await world.sync(run({ settings: { login: "admin/wrong" } }));
    assert.deepEqual([exitCode, imports(superset)], [0, 0]);
    assert.match(
      plain(world),
      /not complete:\*\* Logging in to the environment.*environment.login has to be/,
    );
  });
  await play({}, async ({ world, run }) => {
    world.platform.servesAt = "127.0.0.1:9";
    const { exitCode } = await world.sync(run());
    assert.deepEqual([exitCode, statuses(world)], [0, ["🎪 aaaaaaa 🚦 running"]]);
    assert.match(plain(world), /not complete:\*\* Asking the environment at http:\/\/127\.0\.0\.1:9/);
  });
  await play({ files: {} }, async ({ world, run }) => {
    await world.sync(run());
    assert.match(plain(world), /Reading assets at aaaaaaa: there is no such folder/);
  });
  await play({}, async ({ world, run }) => {
    await world.sync(run({ settings: { login: undefined } }));
    assert.match(plain(world), /environment\.login is not set/);
  });
});

Deno.test("an asset that the environment refuses is named, the others arrive, and required fails the environment", async () => {
  const refused = { ...HARBOUR.get("charts/chart_0.yaml"), query_context: "[]" };
  const files = filesOf({ "charts/chart_0.yaml": refused });
  await play({ files, databases: [0, 1, 2] }, async ({ world, run, names }) => {
    const { exitCode } = await world.sync(run());
    assert.equal(exitCode, 0);
    assert.equal(names("chart").length, 5);
    assert.match(plain(world), /failed: the chart "Calls per port 0"/);
    assert.deepEqual(statuses(world), ["🎪 aaaaaaa 🚦 running"]);
  });
  await play({ files, databases: [0, 1, 2] }, async ({ world, run }) => {
    const { failure } = await world.sync(run({ assets: { required: true } }));
    assert.equal(failure?.code, "assets_failed");
    assert.deepEqual(statuses(world), ["🎪 aaaaaaa 🚦 failed"]);
    assert.deepEqual(world.platform.environments, []);
  });
});

Deno.test("a run that is killed between two imports is resumed, and what arrived is not sent twice", async () => {
  let dead = false;
  const onEffect = (request: string) => {
    if (request === "POST /api/v1/dataset/import/") dead = true;
  };
  await play({ databases: [0, 1, 2], onEffect }, async ({ world, run, names, superset }) => {
    superset.faults([{ match: "POST /api/v1/chart/import/", times: 1000, reset: true }, {
      match: "GET *",
      nth: 12,
      times: 1000,
      reset: true,
    }]);
    const wire = (request: Request, send: (request: Request) => Promise<Response>) =>
      dead ? Promise.reject(new TypeError("killed")) : send(request);
    await world.sync(run({ wire, nonce: "dying0001" })).catch(() => undefined);
    assert.deepEqual([names("dataset").length, names("chart").length], [6, 0]);
    assert.deepEqual(statuses(world), ["🎪 aaaaaaa 🚦 deploying"]);

    superset.faults([]);
    world.clock.advance(11 * 60_000);
    const { plan } = await world.sync(run());

    assert.equal(plan.reason, "resumed");
    assert.equal(names("chart").length, 6);
    assert.match(plain(world), /6 datasets were there already/);
    assert.deepEqual(statuses(world), ["🎪 aaaaaaa 🚦 running"]);
  });
});

Deno.test("the clone that has the commit gives its files, and GitHub is not asked for them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-content-" });
  const git = async (...args: readonly string[]) => {
    const { stdout, success, stderr } = await new Deno.Command("git", {
      args: ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args],
      cwd: folder,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  };
  try {
    await git("init", "-q");
    for (const [path, text] of Object.entries(filesOf())) {
      await Deno.mkdir(`${folder}/below/${path.split("/").slice(0, -1).join("/")}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/below/${path}`, text);
    }
    await git("add", "-A");
    await git("commit", "-qm", "a");
    const sha = await git("rev-parse", "HEAD");
    await git("rm", "-qr", "below");
    await git("commit", "-qm", "b");
    const superset = makeSupersetSimulator(
      parseSeed({ files: parseJson(formatJson(Object.fromEntries(HARBOUR))) }),
    );
    const served = serveSimulator(superset, { port: 0 });
    const shell = makeShell({ redact: (text) => text });
    const world = makeWorld();
    try {
      const content = makeEnvironmentContent({
        assets: { ignore: [], allowedSecrets: [] },
        settings: SETTINGS,
        forge: { readFolder: () => Promise.reject(new Error("GitHub was asked")) },
        shell: { run: (command, signal) => shell.run({ ...command, cwd: folder }, signal) },
        clock: makeClock(),
        terminal: world.context().terminal,
        prefix: "below",
      });
      const target = { sha: sha as typeof A, address: new URL(served.url).host, login: "admin/admin" };
      const { failed, sentence } = await content.push(target, AbortSignal.timeout(60_000));
      assert.equal(failed, false);
      assert.equal(sentence, "6 datasets, 6 charts, 2 dashboards were there already");
    } finally {
      await served.stop();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
