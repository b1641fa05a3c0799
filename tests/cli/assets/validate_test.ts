import assert from "node:assert/strict";
import { MASK } from "../../../src/assets/core/secrets.ts";
import type { Tree } from "../../../src/assets/core/tree.ts";
import { CommandWorld } from "../../worlds/superset/command_world.ts";
import { worldUuid } from "../../worlds/superset/harbour.ts";

interface Problem {
  readonly path: string;
  readonly field: string | null;
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
}

interface Report {
  readonly problems: readonly Problem[];
  readonly summary: { readonly assets: number; readonly problems: number };
}

const DATASET = worldUuid("d", 0);
const OTHER_DATASET = worldUuid("d", 3);
const CHART = worldUuid("c", 0);
const OTHER_CHART = worldUuid("c", 1);
const DASHBOARD = worldUuid("b", 0);
const OTHER_DASHBOARD = worldUuid("b", 1);

/** A world whose folder holds a valid export. */
async function makeExported(section: Readonly<Record<string, Tree>> = {}): Promise<CommandWorld> {
  const world = await CommandWorld.make({ qa: {} }, section);
  await world.expect(0, "export");
  return world;
}

/** A mistake in a field, with what is said about it. */
interface Mistake {
  readonly title: string;
  readonly uuid: string;
  readonly fields: Readonly<Record<string, Tree | undefined>>;
  readonly code: string;
  readonly field: string | null;
  readonly message: RegExp;
}

const MISTAKES: readonly Mistake[] = [
  {
    title: "a name that is missing",
    uuid: CHART,
    fields: { slice_name: undefined },
    code: "missing",
    field: "slice_name",
    message: /Superset needs this field/,
  },
  {
    title: "a name that is empty",
    uuid: CHART,
    fields: { slice_name: "" },
    code: "missing",
    field: "slice_name",
    message: /the name is empty/,
  },
  {
    title: "a name that YAML reads as a number",
    uuid: DATASET,
    fields: { table_name: 20260105 },
    code: "wrong_type",
    field: "table_name",
    message: /expects text/,
  },
  {
    title: "a chart type that is missing",
    uuid: CHART,
    fields: { viz_type: undefined },
    code: "missing",
    field: "viz_type",
    message: /Superset needs this field/,
  },
  {
    title: "a chart without a dataset",
    uuid: CHART,
    fields: { dataset_uuid: undefined },
    code: "missing",
    field: "dataset_uuid",
    message: /a chart without a dataset can never be imported/,
  },
  {
    title: "a whole number that is a text",
    uuid: DATASET,
    fields: { offset: "two" },
    code: "wrong_type",
    field: "offset",
    message: /expects a whole number/,
  },
  {
    title: "a text that YAML reads as a number",
    uuid: CHART,
    fields: { description: 12 },
    code: "wrong_type",
    field: "description",
    message: /expects text/,
  },
  {
    title: "columns that are no list",
    uuid: DATASET,
    fields: { columns: "port" },
    code: "wrong_type",
    field: "columns",
    message: /expects a list/,
  },
  {
    title: "a field of a column",
    uuid: DATASET,
    fields: { columns: [{ column_name: "port", is_dttm: "yes" }] },
    code: "wrong_type",
    field: "columns.port.is_dttm",
    message: /expects true or false/,
  },
  {
    title: "a dataset that is not there",
    uuid: CHART,
    fields: { dataset_uuid: worldUuid("d", 77) },
    code: "dangling",
    field: null,
    message: new RegExp(`the dataset ${worldUuid("d", 77)} is not in the folder`),
  },
  {
    title: "a database that is not there",
    uuid: DATASET,
    fields: { database_uuid: worldUuid("a", 77) },
    code: "dangling",
    field: null,
    message: new RegExp(`the database ${worldUuid("a", 77)} is not in the folder`),
  },
  {
    title: "a reference that is no UUID",
    uuid: CHART,
    fields: { dataset_uuid: "ship_calls" },
    code: "wrong_type",
    field: "dataset_uuid",
    message: /expects a UUID/,
  },
  {
    title: "a metric without an expression",
    uuid: DATASET,
    fields: { metrics: [{ metric_name: "count" }] },
    code: "missing",
    field: "metrics.count.expression",
    message: /Superset needs this field/,
  },
  {
    title: "a column without a name",
    uuid: DATASET,
    fields: { columns: [{ type: "VARCHAR" }] },
    code: "missing",
    field: "columns.0.column_name",
    message: /Superset needs this field/,
  },
  {
    title: "a column that is there twice",
    uuid: DATASET,
    fields: { columns: [{ column_name: "port" }, { column_name: "port" }] },
    code: "refused",
    field: "columns.port",
    message: /the name is there twice/,
  },
  {
    title: "a query context that is a list",
    uuid: CHART,
    fields: { query_context: [1] },
    code: "wrong_type",
    field: "query_context",
    message: /expects a map, or JSON text/,
  },
  {
    title: "a query context that is no JSON",
    uuid: CHART,
    fields: { query_context: "{" },
    code: "refused",
    field: "query_context",
    message: /JSON not valid/,
  },
  {
    title: "tags that are no list",
    uuid: CHART,
    fields: { tags: "harbour" },
    code: "wrong_type",
    field: "tags",
    message: /expects a list/,
  },
  {
    title: "a mask",
    uuid: DATASET,
    fields: { description: `Reads sqlite://u:${MASK}@host/db` },
    code: "mask",
    field: "description",
    message: /a push refuses the mask of a secret/,
  },
  {
    title: "a field that Superset does not know",
    uuid: CHART,
    fields: { datasource_url: "x" },
    code: "refused",
    field: "datasource_url",
    message: /neither Superset 6\.0 nor 6\.1 knows this field/,
  },
  {
    title: "a URL that Superset would load",
    uuid: DATASET,
    fields: { data: "https://example.org/rows.csv" },
    code: "refused",
    field: "data",
    message: /a push refuses a URL/,
  },
];

