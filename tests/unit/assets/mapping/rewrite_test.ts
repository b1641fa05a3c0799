import assert from "node:assert/strict";
import fc from "fast-check";
import type { RewriteRule } from "../../../../src/assets/core/instance.ts";
import { ambiguousNames, rewriteAsset } from "../../../../src/assets/core/mapping/rewrite.ts";
import { chartFile, datasetFile, stored } from "../samples.ts";

const SQL: RewriteRule = { field: "sql", from: "prod_", to: "qa_" };
const SCHEMA: RewriteRule = { field: "schema", from: "prod_", to: "qa_" };

function sqlOf(sql: string, rules: readonly RewriteRule[] = [SQL]): unknown {
  return rewriteAsset(stored("dataset", datasetFile({ sql })), rules, { direction: "to_instance" })
    .tree["sql"];
}

const CASES: Readonly<Record<string, readonly (readonly [before: string, after: string])[]>> = {
  "a schema or catalog before a dot is rewritten": [
    ["SELECT * FROM prod_mart.calls", "SELECT * FROM qa_mart.calls"],
    ["SELECT * FROM prod_cat . prod_mart.calls", "SELECT * FROM qa_cat . qa_mart.calls"],
    ["SELECT prod_mart.f(x) FROM a, prod_mart.b", "SELECT qa_mart.f(x) FROM a, qa_mart.b"],
    ["INSERT INTO prod_mart.calls", "INSERT INTO qa_mart.calls"],
  ],
  "names without a dot, and names with the prefix elsewhere, stay": [
    ["SELECT prod_x, a.prod_y FROM mart.prod_calls", "SELECT prod_x, a.prod_y FROM mart.prod_calls"],
    ["SELECT * FROM my_prod_mart.calls", "SELECT * FROM my_prod_mart.calls"],
    ["SELECT * FROM $prod_mart.calls", "SELECT * FROM $prod_mart.calls"],
  ],
  "literals stay": [
    ["SELECT 'prod_mart.x'", "SELECT 'prod_mart.x'"],
    ["SELECT 'it''s prod_mart.x', prod_mart.f()", "SELECT 'it''s prod_mart.x', qa_mart.f()"],
    ["SELECT $$prod_mart.x$$, $a$prod_mart.y$a$", "SELECT $$prod_mart.x$$, $a$prod_mart.y$a$"],
    ["SELECT 'open prod_mart.x", "SELECT 'open prod_mart.x"],
  ],
  "comments stay": [
    ["-- prod_mart.x\nSELECT * FROM prod_mart.x", "-- prod_mart.x\nSELECT * FROM qa_mart.x"],
    ["/* prod_mart.x\n'*/ SELECT * FROM prod_mart.x", "/* prod_mart.x\n'*/ SELECT * FROM qa_mart.x"],
  ],
  "Jinja stays, within literals too": [
    [
      "{{ prod_mart.x }} {% if prod_a.b %} {# prod_c.d #}",
      "{{ prod_mart.x }} {% if prod_a.b %} {# prod_c.d #}",
    ],
    ["x = '{{ f('prod_mart.y') }}' FROM prod_mart.t", "x = '{{ f('prod_mart.y') }}' FROM qa_mart.t"],
    [`FROM "{{ schema("prod_a.b") }}".t`, `FROM "{{ schema("prod_a.b") }}".t`],
  ],
  "quoted names are names": [
    ['SELECT * FROM "prod_mart"."calls"', 'SELECT * FROM "qa_mart"."calls"'],
    ["SELECT * FROM `prod_mart` . calls", "SELECT * FROM `qa_mart` . calls"],
    ["SELECT * FROM [prod_mart].[calls]", "SELECT * FROM [qa_mart].[calls]"],
    ['SELECT "prod_mart.calls"', 'SELECT "prod_mart.calls"'],
  ],
  "aliases are no schemas": [
    ["SELECT prod_a.x FROM mart.calls prod_a", "SELECT prod_a.x FROM mart.calls prod_a"],
    ["SELECT prod_a.x FROM mart.calls AS prod_a", "SELECT prod_a.x FROM mart.calls AS prod_a"],
    ['SELECT "prod_a".x FROM (SELECT 1) AS "prod_a"', 'SELECT "prod_a".x FROM (SELECT 1) AS "prod_a"'],
    [
      "SELECT PROD_A.x, prod_a.x FROM t a JOIN u prod_A ON 1",
      "SELECT PROD_A.x, prod_a.x FROM t a JOIN u prod_A ON 1",
    ],
  ],
  "aliases are found after another FROM, JOIN or list": [
    ["SELECT a, prod_a.x FROM mart.t prod_a", "SELECT a, prod_a.x FROM mart.t prod_a"],
    ["SELECT prod_b.x FROM t JOIN u prod_b ON 1", "SELECT prod_b.x FROM t JOIN u prod_b ON 1"],
  ],
  "a table is known by its own name": [
    ["SELECT prod_calls.port FROM mart.prod_calls", "SELECT prod_calls.port FROM mart.prod_calls"],
    ["SELECT prod_b.x FROM m.a, prod_m.prod_b WHERE 1", "SELECT prod_b.x FROM m.a, qa_m.prod_b WHERE 1"],
    ["SELECT a, prod_m.f() FROM prod_m.t", "SELECT a, qa_m.f() FROM qa_m.t"],
  ],
  "common table expressions are no schemas": [
    [
      "WITH prod_a AS (SELECT 1), prod_b (x) AS (SELECT 2 FROM prod_m.t) SELECT prod_a.x, prod_b.x FROM prod_a",
      "WITH prod_a AS (SELECT 1), prod_b (x) AS (SELECT 2 FROM qa_m.t) SELECT prod_a.x, prod_b.x FROM prod_a",
    ],
    [
      "WITH RECURSIVE prod_a AS (SELECT 1) SELECT prod_a.x",
      "WITH RECURSIVE prod_a AS (SELECT 1) SELECT prod_a.x",
    ],
  ],
};

