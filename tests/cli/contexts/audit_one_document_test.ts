import assert from "node:assert/strict";
import { ContextWorld } from "../../worlds/contexts/command_world.ts";

/** A pipeline with one event that works and one that fails. */
const APP = JSON.stringify({
  "cicd-contexts": {
    stage: {
      pipelines: {
        build: {
          "event-handlers": {
            success: { "set-values": { set: [{ from: "yes", to: "state.passed" }] } },
            broken: { "set-values": { set: [{ from: "{{ nothing.here }}", to: "state.passed" }] } },
          },
        },
      },
    },
  },
});

/** A world with a copy whose place is a folder, so that it is never written. */
async function makeBlocked(): Promise<ContextWorld> {
  const world = await ContextWorld.make();
  await world.configure({ datasources: { yamlfile: { path: world.at("copy.yaml") } } });
  await world.write("app.yaml", APP);
  await Deno.mkdir(world.at("copy.yaml"));
  return world;
}

Deno.test("context init whose copy fails prints the ID, and with --json the error alone", async () => {
  await using world = await makeBlocked();

  const { out, err } = await world.expect(5, "init --id a");
  assert.equal(out, "a\n");
  assert.match(err, /copy\.yaml/);
  assert.equal((await world.failure(5, "init --id b")).code, "copy_unwritable");
  assert.equal((await world.expect(0, "get state.cicdContextDataId --id b")).out, "b\n");
});

Deno.test("context init whose event cannot be fired prints the ID, and with --json the error alone", async () => {
  await using world = await ContextWorld.make();
  const app = await world.write("app.yaml", APP);

  const { out } = await world.expect(1, ["init", "--id", "a", "--app", app, "--event", "nope=success"]);
  assert.equal(out, "a\n");
  const { code } = await world.failure(1, ["init", "--id", "b", "--app", app, "--event", "nope=success"]);
  assert.equal(code, "pipeline_unknown");
});

Deno.test("context event says what its handlers did, also if a copy of the result cannot be written", async () => {
  await using world = await makeBlocked();
  await world.expect(5, ["init", "--id", "ctx", "--app", world.at("app.yaml")]);

  const { out, err } = await world.expect(5, "event build success --json");
  const { handlers, exit_code } = JSON.parse(out);
  assert.deepEqual([handlers.length, handlers[0].state, exit_code], [1, "set", 5]);
  assert.match(err, /copy\.yaml.*the context is stored/);
  assert.equal(await world.get("state.passed"), "yes");
});

Deno.test("context event with a failed handler and a failed copy is exit 1, and names both", async () => {
  await using world = await makeBlocked();
  await world.expect(5, ["init", "--id", "ctx", "--app", world.at("app.yaml")]);

  const { err } = await world.expect(1, "event build broken");
  assert.match(err, /set-values: failed: Rendering/);
  assert.match(err, /copy\.yaml/);
});

Deno.test("context event of an unknown pipeline keeps its error, also if a copy cannot be written", async () => {
  await using world = await makeBlocked();
  await world.expect(5, ["init", "--id", "ctx", "--app", world.at("app.yaml")]);
  assert.equal((await world.failure(1, "event nope success")).code, "pipeline_unknown");
});

for (const format of ["yaml", "shell"]) {
  Deno.test(`context show --json --format ${format} is exit 2, since --json promises JSON`, async () => {
    await using world = await ContextWorld.make();
    await world.expect(0, "init --id ctx");
    assert.equal((await world.failure(2, `show --format ${format}`)).code, "flags_conflict");
  });
}
