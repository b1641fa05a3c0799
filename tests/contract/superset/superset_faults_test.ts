/** Faults that a real Superset cannot be made to show. */

import assert from "node:assert/strict";
import { applyPush } from "../../../src/assets/app/push/apply_push.ts";
import { preparePush } from "../../../src/assets/app/push/prepare_push.ts";
import { readStored } from "../../../src/assets/app/read_folder.ts";
import { formatYaml } from "../../../src/assets/core/pyyaml.ts";
import { EVERYTHING } from "../../../src/assets/core/select.ts";
import { formatJson, parseJson, type TreeMap } from "../../../src/assets/core/tree.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { serveSimulator } from "../../../src/simulators/github/mod.ts";
import {
  type Fault,
  makeSupersetSimulator,
  parseSeed,
  type SupersetSimulator,
} from "../../../src/simulators/superset/mod.ts";
import { makeWorld, type WorldFiles, worldUuid } from "../../worlds/superset/harbour.ts";
import { makeBench, serverOf } from "../../worlds/superset/tools.ts";

const FILES = makeWorld({ datasets: 6, charts: 6, dashboards: 2 }, "/tmp/warehouse.db");
const C0 = worldUuid("c", 0);

interface Scene {
  readonly simulator: SupersetSimulator;
  readonly url: string;
  /** The waits of the client, in milliseconds. Nothing waits in fact. */
  readonly waits: number[];
  readonly clock: ReturnType<typeof makeClock>;
}

/** Plays on a served simulator with faults. */
async function play(
  faults: readonly Fault[],
  act: (scene: Scene) => Promise<void>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const simulator = makeSupersetSimulator(
    parseSeed({ files: parseJson(formatJson(Object.fromEntries(FILES))), ...more }),
  );
  const served = serveSimulator(simulator, { port: 0 });
  const waits: number[] = [];
  const clock = { ...makeClock(), sleep: (ms: number) => (waits.push(ms), Promise.resolve()) };
  simulator.faults(faults);
  try {
    await act({ simulator, url: served.url, waits, clock });
  } finally {
    await served.stop();
  }
}

/** Exports all charts and returns how many came. */
async function exportCharts({ url, clock }: Scene): Promise<number> {
  const server = serverOf(url, { clock });
  const { assets } = await server.list("chart", signal());
  const { files } = await server.export("chart", assets.map(({ id }) => id), {}, signal());
  return files.filter(({ kind }) => kind === "chart").length;
}

/** Changes one chart and pushes; returns the results that are not "unchanged", and the imports that were sent. */
async function pushChart(
  { url, clock, simulator }: Scene,
  changed: readonly string[] = ["charts/chart_0.yaml"],
) {
  const bench = await makeBench({ clock });
  try {
    const own: WorldFiles = new Map(
      [...FILES].map((
        [path, tree],
      ) => [path, changed.includes(path) ? { ...tree, description: "changed" } : tree]),
    );
    const texts = new Map([...own].map(([path, tree]) => [path, formatYaml(tree)]));
    const source = { all: readStored(texts).assets, paths: new Map(), exported: undefined };
    const instance = { ...bench.instance("qa", url), server: serverOf(url, { clock }) };
    const options = { force: false, adopt: true, selection: EVERYTHING };
    const prepared = await preparePush(instance, bench.ports, { source, options }, signal());
    const { assets } = await applyPush(instance, bench.ports, {
      prepared,
      options: { command: "push", continueOnError: false, inActions: false },
    }, signal());
    return {
      results: assets.filter(({ result }) => result !== "unchanged").map(({ name, result }) =>
        `${name}: ${result}`
      ),
      imports: simulator.requests().filter(({ path, method }) =>
        method === "POST" && path.endsWith("/import/")
      ).length,
    };
  } finally {
    await bench.remove();
  }
}

function descriptionOf(simulator: SupersetSimulator, uuid: string): unknown {
  const { charts } = simulator.state() as { charts?: readonly { uuid: string; file: TreeMap }[] };
  return charts?.find((row) => row.uuid === uuid)?.file["description"];
}

const EXPORT = "GET /api/v1/chart/export/";
const LIST = "GET /api/v1/chart/";
const IMPORT = "POST /api/v1/chart/import/";

const READS: Readonly<Record<string, Fault>> = {
  "a ZIP that was cut": { match: EXPORT, cut: true },
  "a connection that broke in the middle of the ZIP": { match: EXPORT, reset_in_body: true },
  "a connection that was reset": { match: EXPORT, reset: true },
  "502 of a proxy": { match: EXPORT, status: 502 },
  "500 for a list": { match: LIST, status: 500 },
  "504 of a proxy": { match: LIST, status: 504 },
  "429 without Retry-After": { match: LIST, status: 429, times: 2 },
};

for (const [what, fault] of Object.entries(READS)) {
  Deno.test(`a read after ${what} is sent again (simulator only)`, async () => {
    await play([fault], async (scene) => {
      assert.equal(await exportCharts(scene), 6);
      const path = fault.match.slice("GET ".length);
      assert.equal(
        scene.simulator.requests().filter((each) => each.path === path).length,
        1 + (fault.times ?? 1),
      );
    });
  });
}

Deno.test("a read waits as long as Retry-After says (simulator only)", async () => {
  await play([{ match: LIST, status: 429, retry_after: 7 }], async (scene) => {
    assert.equal(await exportCharts(scene), 6);
    assert.deepEqual(scene.waits, [7_000]);
  });
});

Deno.test("a read gives up after three repetitions and names the status (simulator only)", async () => {
  await play([{ match: LIST, status: 502, times: 99 }], async (scene) => {
    await assert.rejects(exportCharts(scene), {
      code: "superset_answer_unexpected",
      message: /502/,
      retryable: true,
    });
    assert.equal(scene.simulator.requests().filter(({ path }) => path === "/api/v1/chart/").length, 4);
  });
});

