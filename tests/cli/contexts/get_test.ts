import assert from "node:assert/strict";
import { ContextWorld } from "../../worlds/contexts/command_world.ts";

/** A context with values of every type. */
async function makeFilled(): Promise<ContextWorld> {
  const world = await ContextWorld.make();
  const state =
    '{"text":"1.4.0","lines":"a\\nb","empty":"","zero":0,"no":false,"nothing":null,"float":1.0,"big":12345678901234567890,' +
    '"map":{"10":"x","9":"y"},"list":["a",{"b":"c"}],"dotted":{"b.c":"d","with-dash":"e"},"greeting":"Hi {{ state.text }}",' +
    '"deep":{"hello":"{{ name }} {{ a.b }}","n":1}}';
  await world.expect(0, ["import", await world.write("tree.json", `{"state":${state}}`)]);
  return world;
}

Deno.test("context get prints a text as it is, and anything else as JSON with exact numbers and order", async () => {
  await using world = await makeFilled();

  for (
    const [path, printed] of [
      ["state.text", "1.4.0"],
      ["state.lines", "a\nb"],
      ["state.empty", ""],
      ["state.zero", "0"],
      ["state.no", "false"],
      ["state.nothing", "null"],
      ["state.float", "1.0"],
      ["state.big", "12345678901234567890"],
      ["state.map", '{"10": "x", "9": "y"}'],
      ["state.list", '["a", {"b": "c"}]'],
      ["state.list[0]", "a"],
      ["state.list[1].b", "c"],
      ['state.dotted["b.c"]', "d"],
      ["state.dotted.with-dash", "e"],
    ] as const
  ) {
    assert.equal(await world.get(path), printed, path);
  }
});

Deno.test("context get --json prints a text in quotes too", async () => {
  await using world = await makeFilled();

  assert.equal((await world.expect(0, "get state.text --json")).out, '"1.4.0"\n');
  assert.equal((await world.expect(0, "get state.big --json")).out, "12345678901234567890\n");
});

Deno.test("context get of an absent value is exit 1 with nothing on stdout", async () => {
  await using world = await makeFilled();

  for (const path of ["state.absent", "state.list[2]", "absent.at.all", "$.state.absent", "state.list[5:]"]) {
    const { out, err } = await world.expect(1, ["get", path]);
    assert.equal(out, "", path);
    assert.ok(err.includes(`The context ctx has nothing at ${path}`), err);
  }
});

Deno.test("context get --default prints another text for an absent value, an empty one too", async () => {
  await using world = await makeFilled();

  assert.equal((await world.expect(0, "get state.absent --default none")).out, "none\n");
  assert.equal((await world.expect(0, ["get", "state.absent", "--default", ""])).out, "\n");
  assert.equal((await world.expect(0, "get $.state.absent --default 0")).out, "0\n");
  // A value that is there counts, whatever it is.
  for (
    const [path, out] of [["state.empty", "\n"], ["state.nothing", "null\n"], [
      "state.no",
      "false\n",
    ]] as const
  ) {
    assert.equal((await world.expect(0, ["get", path, "--default", "other"])).out, out, path);
  }
});

Deno.test("context get finds several values by JSONPath, and prints one as a value", async () => {
  await using world = await makeFilled();

  for (
    const [path, printed] of [
      ["$.state.text", "1.4.0"],
      ["$.state.map.*", '["x", "y"]'],
      ["state.list[*]", '["a", {"b": "c"}]'],
      ["state.list[-1]", '{"b": "c"}'],
      ["state.list[0:1]", "a"],
      ["state..b", "c"],
      ["$.state['text']", "1.4.0"],
      ["state.dotted['b.c']", "d"],
    ] as const
  ) {
    assert.equal(await world.get(path), printed, path);
  }
});

Deno.test("context get --render treats texts as templates at any depth, with more variables by --var", async () => {
  await using world = await makeFilled();

  assert.equal(await world.get("state.greeting"), "Hi {{ state.text }}");
  assert.equal((await world.expect(0, "get state.greeting --render")).out, "Hi 1.4.0\n");
  const deep = "get state.deep --render --var name=state.text --var a.b=state.list[0]";
  assert.equal((await world.expect(0, deep)).out, '{"hello": "1.4.0 a", "n": 1}\n');
});

Deno.test("context get --render names the path and the line of a template that fails", async () => {
  await using world = await makeFilled();

  const { code, message } = await world.failure(1, "get state.deep --render");

  assert.equal(code, "template_failed");
  assert.match(message, /state\.deep\.hello.*line 1/);
});

Deno.test("context get --var of an absent value is exit 1, and one that is no name=path exit 2", async () => {
  await using world = await makeFilled();

  assert.equal(
    (await world.failure(1, "get state.deep --render --var name=state.absent")).code,
    "var_absent",
  );
  for (const pair of ["name", "name=", "=state.text"]) {
    assert.equal(
      (await world.failure(2, ["get", "state.deep", "--render", "--var", pair])).code,
      "var_invalid",
      pair,
    );
  }
});

Deno.test("context get of a malformed path or ID is exit 2, and of an unknown ID exit 1", async () => {
  await using world = await makeFilled();

  for (const path of ["", "a..", "a[", 'a["b', "$.a[", "a b", ".a"]) {
    assert.equal((await world.expect(2, ["get", path])).out, "", path);
  }
  assert.equal((await world.expect(2, "get state.text --id ../up")).out, "");
  const { code, hint } = await world.failure(1, "get state.text --id other");
  assert.equal(code, "context_unknown");
  assert.match(hint, /context init --id other/);
});

Deno.test("context get without an ID is exit 2, and says where one comes from", async () => {
  await using world = await makeFilled();
  for (const env of [{ SHOWTIME_CONTEXT_ID: "" }] as const) {
    const { code, message, hint } = await world.failure(2, "get state.text", { env });
    assert.equal(code, "context_id_missing");
    assert.match(`${message} ${hint}`, /--id.*SHOWTIME_CONTEXT_ID/);
  }
});

Deno.test("context get through a text or a number is an error, not an absent value", async () => {
  await using world = await makeFilled();

  const { out, err } = await world.expect(1, "get state.text.more");

  assert.equal(out, "");
  assert.match(err, /state\.text/);
});
