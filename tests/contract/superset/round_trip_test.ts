import assert from "node:assert/strict";
import { exportAssets } from "../../../src/assets/app/export_assets.ts";
import { applyPush } from "../../../src/assets/app/push/apply_push.ts";
import { preparePush } from "../../../src/assets/app/push/prepare_push.ts";
import { readExportRecord, readStored } from "../../../src/assets/app/read_folder.ts";
import { EVERYTHING } from "../../../src/assets/core/select.ts";
import { part } from "../../worlds/require.ts";
import { addDatabases, fill } from "../../worlds/superset/fill.ts";
import { makeWorld, USUAL } from "../../worlds/superset/harbour.ts";
import { startSuperset } from "../../worlds/superset/real_superset.ts";
import { filesBelow, makeBench } from "../../worlds/superset/tools.ts";

const superset = await part("superset");

const EXPORT = { selection: EVERYTHING, force: false, allowRemovals: false, redact: false };
const PUSH = { force: false, adopt: false, selection: EVERYTHING };

/** How production's names lead to those of QA. */
const QA = {
  databases: { map: { Trino: "Trino-QA" }, missing: "fail" },
  rewrite: [
    { field: "schema", from: "prod_", to: "qa_" },
    { field: "sql", from: "prod_", to: "qa_" },
  ],
} as const;

for (const version of ["6.1", "6.0"] as const) {
  superset.test(`what goes from production to QA comes back as the same bytes, on Superset ${version}`, async () => {
    const [production, qa] = await Promise.all([startSuperset(), startSuperset({ version })]);
    const bench = await makeBench();
    try {
      await fill(production.url, makeWorld(USUAL, production.warehouse));
      await addDatabases(qa.url, {
        Other: `sqlite:///${qa.warehouse}`,
        "Trino-QA": `shillelagh://bi_ro:s3cret-qa@dwh.qa.example/${qa.warehouse}`,
        Warehouse: `sqlite:///${qa.warehouse}`,
        "Häfen 港": `sqlite:///${qa.warehouse}`,
      });
      const connections = "select database_name, uuid, sqlalchemy_uri, password from dbs order by id";
      const before = await qa.query(connections);
      const dir = `${bench.folder}/assets`;
      await exportAssets(
        bench.instance("production", production.url),
        bench.ports,
        { ...EXPORT, dir },
        signal(),
      );
      const exported = await filesBelow(dir);
      assert.equal(exported.size, 91);

      const target = bench.instance("qa", qa.url, QA);
      const texts = await bench.ports.sources.folder(dir).read();
      assert.ok(texts !== undefined);
      const stored = readStored(texts);
      const source = { all: stored.assets, paths: stored.paths, exported: readExportRecord(texts, "qa") };
      const prepared = await preparePush(target, bench.ports, { source, options: PUSH }, signal());
      assert.deepEqual(new Set(prepared.plan.map(({ action }) => action)), new Set(["create"]));
      const options = { command: "push", continueOnError: false, inActions: false } as const;
      const { assets } = await applyPush(target, bench.ports, { prepared, options }, signal());
      assert.deepEqual(assets.filter(({ result }) => result !== "done"), []);
      assert.deepEqual(await qa.query(connections), before, "a connection was changed");
      const schemas = await qa.query("select distinct schema from tables order by 1");
      assert.deepEqual(schemas, [["qa_mart"], ["qa_sales"]]);

      const again = await preparePush(bench.instance("qa", qa.url, QA), bench.ports, {
        source,
        options: PUSH,
      }, signal());
      assert.deepEqual(new Set(again.plan.map(({ action }) => action)), new Set(["unchanged"]));
      await exportAssets(bench.instance("qa", qa.url, QA), bench.ports, { ...EXPORT, dir }, signal());
      assert.deepEqual(await filesBelow(dir), exported);
    } finally {
      await Promise.all([production.stop(), qa.stop()]);
      await bench.remove();
    }
  });
}

function signal(): AbortSignal {
  return AbortSignal.timeout(170_000);
}