Deno.test("validate finds nothing in an export, and asks no server", async () => {
  await using world = await makeExported();
  const asked = world.server("qa").requests().length;

  const { problems, summary } = await world.json<Report>(0, "validate");
  const { both } = await world.expect(0, "validate");

  assert.deepEqual([problems, summary.problems], [[], 0]);
  assert.equal(summary.assets, (await world.files()).size);
  assert.match(both, new RegExp(`assets: ${summary.assets} assets, 0 problems`));
  assert.equal(world.server("qa").requests().length, asked);
});

for (const { title, uuid, fields, code, field, message } of MISTAKES) {
  Deno.test(`validate names the file and the place of ${title}`, async () => {
    await using world = await makeExported();
    const path = await world.edit(uuid, fields);

    const { problems, summary } = await world.json<Report>(1, "validate");
    const { out } = await world.expect(1, "validate");

    assert.equal(summary.problems, problems.length);
    assert.deepEqual(problems.map((each) => [each.path, each.code, each.field]), [[path, code, field]]);
    assert.match(problems[0]?.message ?? "", message);
    assert.ok(out.includes(field === null ? path : `${path}#${field}`), out);
  });
}

Deno.test("validate names a chart that a dashboard lacks under the dashboard's path", async () => {
  await using world = await makeExported();
  await Deno.remove(`${world.folder}/assets/${await world.pathOf(CHART)}`);

  const { problems } = await world.json<Report>(1, "validate");

  assert.deepEqual(problems.map(({ path, code, message }) => [path, code, message]), [
    [await world.pathOf(DASHBOARD), "dangling", `the chart ${CHART} is not in the folder`],
  ]);
});

Deno.test("validate names two datasets of one table, also where no schema is given", async () => {
  for (const schema of ["prod_mart", undefined]) {
    await using world = await makeExported();
    const first = await world.edit(DATASET, { schema, table_name: "ship_calls" });
    const second = await world.edit(OTHER_DATASET, { schema, table_name: "ship_calls" });

    const { problems } = await world.json<Report>(1, "validate");

    assert.deepEqual(problems.map(({ code, field }) => [code, field]), [["same_table", "table_name"]]);
    assert.deepEqual(
      problems.map(({ path, message }) => [path, message]),
      [[second, `${first} has the same table`]],
    );
  }
});

Deno.test("validate takes one table's name in two schemas or databases for two tables", async () => {
  await using world = await makeExported();
  await world.edit(DATASET, { schema: "prod_mart", table_name: "ship_calls" });
  await world.edit(OTHER_DATASET, { schema: "prod_sales", table_name: "ship_calls" });
  await world.edit(worldUuid("d", 1), { schema: "prod_mart", table_name: "ship_calls" });

  await world.expect(0, "validate");
});

