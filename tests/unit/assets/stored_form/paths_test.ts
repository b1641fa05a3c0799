import assert from "node:assert/strict";
import fc from "fast-check";
import { parseUuid } from "../../../../src/assets/core/asset.ts";
import { pathsOf, slugOf } from "../../../../src/assets/core/stored_form/paths.ts";
import { assetsOf, chartFile, databaseFile, datasetFile, id, stored } from "../samples.ts";

Deno.test("a slug is lower-case ASCII of at most 60 characters, with one _ in place of everything else", () => {
  assert.equal(slugOf("Lo-Fi (2)"), "lo_fi_2");
  assert.equal(slugOf("Café  été"), "cafe_ete");
  assert.equal(slugOf("../../etc/passwd"), "etc_passwd");
  assert.equal(slugOf("日本 2024"), "2024");
  assert.equal(slugOf("Продажи"), "");
  assert.equal(slugOf("a".repeat(90)).length, 60);
  assert.equal(slugOf(`${"a".repeat(59)} b`), "a".repeat(59));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    assert.match(slugOf(name), /^(?:[a-z0-9]+(?:_[a-z0-9]+)*)?$/);
    assert.ok(slugOf(name).length <= 60);
  }));
});

Deno.test("a path has the readable name and eight digits of the UUID; without a name it has the whole UUID", () => {
  const assets = assetsOf(
    stored("database", databaseFile()),
    stored("dataset", datasetFile()),
    stored("chart", chartFile({ slice_name: "Продажи" })),
  );
  assert.deepEqual([...pathsOf(assets).values()], [
    "databases/harbor__a0000001.yaml",
    "datasets/harbor/ship_calls__d0000001.yaml",
    `charts/${id("c")}.yaml`,
  ]);
});

Deno.test("a dataset lies below its database's name, else its UUID", () => {
  const cyrillic = assetsOf(
    stored("database", databaseFile({ database_name: "Гавань" })),
    stored("dataset", datasetFile()),
  );
  assert.equal(pathsOf(cyrillic).get(id("d")), `datasets/${id("a")}/ship_calls__d0000001.yaml`);
  const alone = assetsOf(stored("dataset", datasetFile()));
  assert.equal(pathsOf(alone).get(id("d")), `datasets/${id("a")}/ship_calls__d0000001.yaml`);
});

Deno.test("assets whose UUIDs begin alike have their whole UUIDs, whatever their names", () => {
  const other = parseUuid(`${id("c").slice(0, 8)}-1111-4000-8000-000000000000`);
  assert.ok(other !== undefined);
  const assets = assetsOf(stored("chart", chartFile()), stored("chart", chartFile({ uuid: other })));
  assert.deepEqual([...pathsOf(assets).values()], [
    `charts/calls_per_port__${id("c")}.yaml`,
    `charts/calls_per_port__${other}.yaml`,
  ]);
});

Deno.test("no two assets share a path on a file system that ignores letter case", () => {
  const name = fc.oneof(
    fc.constantFrom("My DB", "my_db", "MY-DB", "Port", "port", "", "Порт", "порт"),
    fc.string(),
  );
  const start = fc.constantFrom("c0000001", "c0000002");
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(start, fc.nat(50)), { selector: String }),
      fc.array(name),
      (keys, names) => {
        const assets = keys.map(([begin, rest], index) =>
          stored(
            "chart",
            chartFile({
              uuid: `${begin}-0000-4000-8000-${String(rest).padStart(12, "0")}`,
              slice_name: names[index] ?? "x",
            }),
          )
        );
        const paths = [...pathsOf(assetsOf(...assets)).values()].map((path) => path.toLowerCase());
        assert.equal(new Set(paths).size, assets.length);
      },
    ),
  );
});

Deno.test("a secret in the name of a database or of what lies in it is masked in every path", () => {
  const assets = assetsOf(
    stored("database", databaseFile({ database_name: "postgresql://bi:s3cr3t-pw@db/x" })),
    stored("dataset", datasetFile({ table_name: "mysql://bi:s3cr3t-pw@db/y" })),
  );
  assert.deepEqual([...pathsOf(assets).values()], [
    "databases/postgresql_bi_xxxxxxxxxx_db_x__a0000001.yaml",
    "datasets/postgresql_bi_xxxxxxxxxx_db_x/mysql_bi_xxxxxxxxxx_db_y__d0000001.yaml",
  ]);
});
