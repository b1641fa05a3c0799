import assert from "node:assert/strict";
import { ContextWorld, type ShownVersion } from "../../worlds/contexts/command_world.ts";

/** A context with three versions. */
async function makeThree(section: Readonly<Record<string, unknown>> = {}): Promise<ContextWorld> {
  const world = await ContextWorld.make(section);
  await world.expect(0, "init --id ctx --set state.v=1");
  await world.expect(0, ["set", 'state.v:={"10": 1.0, "9": "on"}', "state.hosts[]=eu-1"]);
  await world.expect(0, ["set", "state.v=3", "state.hosts{}=eu-2"]);
  return world;
}

Deno.test("context show prints the tree as YAML that PyYAML reads back, with keys in their order", async () => {
  await using world = await makeThree();

  assert.equal(
    (await world.expect(0, "show 2")).out,
    `state:
  cicdContextDataId: ctx
  cicdContextName: stage
  v:
    '10': 1.0
    '9': 'on'
  hosts:
  - eu-1
`,
  );
});

Deno.test("context show prints JSON with --format json and with --json, exact and in order", async () => {
  await using world = await makeThree();

  const { out } = await world.expect(0, "show 2 --format json");

  assert.match(out, /"v": \{\s+"10": 1\.0,\s+"9": "on"\s+\}/);
  assert.equal((await world.expect(0, "show 2 --json")).out, out);
});

Deno.test("context show --format shell prints lines that a shell sources", async () => {
  await using world = await makeThree();
  await world.expect(0, ["set", 'state.evil=$(touch x) `id` "q" \\']);

  const { out } = await world.expect(0, "show --format shell");
  const script = `${out}\nprintf '%s|%s' "$CICD_state__evil" "$CICD_state__hosts__1"`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script], cwd: world.folder }).output();

  assert.equal(new TextDecoder().decode(stdout), '$(touch x) `id` "q" \\|eu-2');
  assert.deepEqual(
    (await Array.fromAsync(Deno.readDir(world.folder))).filter(({ name }) => name === "x"),
    [],
  );
});

Deno.test("context show of a version that is not kept is exit 1, and of no number exit 2", async () => {
  await using world = await makeThree();

  const { code, message } = await world.failure(1, "show 9");
  assert.equal(code, "version_unknown");
  assert.match(message, /versions 1 to 3 are kept/);
  for (const text of ["0", "-1", "x", "1.5"]) await world.expect(2, ["show", "--", text]);
  await world.expect(2, "show --format toml");
});

Deno.test("context diff compares the newest version with the one before, or two others", async () => {
  await using world = await makeThree();

  assert.equal(
    (await world.expect(0, "diff")).out,
    `- state.v: {"10": 1.0, "9": "on"}\n+ state.v: 3\n+ state.hosts[1]: eu-2\n`,
  );
  assert.deepEqual(await world.json("diff 1 3"), {
    from: 1,
    to: 3,
    changes: [
      { op: "change", path: "state.v", before: "1", after: "3" },
      { op: "add", path: "state.hosts", after: ["eu-1", "eu-2"] },
    ],
  });
  assert.match((await world.expect(0, "diff 2 2")).err, /Versions 2 and 2 are equal/);
  assert.equal((await world.failure(1, "diff 1 9")).code, "version_unknown");
  await world.expect(2, "diff 1 2 3");
});

Deno.test("context diff of the first version compares it with nothing", async () => {
  await using world = await ContextWorld.make();
  await world.expect(0, "init --id ctx");

  assert.match((await world.expect(0, "diff")).out, /^\+ state.*ctx/);
});

Deno.test("context history lists the versions, newest first: when, who, what", async () => {
  await using world = await makeThree();

  const { out } = await world.expect(0, "history");

  assert.match(out, /^VERSION +TIME +ACTOR +CHANGE\n3 +20\S+Z +ana +state\.v=3, state\.hosts\{\}=eu-2\n/);
  assert.match(out, /\n1 +20\S+Z +ana +the whole tree\n$/);
});

Deno.test("context history --json gives {versions} with id, version, time, actor and operations", async () => {
  await using world = await makeThree();

  const document = await world.json<{ readonly versions: readonly ShownVersion[] }>("history");

  assert.deepEqual(Object.keys(document), ["versions"]);
  const [newest] = document.versions;
  assert.deepEqual(Object.keys(newest ?? {}), ["id", "version", "time", "actor", "operations"]);
  assert.deepEqual({ ...newest, time: "" }, {
    id: "ctx",
    version: 3,
    time: "",
    actor: "ana",
    operations: [
      { op: "set", path: "state.v", value: "3" },
      { op: "append_unique", path: "state.hosts", value: "eu-2" },
    ],
  });
  assert.ok(Date.now() - Date.parse(newest?.time ?? "") < 60_000);
});

Deno.test("context history keeps as many versions as history.keep says", async () => {
  await using world = await makeThree({ history: { keep: 2 } });

  const { versions } = await world.json<{ readonly versions: readonly ShownVersion[] }>("history");

  assert.deepEqual(versions.map(({ version }) => version), [3, 2]);
  assert.match((await world.failure(1, "show 1")).message, /versions 2 to 3 are kept/);
});

Deno.test("context rollback writes a new version that equals an old one", async () => {
  await using world = await makeThree();

  assert.deepEqual(await world.json("rollback 2"), { id: "ctx", version: 4 });

  assert.deepEqual(await world.json("diff 2 4"), { from: 2, to: 4, changes: [] });
  assert.equal(await world.version(), 4);
  assert.equal((await world.failure(1, "rollback 9")).code, "version_unknown");
  await world.expect(2, "rollback x");
  assert.equal(await world.version(), 4);
});

Deno.test("context history, diff and rollback of a store without history are exit 2, and say which store has one", async () => {
  await using world = await makeThree();
  await world.configure({});
  const context = { datasources: { yamlfile: { path: world.at("context.yaml"), isPrimary: true } } };
  await world.write("showtime.yml", JSON.stringify({ version: 1, context }));
  await world.expect(0, "init --id ctx");
  await world.expect(0, "set state.n=1");

  for (const line of ["history", "diff", "rollback 1", "show 1"]) {
    const { code, hint } = await world.failure(2, line);
    assert.equal(code, "history_missing", line);
    assert.match(hint, /SQLite or Redis/);
  }
  assert.equal(await world.get("state.n"), "1");
});
