/** kill -9 of `showtime assets …` as a process, at its requests: one more run converges, and no lock is left. */

import assert from "node:assert/strict";
import { formatYaml } from "../../../src/assets/core/pyyaml.ts";
import { formatJson, parseJson, type TreeMap } from "../../../src/assets/core/tree.ts";
import { serveSimulator } from "../../../src/simulators/github/mod.ts";
import { makeSupersetSimulator, parseSeed } from "../../../src/simulators/superset/mod.ts";
import { runShowtime, spawnShowtime } from "../../worlds/program/process.ts";
import { makeWorld } from "../../worlds/superset/harbour.ts";

const FILES = makeWorld({ datasets: 2, charts: 2, dashboards: 1 }, "/tmp/warehouse.db");

interface Stage {
  readonly folder: string;
  /** Runs the program; throws if it ends with another code. */
  run(args: readonly string[], code?: number): Promise<string>;
  /** Runs the program and kills it when a request arrives, or when the request has taken effect. */
  kill(args: readonly string[], at: { readonly request: string; readonly after: boolean }): Promise<void>;
  writeFolder(keep: (path: string) => boolean, change?: (tree: TreeMap) => TreeMap): Promise<void>;
}

/** Plays in a folder with an instance "qa" that has the databases and nothing else. */
async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  let trap:
    | { readonly request: string; readonly after: boolean; readonly child: Deno.ChildProcess }
    | undefined;
  const spring = async (request: string, after: boolean) => {
    if (trap === undefined || trap.request !== request || trap.after !== after) return;
    const { child } = trap;
    trap = undefined;
    child.kill("SIGKILL");
    await child.status;
    if (!after) throw new TypeError("the client is dead");
  };
  const databases = Object.fromEntries([...FILES].filter(([path]) => path.startsWith("databases/")));
  const served = serveSimulator(
    makeSupersetSimulator(parseSeed({ files: parseJson(formatJson(databases)) }), {
      onRequest: (request) => spring(request, false),
      onEffect: (request) => spring(request, true),
    }),
    { port: 0 },
  );
  const folder = await Deno.makeTempDir({ prefix: "showtime-kill-" });
  const auth = { method: "password", username: "admin", password: "${file:secret.txt}" };
  const config = { version: 1, assets: { dir: "assets", instances: { qa: { url: served.url, auth } } } };
  await Deno.writeTextFile(`${folder}/showtime.yml`, JSON.stringify(config));
  await Deno.writeTextFile(`${folder}/secret.txt`, "admin\n");
  try {
    await play({
      folder,
      async run(args, code = 0) {
        const ended = await runShowtime(["assets", ...args], { cwd: folder });
        assert.equal(ended.code, code, `${args.join(" ")}\n${ended.out}${ended.err}`);
        return ended.out + ended.err;
      },
      async kill(args, at) {
        const child = spawnShowtime(["assets", ...args], { cwd: folder });
        trap = { ...at, child };
        const { signal } = await child.output();
        assert.equal(signal, "SIGKILL", `${at.request} never came`);
      },
      async writeFolder(keep, change = (tree) => tree) {
        await Deno.remove(`${folder}/assets`, { recursive: true }).catch(() => {});
        for (const [path, tree] of [...FILES].filter(([each]) => keep(each))) {
          await Deno.mkdir(`${folder}/assets/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
          await Deno.writeTextFile(`${folder}/assets/${path}`, formatYaml(change(tree)));
        }
      },
    });
  } finally {
    await served.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a push, a rollback and a prune that are killed are completed by the next run", async () => {
  await onStage(async ({ run, kill, writeFolder, folder }) => {
    await writeFolder(() => true);
    await kill(["push", "qa", "--yes"], { request: "POST /api/v1/dataset/import/", after: true });
    assert.match(await run(["runs", "qa"]), /was killed/);
    await kill(["push", "qa", "--yes"], { request: "POST /api/v1/dashboard/import/", after: false });
    await run(["push", "qa", "--yes"]);
    await run(["plan", "qa", "--exit-code"]);
    assert.doesNotMatch(await run(["runs", "qa"]), /was killed/);
    const ledger = JSON.parse(await Deno.readTextFile(`${folder}/.showtime/assets/qa/ledger.json`));
    assert.equal(Object.keys(ledger.assets).length, 5);

    await writeFolder(
      () => true,
      (tree) => tree["slice_name"] === undefined ? tree : { ...tree, description: "changed" },
    );
    await run(["push", "qa", "--yes"]);
    await kill(["rollback", "qa", "--yes"], { request: "POST /api/v1/chart/import/", after: true });
    await run(["rollback", "qa", "--yes"]);
    await writeFolder(() => true);
    await run(["plan", "qa", "--exit-code"]);

    await writeFolder((path) => /^(?:databases|datasets)/.test(path));
    await kill(["prune", "qa", "--yes"], { request: "DELETE /api/v1/chart/1", after: true });
    await run(["prune", "qa", "--yes"]);
    assert.match(await run(["prune", "qa"]), /Nothing to prune/);
    assert.doesNotMatch(await run(["runs", "qa"]), /was killed/);
  });
});
