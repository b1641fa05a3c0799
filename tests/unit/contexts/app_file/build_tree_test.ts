import assert from "node:assert/strict";
import { addVariables, buildTree } from "../../../../src/contexts/core/app_file/build_tree.ts";
import { mergeApp } from "../../../../src/contexts/core/app_file/merge_app.ts";
import { parseContextId } from "../../../../src/contexts/core/context_id.ts";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import type { ValueMap } from "../../../../src/contexts/core/tree/value.ts";
import { documentOf, linesThrown } from "./read_document.ts";

const ID = parseContextId("id-1");
const BASE = documentOf(
  "b.yaml",
  "jinja2-macros:\n  first: |\n    {% macro a() %}x{% endmacro %}\n  second: '  {# two #}  '\nvariables:\n  v0: base\n  v1: '{{ v }}'\n" +
    "cicd-contexts:\n  stage:\n    channel: c\n    pipelines: {}\n  production: {}\n",
);
const RAW = documentOf(
  "app.yaml",
  "bases: [b.yaml]\nvariables:\n  v0: app\ncicd-contexts:\n  stage:\n    custom: 1\n",
);
const MERGED = mergeApp({ app: RAW, bases: [BASE] });

Deno.test("the tree has the context's keys, the raw app file, the macros and the state, in this order", () => {
  const tree = buildTree({
    id: ID,
    context: "stage",
    app: { merged: MERGED, raw: RAW },
    state: new Map([["key", "value"], ["cicdContextDataId", "other"]]),
  });
  assert.equal(
    formatJson(tree),
    '{"channel": "c", "pipelines": {}, "custom": 1, ' +
      '"appPipelinesConfig": {"bases": ["b.yaml"], "variables": {"v0": "app"}, "cicd-contexts": {"stage": {"custom": 1}}}, ' +
      '"jinja2Macros": {"byName": {"first": "{% macro a() %}x{% endmacro %}\\n", "second": "  {# two #}  "}, ' +
      '"all": "{% macro a() %}x{% endmacro %}{# two #}"}, ' +
      '"state": {"cicdContextDataId": "id-1", "cicdContextName": "stage", "key": "value"}}',
  );
});

Deno.test("without an app file there is only the state", () => {
  assert.equal(
    formatJson(buildTree({ id: ID, context: "stage", app: undefined })),
    '{"state": {"cicdContextDataId": "id-1", "cicdContextName": "stage"}}',
  );
});

Deno.test("variables are rendered in their order, and each sees those before it", () => {
  const tree = buildTree({ id: ID, context: "stage", app: { merged: MERGED, raw: RAW } });
  const seen: string[] = [];
  const result = addVariables(tree, {
    merged: MERGED,
    render(template, { tree, name }) {
      seen.push(`${name} ${formatJson(tree.get("variables") ?? null)}`);
      return `<${template}>`;
    },
  });
  assert.deepEqual(seen, ["v0 null", 'v1 {"v0": "<app>"}']);
  assert.equal(formatJson(result.get("variables") ?? null), '{"v0": "<app>", "v1": "<{{ v }}>"}');
  assert.equal([...result.keys()].at(-1), "variables");
});

Deno.test("an app file without variables gets none", () => {
  const raw = documentOf("app.yaml", "cicd-contexts: {stage: {}}\nvariables:\n");
  const merged = mergeApp({ app: raw, bases: [] });
  const tree: ValueMap = buildTree({ id: ID, context: "stage", app: { merged, raw } });
  assert.equal(addVariables(tree, { merged, render: () => "x" }).has("variables"), false);
  assert.equal(formatJson(tree.get("jinja2Macros") ?? null), '{"byName": {}, "all": ""}');
});

Deno.test("an unknown context is an error that names the nearest one", () => {
  const build = (context: string) => () => buildTree({ id: ID, context, app: { merged: MERGED, raw: RAW } });
  assert.throws(build("stgae"), { code: "context_name_unknown", exitCode: 2, hint: /--context stage\?/ });
  assert.throws(build("zzz"), { hint: "Choose one with --context: stage, production" });
});

Deno.test("macros and variables that are no text are errors with their lines", () => {
  const raw = documentOf(
    "app.yaml",
    "jinja2-macros:\n  a: 1\n  b: text\n  c: []\nvariables: [1]\ncicd-contexts: {s: {}}\n",
  );
  const merged = mergeApp({ app: raw, bases: [] });
  assert.deepEqual(linesThrown(() => buildTree({ id: ID, context: "s", app: { merged, raw } })), [
    2,
    "Reading the app files: 2 problems",
    "app.yaml:2: jinja2-macros.a: expected text; put it in quotes",
    "app.yaml:4: jinja2-macros.c: expected text; put it in quotes",
  ]);
  assert.match(
    linesThrown(() => addVariables(new Map(), { merged, render: () => "" })).join(),
    /app.yaml:5: variables: expected a map of names and texts/,
  );
});
