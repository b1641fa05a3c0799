import assert from "node:assert/strict";
import { findMasks, findSecrets, MASK, maskSecrets, secretsOf } from "../../../src/assets/core/secrets.ts";
import type { Tree } from "../../../src/assets/core/tree.ts";
import { chartFile, dashboardFile, databaseFile, datasetFile, stored } from "./samples.ts";

const SECRET = "Zu7-s3cret-value";

/** A secret of each kind. Values that look like real keys are put together here. */
const HITS: readonly (readonly [detector: string, tree: Tree, field: string])[] = [
  ["uri_password", { url: `postgresql://bi:${SECRET}@db.example/x` }, "url"],
  ["uri_password", { sql: `-- see https://u:${SECRET}@host/path\nSELECT 1` }, "sql"],
  ["uri_parameter", { a: [{ url: `https://x.example/?a=1&token=${SECRET}` }] }, "a.0.url"],
  ["private_key", { note: `-----BEGIN RSA ${"PRIVATE"} KEY-----\nMIIE` }, "note"],
  ["token", { sql: `SELECT '${"ghp"}_${"a1".repeat(18)}'` }, "sql"],
  ["token", { sql: `${"AKIA"}${"ABCD".repeat(4)}` }, "sql"],
  ["bearer", { h: `Authorization: Bearer ${"abc123".repeat(5)}` }, "h"],
  ["sql_password", { sql: `CREATE USER x IDENTIFIED BY '${SECRET}'` }, "sql"],
  [
    "secret_key",
    { extra: { engine_params: { connect_args: { password: SECRET } } } },
    "extra.engine_params.connect_args.password",
  ],
  ["secret_key", { template_params: { api_key: SECRET } }, "template_params.api_key"],
  ["secret_key", { template_params: { "x-client-secret": SECRET } }, "template_params.x-client-secret"],
];

Deno.test("each detector finds its secret, and names the place and never the value", () => {
  for (const [detector, tree, field] of HITS) {
    const findings = findSecrets(tree);
    assert.deepEqual(findings, [{ field, detector }]);
    assert.ok(!JSON.stringify(findings).includes(SECRET));
  }
});

Deno.test("a mask takes the place of each secret, and nothing is found then", () => {
  for (const [, tree] of HITS) {
    const masked = maskSecrets(tree, findSecrets(tree));
    assert.ok(!JSON.stringify(masked).includes(SECRET));
    assert.deepEqual(findSecrets(masked), []);
    assert.equal(findMasks(masked).length, 1);
  }
  const uri = maskSecrets({ a: `x://u:${SECRET}@h/d` }, [{ field: "a", detector: "uri_password" }]);
  assert.deepEqual(uri, { a: `x://u:${MASK}@h/d` });
});

Deno.test("ordinary content is no secret", () => {
  const texts = [
    "SELECT password_changed_at, token_count FROM users WHERE tokens > 3",
    "postgresql://bi_ro:XXXXXXXXXX@db.example/x",
    "https://x.example/superset/dashboard/5/?standalone=1&token={{ url_param('t') }}",
    "postgresql://u:{{ secret }}@h/d",
    "Mail to a@b.example: at 12:30, see https://host:8080/path and @team",
    "password = ''",
    "The bearer of good news",
    "13:45:00 - 14:00:00@Berlin",
    "eyJ short",
  ];
  for (const text of texts) assert.deepEqual(findSecrets({ text }), [], text);
  const maps: readonly Tree[] = [
    { password: "" },
    { password: MASK },
    { token: "{{ x }}", secret: null, api_key: 5 },
    { columns: [{ column_name: "password", verbose_name: "Password" }] },
    { metrics: ["access_token"], groupby: ["secret"] },
    { label_colors: { password: { r: 1 } } },
  ];
  for (const tree of maps) assert.deepEqual(findSecrets(tree), [], JSON.stringify(tree));
  for (
    const asset of [
      stored("database", databaseFile()),
      stored("dataset", datasetFile()),
      stored("chart", chartFile({ query_context: '{"form_data": {}}' })),
      stored("dashboard", dashboardFile()),
    ]
  ) assert.deepEqual(secretsOf(asset, { path: "x", allow: [] }), []);
});

Deno.test("a finding is accepted by its path and field, in that file only", () => {
  const asset = stored("dataset", datasetFile({ template_params: { api_key: SECRET } }));
  const allow = ["datasets/a.yaml#template_params.api_key"];
  assert.deepEqual(secretsOf(asset, { path: "datasets/a.yaml", allow }), []);
  assert.equal(secretsOf(asset, { path: "datasets/b.yaml", allow }).length, 1);
});

Deno.test("a mask is found wherever it is", () => {
  assert.deepEqual(findMasks({ a: [{ b: `x://u:${MASK}@h` }], c: "XXX" }), ["a.0.b"]);
});