for (const [title, cases] of Object.entries(CASES)) {
  Deno.test(`in SQL, ${title}`, () => {
    for (const [before, after] of cases) assert.equal(sqlOf(before), after);
  });
}

Deno.test("schema and catalog are rewritten at their beginning, and only in datasets", () => {
  const catalog: RewriteRule = { field: "catalog", from: "", to: "qa_" };
  const dataset = stored(
    "dataset",
    datasetFile({ schema: "prod_mart", catalog: "lake", sql: "SELECT prod_m.f()" }),
  );
  const { tree } = rewriteAsset(dataset, [SCHEMA, catalog], { direction: "to_instance" });
  assert.deepEqual([tree["schema"], tree["catalog"], tree["sql"]], [
    "qa_mart",
    "qa_lake",
    "SELECT prod_m.f()",
  ]);
  assert.deepEqual(Object.keys(tree), Object.keys(dataset.tree));
  const chart = stored("chart", chartFile({ schema: "prod_mart" }));
  assert.equal(rewriteAsset(chart, [SCHEMA], { direction: "to_instance" }), chart);
});

Deno.test("the first rule that fits a name is the only one, and rules that fit nothing are not reported as used", () => {
  const rules: readonly RewriteRule[] = [
    { field: "schema", from: "prod_sales", to: "qa_s" },
    { field: "schema", from: "prod_", to: "qa_" },
    { field: "schema", from: "qa_", to: "test_" },
  ];
  const matched: string[] = [];
  const use = (rule: RewriteRule) => matched.push(rule.from);
  const to = { direction: "to_instance", matched: use } as const;
  const dataset = stored("dataset", datasetFile({ schema: "prod_mart" }));
  assert.equal(rewriteAsset(dataset, rules, to).tree["schema"], "qa_mart");
  assert.deepEqual(matched, ["prod_"]);
});

Deno.test("a name that would come back changed is ambiguous, and named with its rule", () => {
  const ambiguous = (more: Readonly<Record<string, string>>, rules: readonly RewriteRule[]) =>
    ambiguousNames(stored("dataset", datasetFile({ schema: null, ...more })), rules).map(({ name, rule }) => [
      name,
      rule.to,
    ]);
  assert.deepEqual(ambiguous({ schema: "qa_mart" }, [SCHEMA]), [["qa_mart", "qa_"]]);
  assert.deepEqual(ambiguous({ schema: "prod_mart" }, [SCHEMA]), []);
  assert.deepEqual(ambiguous({ sql: "SELECT 'qa_a.b', \"qa_mart\".t, qa_x.y FROM m.t qa_x" }, [SQL]), [[
    "qa_mart",
    "qa_",
  ]]);
  // Two rules lead to one name.
  const both: readonly RewriteRule[] = [SCHEMA, { field: "schema", from: "stage_", to: "qa_" }];
  assert.deepEqual(ambiguous({ schema: "stage_mart" }, both), [["stage_mart", "qa_"]]);
  // The rewritten schema is an alias of the statement.
  assert.deepEqual(ambiguous({ sql: "SELECT qa_x.y FROM prod_x.t qa_x" }, [SQL]), [["prod_x", "qa_"]]);
  // The new prefix is empty: every name could have had the old one.
  const strip: RewriteRule = { field: "schema", from: "prod_", to: "" };
  assert.deepEqual(ambiguous({ schema: "prod_mart" }, [strip]), []);
  assert.deepEqual(ambiguous({ schema: "mart" }, [strip]), [["mart", ""]]);
});

Deno.test("what is rewritten for an instance and back is the same, unless a name is ambiguous", () => {
  const word = fc.constantFrom(
    ..."prod_a prod_b qa_a qa_b mart SELECT FROM JOIN WITH AS a b , . ( ) * ON prod_ qa_ 'x' 'prod_a.b' -- /* */ {{ }}"
      .split(" "),
    ...['"prod_a"', '"qa_a"', "`prod_b`", "[prod_a]", "\n", "'{{ f('prod_a.b') }}'", "WHERE", "''", "'"],
  );
  const sql = fc.array(word, { maxLength: 14 }).map((words) => words.join(" ")).map((text) =>
    text.replaceAll(" . ", ".")
  );
  const prefix = fc.constantFrom("prod_", "qa_", "", "p", "prod_a", "mart");
  const rule = fc.record({ field: fc.constantFrom("schema", "catalog", "sql"), from: prefix, to: prefix });
  const schema = fc.option(fc.constantFrom("prod_a", "qa_a", "mart", "prod_", ""));
  let clear = 0;
  fc.assert(
    fc.property(sql, schema, schema, fc.array(rule, { maxLength: 3 }), (text, one, two, rules) => {
      const dataset = stored("dataset", datasetFile({ sql: text, schema: one, catalog: two }));
      if (ambiguousNames(dataset, rules).length > 0) return;
      clear += 1;
      const there = rewriteAsset(dataset, rules, { direction: "to_instance" });
      assert.deepEqual(rewriteAsset(there, rules, { direction: "to_folder" }), dataset);
    }),
    { numRuns: 10_000 },
  );
  assert.ok(clear > 1000);
});