Deno.test("validate names two dashboards of one slug, and leaves dashboards without one alone", async () => {
  await using world = await makeExported();
  const first = await world.edit(DASHBOARD, { slug: "harbour" });
  const second = await world.edit(OTHER_DASHBOARD, { slug: "harbour" });

  const { problems } = await world.json<Report>(1, "validate");
  assert.deepEqual(problems.map(({ code, field }) => [code, field]), [["same_slug", "slug"]]);
  assert.deepEqual(
    problems.map(({ path, message }) => [path, message]),
    [[second, `${first} has the same slug`]],
  );

  for (const uuid of [DASHBOARD, OTHER_DASHBOARD]) await world.edit(uuid, { slug: undefined });
  await world.expect(0, "validate");
});

Deno.test("validate names both files of one UUID, in capital letters too", async () => {
  await using world = await makeExported();
  const path = await world.pathOf(CHART);
  const text = await Deno.readTextFile(`${world.folder}/assets/${path}`);
  await world.write("assets/charts/zz_copy.yaml", text.replace(CHART, CHART.toUpperCase()));

  const { problems } = await world.json<Report>(1, "validate");

  assert.deepEqual(problems.map(({ code }) => code), ["duplicate"]);
  assert.deepEqual(
    [problems[0]?.path, problems[0]?.message],
    ["charts/zz_copy.yaml", `the UUID ${CHART} is also in ${path}`],
  );
});

Deno.test("validate names two columns without a name once each, and not as doubles", async () => {
  await using world = await makeExported();
  await world.edit(DATASET, { columns: [{ type: "a" }, { type: "b" }] });

  const { problems } = await world.json<Report>(1, "validate");

  assert.deepEqual(problems.map(({ code, field }) => [code, field]), [
    ["missing", "columns.0.column_name"],
    ["missing", "columns.1.column_name"],
  ]);
});

Deno.test("validate names a file without a UUID, and one whose uuid has another form", async () => {
  await using world = await makeExported();
  await world.edit(DASHBOARD, { slug: undefined });
  await world.write("assets/charts/lost.yaml", "slice_name: Lost\n");
  await world.write("assets/charts/odd.yaml", "slice_name: Odd\nuuid: 12-34\n");

  const { problems } = await world.json<Report>(1, "validate");

  assert.deepEqual(problems.map(({ path, code, message }) => [path, code, message]), [
    ["charts/lost.yaml", "uuid", "the file has no uuid"],
    ["charts/odd.yaml", "uuid", "the value of uuid is no UUID, which has 32 hexadecimal digits"],
  ]);
});

Deno.test("validate names the line of YAML that cannot be read, beside all other problems", async () => {
  await using world = await makeExported();
  const path = await world.edit(OTHER_CHART, { viz_type: undefined });
  await world.write("assets/charts/torn.yaml", "slice_name: Torn\nparams:\n  a: [1, 2\nuuid: x\n");
  await world.write("assets/charts/words.yaml", "only words\n");

  const { problems } = await world.json<Report>(1, "validate");
  const { out } = await world.expect(1, "validate");

  const torn = problems.find((each) => each.path === "charts/torn.yaml");
  const words = problems.find((each) => each.path === "charts/words.yaml");
  assert.equal(torn?.code, "yaml");
  assert.ok(torn.line !== null && torn.line >= 3 && torn.line <= 4, JSON.stringify(torn));
  assert.deepEqual([words?.code, words?.line], ["yaml", 1]);
  assert.ok(problems.some((each) => each.path === path && each.field === "viz_type"));
  assert.match(out, new RegExp(`charts/torn\\.yaml:${torn.line}\\b`));
  assert.match(out, /charts\/words\.yaml:1\b/);
});

Deno.test("validate names a secret without its value, and accepts it where the configuration does", async () => {
  const secret = "hunter2-hunter2";
  const fields = { description: `See postgresql://ro:${secret}@dwh/prod` };
  await using world = await makeExported();
  const path = await world.edit(DATASET, fields);

  const { both } = await world.expect(1, "validate");
  const { problems } = await world.json<Report>(1, "validate");

  assert.deepEqual(problems.map((each) => [each.path, each.code, each.field]), [
    [path, "secret", "description"],
  ]);
  assert.doesNotMatch(both + JSON.stringify(problems), new RegExp(secret));

  await using accepting = await makeExported({ secrets: { allow: [`${path}#description`] } });
  await accepting.edit(DATASET, fields);
  await accepting.expect(0, "validate");
});

Deno.test("validate checks the folder that is named, and refuses one that is not there", async () => {
  await using world = await makeExported();
  await world.expect(0, "export qa copy");
  await world.edit(CHART, { viz_type: undefined }, { dir: "copy" });

  await world.expect(0, "validate");
  await world.expect(1, "validate copy");
  const { code } = await world.failure(2, "validate nowhere");
  assert.equal(code, "folder_missing");
});
