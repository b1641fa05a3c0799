import assert from "node:assert/strict";
import { ContextWorld } from "../../worlds/contexts/command_world.ts";

/** A context with every kind of copy. */
async function makeCopied(): Promise<ContextWorld> {
  const world = await ContextWorld.make();
  await Deno.mkdir(world.at("work"));
  await configure(world, {});
  await world.expect(0, "init --id ctx --set state.version=1.4.0");
  return world;
}

async function configure(world: ContextWorld, other: Readonly<Record<string, unknown>>): Promise<void> {
  await world.configure({
    datasources: {
      yamlfile: { path: world.at("work/context.yaml") },
      jsonfile: { path: world.at("work/context.json") },
      shellfile: { path: world.at("work/context.sh") },
      idfile: { path: world.at("work/id") },
    },
    ...other,
  });
}

async function copies(world: ContextWorld): Promise<Readonly<Record<string, string>>> {
  const names = ["context.yaml", "context.json", "context.sh", "id"];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await Deno.readTextFile(world.at(`work/${name}`))])),
  );
}

Deno.test("each write of a context writes its copies: YAML, JSON, shell and ID", async () => {
  await using world = await makeCopied();
  await world.expect(0, "set state.tests:=812");

  const files = await copies(world);

  assert.deepEqual(JSON.parse(files["context.json"] ?? ""), {
    state: { cicdContextDataId: "ctx", cicdContextName: "stage", version: "1.4.0", tests: 812 },
  });
  assert.match(files["context.yaml"] ?? "", /^ {2}version: 1\.4\.0\n {2}tests: 812\n/m);
  assert.match(files["context.sh"] ?? "", /^CICD_state__version="1\.4\.0"$/m);
  assert.equal((files["id"] ?? "").trim(), "ctx");
  for (const name of Object.keys(files)) {
    const { mode } = await Deno.stat(world.at(`work/${name}`));
    assert.equal((mode ?? 0) & 0o777, 0o600, name);
  }
});

Deno.test("context export writes the copies again, and lists them", async () => {
  await using world = await makeCopied();
  const before = await copies(world);
  await Deno.remove(world.at("work"), { recursive: true });
  await Deno.mkdir(world.at("work"));

  const { out } = await world.expect(0, "export");

  assert.deepEqual(await copies(world), before);
  assert.deepEqual(out.trim().split("\n"), [
    `yamlfile ${world.at("work/context.yaml")}`,
    `jsonfile ${world.at("work/context.json")}`,
    `shellfile ${world.at("work/context.sh")}`,
    `idfile ${world.at("work/id")}`,
  ]);
  const document = await world.json<{ readonly copies: readonly string[] }>("export");
  assert.deepEqual(document, { id: "ctx", version: 1, copies: out.trim().split("\n") });
});

Deno.test("context export without a copy in the configuration is exit 2", async () => {
  await using world = await ContextWorld.make();
  await world.expect(0, "init --id ctx");

  const { code, message } = await world.failure(2, "export");

  assert.equal(code, "copies_missing");
  assert.match(message, /context\.datasources/);
});

Deno.test("a copy that cannot be written is exit 5: the context is stored, and the other copies are written", async () => {
  await using world = await makeCopied();
  await Deno.remove(world.at("work/context.yaml"));
  await Deno.mkdir(world.at("work/context.yaml"));

  for (const line of ["set state.version=2", "export", "rollback 1"]) {
    const { code, message, hint } = await world.failure(5, line);
    assert.equal(code, "copy_unwritable", line);
    assert.match(message, /context\.yaml/);
    assert.match(hint, /the context is stored.*context export/);
  }
  assert.equal(await world.version(), 3);
  assert.match(await Deno.readTextFile(world.at("work/context.sh")), /1\.4\.0/);
});

Deno.test("context list shows each context with its version and time", async () => {
  await using world = await ContextWorld.make();
  assert.match((await world.expect(0, "list")).err, /There is no context in sqlite/);
  await world.expect(0, "init --id b");
  await world.expect(0, "init --id a");
  await world.expect(0, "set state.n=1 --id a");

  assert.match((await world.expect(0, "list")).out, /^ID +VERSION +TIME\na +2 +20\S+Z\nb +1 +20\S+Z\n$/);
  const { contexts } = await world.json<{ readonly contexts: readonly Record<string, unknown>[] }>("list");
  assert.deepEqual(contexts.map(({ id, version }) => [id, version]), [["a", 2], ["b", 1]]);
  assert.deepEqual(Object.keys(contexts[0] ?? {}), ["id", "version", "time"]);
});

Deno.test("context delete removes a context with its history, and a second time it is exit 1", async () => {
  await using world = await makeCopied();

  assert.deepEqual(await world.json("delete"), { id: "ctx", deleted: true });

  assert.equal((await world.failure(1, "delete")).code, "context_unknown");
  assert.equal((await world.failure(1, "history")).code, "context_unknown");
  assert.deepEqual(await world.json("list"), { contexts: [] });
  await world.expect(0, "init --id ctx");
  assert.equal(await world.version(), 1);
});
