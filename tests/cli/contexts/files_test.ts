import assert from "node:assert/strict";
import { ContextWorld } from "../../worlds/contexts/command_world.ts";

const GOOD = "cicd-contexts:\n  stage:\n    channel: x\n";

Deno.test("context validate without an app file checks the configuration", async () => {
  await using world = await ContextWorld.make();

  assert.match((await world.expect(0, "validate")).err, /The configuration is sound/);
  assert.deepEqual(await world.json("validate"), { app: null, warnings: [] });
});

Deno.test("context validate of a sound app file is exit 0, and asks for no store", async () => {
  await using world = await ContextWorld.make();
  const app = await world.write("app.yaml", GOOD);

  assert.match((await world.expect(0, ["validate", "--app", app])).err, /are sound/);
  assert.deepEqual(await world.json(["validate", "--app", app]), { app, warnings: [] });
  assert.deepEqual((await Array.fromAsync(Deno.readDir(world.folder), ({ name }) => name)).sort(), [
    "app.yaml",
    "showtime.yml",
  ]);
});

Deno.test("context validate names every problem of the app files at once, with file and line", async () => {
  await using world = await ContextWorld.make();
  await Deno.mkdir(world.at("bases"));
  await world.write(
    "bases/base.yaml",
    'cicd-contexts:\n  stage:\n    pipelines:\n      build:\n        event-handlers:\n          done:\n            notfy: { message: "x" }\n',
  );
  const app = await world.write(
    "app.yaml",
    `bases: [base.yaml]
variables:
  good: "{{ state.x }}"
  torn: "{{ state.x"
cicd-contexts:
  stage:
    pipelines:
      deploy:
        event-handlers:
          start:
            respond: { message: "x" }
            notify: { message: "{% if %}", if: "{{ a.b }}" }
`,
  );

  const { code, message } = await world.failure(2, ["validate", "--app", app, "--bases", world.at("bases")]);

  assert.equal(code, "app_invalid");
  assert.match(message, /^Reading the app files: 4 problems\n/);
  assert.match(message, /app\.yaml:4: variables\.torn: /);
  assert.match(message, /app\.yaml:11: .*respond.*url/);
  assert.match(message, /app\.yaml:12: .*notify\.message: /);
  assert.match(message, /base\.yaml:7: .*notfy.*did you mean "notify"/);
});

Deno.test("context validate names every problem of the configuration at once, with its line", async () => {
  await using world = await ContextWorld.make();
  await world.write(
    "showtime.yml",
    "version: 1\ncontext:\n  slak: {}\n  history: { keep: 0 }\n  datasources:\n    yamlfile: { isPrimary: true }\n",
  );

  const { code, message } = await world.failure(2, "validate");

  assert.equal(code, "config_invalid");
  assert.match(message, /:3:3: context\.slak: .*slack/);
  assert.match(message, /:4:20: context\.history\.keep: /);
});

Deno.test("context validate of an app file or a base that is not there is exit 2 and names it", async () => {
  await using world = await ContextWorld.make();
  const app = await world.write("app.yaml", `bases: [gone.yaml]\n${GOOD}`);

  assert.match((await world.failure(2, ["validate", "--app", world.at("no.yaml")])).message, /no\.yaml/);
  assert.match(
    (await world.failure(2, ["validate", "--app", app, "--bases", world.folder])).message,
    /gone\.yaml/,
  );
});

Deno.test("context import stores the tree of a YAML or JSON file under the new ID", async () => {
  await using world = await ContextWorld.make();
  const yaml = await world.write(
    "tree.yaml",
    "channel: x\non: 1.0\nstate:\n  cicdContextDataId: old\n  n: 5\n",
  );
  const json = await world.write("tree.json", '{"10": 1, "9": 12345678901234567890}');

  assert.deepEqual(await world.json(["import", yaml]), { id: "ctx", version: 1 });
  await world.expect(0, ["import", json, "--id", "second"]);

  assert.equal(await world.get("state.n"), "5");
  assert.equal(await world.get("on"), "1.0");
  assert.equal(await world.get("state.cicdContextDataId"), "ctx");
  const { out } = await world.expect(0, "show --id second --format json");
  assert.match(out, /^\{\s+"10": 1,\s+"9": 12345678901234567890,/);
});

Deno.test("context import over a context that exists is exit 1, and with --replace its next version", async () => {
  await using world = await ContextWorld.make();
  const file = await world.write("tree.yaml", "a: 1\n");
  await world.expect(0, "init --id ctx");

  assert.equal((await world.failure(1, ["import", file])).code, "context_exists");
  assert.deepEqual(await world.json(["import", file, "--replace"]), { id: "ctx", version: 2 });
});

/** Files that are no tree, with the words of the error. */
const NO_TREES: readonly (readonly [text: string, words: RegExp])[] = [
  ["[1, 2]", /a list, not a map/],
  ["words", /not a map/],
  ["", /not a map/],
  ['{"a": 1,\n "b": [}', /tree:2/],
  ["a: 1\nb: [\n", /tree:\d/],
  ["state: 5\n", /state is a number, not a map/],
];

for (const [text, words] of NO_TREES) {
  Deno.test(`context import of ${JSON.stringify(text)} is exit 2, and makes nothing`, async () => {
    await using world = await ContextWorld.make();
    const file = await world.write("tree", text);

    const { code, message } = await world.failure(2, ["import", file]);

    assert.equal(code, "import_invalid");
    assert.match(message, words);
    assert.deepEqual(await world.json("list"), { contexts: [] });
  });
}

Deno.test("context import without a file takes the context from the original tool's primary", async () => {
  await using world = await ContextWorld.make();
  await world.write(
    "data.yaml",
    "channel: x\nstate:\n  cicdContextDataId: ctx\n  cicdContextName: prod\n  n: 5\n",
  );
  const config = await world.write(
    "original.yaml",
    `cicdstatemgr:\n  datasources:\n    yamlfile: { path: "${world.at("data.yaml")}", isPrimary: true }\n`,
  );
  const env = { CICDSTATEMGR_CONFIG_PATH: config };

  assert.deepEqual(await world.json("import", { env }), { id: "ctx", version: 1 });

  assert.equal(await world.get("state.n"), "5");
  assert.equal(await world.get("state.cicdContextName"), "prod");
  const { code } = await world.failure(1, "import --id other", { env });
  assert.equal(code, "context_unknown");
});

Deno.test("context import without a file and without the original's configuration is exit 2", async () => {
  await using world = await ContextWorld.make();

  const { code, hint } = await world.failure(2, "import");

  assert.equal(code, "original_missing");
  assert.match(hint, /CICDSTATEMGR_CONFIG_PATH/);
  assert.equal((await world.failure(2, ["import", world.at("none.yaml")])).code, "file_missing");
});