for (const match of [LIST, EXPORT, IMPORT]) {
  Deno.test(`a login page with status 200 is no success: ${match} (simulator only)`, async () => {
    await play([{ match, login_page: true, times: 9 }], async (scene) => {
      await assert.rejects(match === IMPORT ? pushChart(scene) : exportCharts(scene), {
        code: "superset_answer_unexpected",
        message: /HTML page/,
      });
      assert.equal(descriptionOf(scene.simulator, C0), null);
    });
  });
}

const UNCLEAR: Readonly<Record<string, Fault>> = {
  "504 of a proxy": { match: IMPORT, status: 504 },
  "502 of a proxy": { match: IMPORT, status: 502 },
  "a connection that was reset": { match: IMPORT, reset: true },
  "500 of the server": { match: IMPORT, status: 500 },
};

for (const [what, fault] of Object.entries(UNCLEAR)) {
  Deno.test(`a push after ${what} sends an import again that had no effect (simulator only)`, async () => {
    await play([fault], async (scene) => {
      const { results, imports } = await pushChart(scene, ["charts/chart_0.yaml", "charts/chart_1.yaml"]);
      assert.deepEqual(results, ["Calls per port 0: done", "Calls per port 1: done"]);
      assert.equal(imports, fault.status === 500 ? 3 : 2);
    });
  });

  Deno.test(`a push after ${what} finds that an import had taken effect (simulator only)`, async () => {
    await play([{ ...fault, after_effect: true }], async (scene) => {
      const { results, imports } = await pushChart(scene);
      assert.deepEqual(results, ["Calls per port 0: done"]);
      assert.equal(imports, 1, "an import that had taken effect was sent again");
      assert.equal(descriptionOf(scene.simulator, C0), "changed");
    });
  });
}

Deno.test("an import that is asked to wait is sent again, and nothing was written before (simulator only)", async () => {
  await play([{ match: IMPORT, status: 429, times: 2 }], async (scene) => {
    assert.deepEqual(await pushChart(scene), { results: ["Calls per port 0: done"], imports: 3 });
  });
});

Deno.test("a push stops before its first write if somebody edits an asset after the plan (simulator only)", async () => {
  const edit = { uuid: C0, fields: { description: "somebody's" } };
  await play([{ match: EXPORT, edit }], async (scene) => {
    await assert.rejects(pushChart(scene), { code: "assets_moved", exitCode: 3 });
    assert.equal(descriptionOf(scene.simulator, C0), "somebody's");
    assert.deepEqual(scene.simulator.requests().filter(({ write }) => write), []);
  });
});

Deno.test("a list is read again until it is complete if rows move between its pages (simulator only)", async () => {
  await play([{ match: LIST, nth: 2, moved_rows: true }], async (scene) => {
    const { assets, count } = await serverOf(scene.url, { clock: scene.clock }).list("chart", signal());
    assert.deepEqual([assets.length, count], [6, 6]);
    assert.ok(scene.simulator.requests().filter(({ path }) => path === "/api/v1/chart/").length > 3);
  }, { page_cap: 2 });
});

Deno.test("a list ends where the rows end, although the server says that it has more (simulator only)", async () => {
  await play([], async (scene) => {
    const boasting: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!String(input).includes("/api/v1/chart/?q=")) return answer;
      return Response.json({ ...await answer.json(), count: 9_999_999 });
    };
    const { assets, count } = await serverOf(scene.url, { clock: scene.clock, fetch: boasting })
      .list("chart", signal());
    assert.deepEqual([assets.length, count], [6, 9_999_999]);
    // Everything is read five times. Each time four pages without a row follow the three pages with some.
    assert.ok(scene.simulator.requests().filter(({ path }) => path === "/api/v1/chart/").length <= 5 * 9);
  }, { page_cap: 2 });
});

Deno.test("a login that the server has forgotten is renewed in the middle of a push (simulator only)", async () => {
  await play([{ match: IMPORT, forget_logins: true }], async (scene) => {
    assert.deepEqual((await pushChart(scene)).results, ["Calls per port 0: done"]);
  });
});

Deno.test("a token is renewed before it expires (simulator only)", async () => {
  await play([], async (scene) => {
    let later = 0;
    const clock = { ...scene.clock, now: () => Date.now() + later };
    const server = serverOf(scene.url, { clock });
    await server.list("chart", signal());
    later = 890_000;
    await server.list("chart", signal());
    const logins = scene.simulator.requests().map(({ path }) => path).filter((path) =>
      path.includes("/security/")
    );
    assert.deepEqual(logins, ["/api/v1/security/login", "/api/v1/security/refresh"]);
  });
});

Deno.test("a server that ignores tokens gets a session, and all assets are seen (simulator only)", async () => {
  await play([], async ({ url, clock }) => {
    const server = serverOf(url, { clock });
    assert.match((await server.facts(signal())).method, /^session/);
    assert.equal((await server.list("chart", signal())).assets.length, 6);
    assert.deepEqual((await server.facts(signal())).rights.dataset, {
      read: true,
      write: true,
      export: true,
    });
  }, { public_role: true });
});

Deno.test("an asset that an alert uses is kept, with the server's reason (simulator only)", async () => {
  await play([], async ({ url }) => {
    const server = serverOf(url);
    const { assets } = await server.list("chart", signal());
    const id = assets.find(({ uuid }) => uuid === C0)?.id ?? 0;
    assert.match(await server.remove("chart", id, signal()) ?? "", /associated alerts or reports/);
  }, { alerts: [C0] });
});

function signal(): AbortSignal {
  return AbortSignal.timeout(60_000);
}
