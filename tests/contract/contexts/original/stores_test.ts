import assert from "node:assert/strict";
import { makeConfig } from "../../../worlds/contexts/original/fixture.ts";
import { makeOriginalWorld, type OriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { startRedis } from "../../../worlds/contexts/redis_server.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");
const redis = await part("redis");

async function start(options: Parameters<typeof makeOriginalWorld>[0] = {}): Promise<OriginalWorld> {
  const world = await makeOriginalWorld(options);
  await world.same(["--init-new", "id-1", "--set", "state.key1=value1"]);
  return world;
}

async function edit(
  world: OriginalWorld,
  path: string,
  [from, to]: readonly [string, string],
): Promise<void> {
  for (const side of [world.ours, world.original]) {
    const text = await side.read(path) ?? "";
    assert.ok(text.includes(from));
    await side.write({ [path]: text.replaceAll(from, to) });
  }
}

for (const asProcess of [false, true]) {
  const where = asProcess ? ", as a process" : "";
  tool.test(`copies stay until a load, and are written if missing${where}`, async () => {
    await using world = await start({ asProcess });

    await edit(world, "d.yaml", ["value1", "edited"]);
    assert.ok((await world.ours.read("out/d.json"))?.includes('"value1"'));
    await world.same(["--load"]);
    assert.ok((await world.ours.read("out/d.json"))?.includes('"edited"'));
    await world.same(["--get", "state.key1"]);

    for (const side of [world.ours, world.original]) await Deno.remove(`${side.folder}/out/d.json`);
    await edit(world, "d.yaml", ["edited", "again"]);
    assert.equal((await world.same(["--get", "state.key1"])).out, "again\n");
    assert.ok((await world.ours.read("d.sh"))?.includes("again"));
  });
}

tool.test("a JSON primary, an unknown entry, and two entries that say they are primary", async () => {
  const stores = `
    nosuchstore: {path: x}
    jsonfile: {path: p.json, isPrimary: true}
    shellfile: {path: d.sh, excludeKeyNames: [jinja2Macros, appPipelinesConfig, pipelines, lst]}
    yamlfile: {path: sub/dir/d.yaml}`;
  await using world = await start({
    files: { "config.yaml": makeConfig(stores) },
    stores: ["p.json", "sub/dir/d.yaml"],
  });
  await world.same(["--set", "state.l[]=a,b"]);
  await world.same(["--load"]);
  await world.same(["--get", "state.l"]);

  const two = stores.replace("path: sub/dir/d.yaml", "path: sub/dir/d.yaml, isPrimary: true");
  await world.write({ "config.yaml": makeConfig(two) });
  await world.same(["--load", "--set", "state.two=1"]);
  for (const none of [two.replaceAll(", isPrimary: true", ""), "\n    jsonfile: {path: p.json}"]) {
    await world.write({ "config.yaml": makeConfig(none) });
    const [theirs, own] = [await world.original.run(["--load"]), await world.ours.run(["--load"])];
    assert.deepEqual([theirs.code, own.code, own.out], [1, 1, ""], none);
  }
});

tool.test("stores of the secrets are merged over those of the configuration", async () => {
  await using world = await start({
    files: {
      "secrets.yaml": "cicdstatemgr: {slack: {token: T}, datasources: " +
        "{jsonfile: {path: out/other.json}, idfile: {path: d.id}}}",
    },
    stores: ["out/other.json"],
  });

  assert.ok((await world.ours.read("out/other.json"))?.includes("value1"));
  assert.equal(await world.ours.read("out/d.json"), undefined);
  await world.same(["--set", "state.a=1"]);
});

tool.test("both tools by turns on the same files see each other's values and lose none", async () => {
  await using world = await makeOriginalWorld({ shared: true });
  const { ours, original } = world;
  const sides = [original, ours];
  const init = ["--init-new", "id-1", "--set", "state.key1=value1"];
  for (const first of [original, ours]) {
    await first.run(init);
    for (let turn = 0; turn < 6; turn++) {
      const side = sides[turn % 2] ?? ours;
      const { code, err } = await side.run(["--set", `state.turn${turn}=${turn}|state.turns[]=${turn}`]);
      assert.equal(code, 0, err);
    }
    for (const side of sides) {
      assert.equal((await side.run(["--get", "state.turns"])).out, '["0", "1", "2", "3", "4", "5"]\n');
      assert.equal((await side.run(["--get", "state.turn5"])).out, "5\n");
      await side.run(["--handle-event", "build=told"]);
      assert.equal((await side.run(["--get", "state.value1.ts"])).out, "171.22\n");
      await side.run(["--generate", "pipelines.build.generators.files", "--tmpl-ctx-var", "v=V"]);
    }
    assert.equal((await original.run(["--get", "gen.next"])).out, "V!\n");
    assert.equal((await ours.run(["--get", "gen.next"])).out, "V!\n");
  }
});

if (redis.missing === undefined) {
  tool.test("two workspaces on Redis: copies stay until a load", async () => {
    await using server = await startRedis();
    await using other = await startRedis();
    const configs = [server, other].map(({ port }) =>
      makeConfig(`
    redis: {host: 127.0.0.1, port: ${port}, db: 0, isPrimary: true}
    jsonfile: {path: out/d.json}
    shellfile: {path: d.sh, excludeKeyNames: [jinja2Macros, appPipelinesConfig, pipelines, lst]}`)
    );
    // Each tool has a server of its own, and two folders.
    await using a = await makeOriginalWorld();
    await using b = await makeOriginalWorld();
    for (const world of [a, b]) {
      await world.ours.write({ "config.yaml": configs[0] ?? "" });
      await world.original.write({ "config.yaml": configs[1] ?? "" });
    }
    const sameStored = async () => {
      const [own, theirs] = [await server.command("GET", "id-1"), await other.command("GET", "id-1")];
      const hide = (text: string) => text.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "{SERVER}");
      assert.equal(hide(own), hide(theirs));
      assert.equal(await server.command("TTL", "id-1"), ":-1");
    };

    await a.same(["--init-new", "id-1", "--set", "state.key1=value1"]);
    await sameStored();
    await b.same(["--load"]);
    await a.same(["--set", "state.mark=a"]);
    assert.ok(!(await b.ours.read("out/d.json"))?.includes('"mark"'), "a copy in another workspace stays");
    await b.same(["--load", "--handle-event", "build=told"]);
    await sameStored();
    assert.equal((await b.same(["--get", "state.mark"])).out, "a\n");
    await a.same(["--load"]);
    assert.equal((await a.same(["--get", "state.value1.ts"])).out, "171.22\n");
    await a.same(["--generate", "pipelines.build.generators.files", "--tmpl-ctx-var", "v=V"]);
    await sameStored();
    const missing = ["--load", "--id", "id-2"];
    const [theirs, own] = [await a.original.run(missing), await a.ours.run(missing)];
    assert.deepEqual([theirs.code, own.code, own.out], [1, 1, ""]);
  });

  tool.test("both tools by turns on the same Redis, each in a workspace of its own", async () => {
    await using server = await startRedis();
    const config = makeConfig(`
    redis: {host: 127.0.0.1, port: ${server.port}, db: 0, isPrimary: true}
    jsonfile: {path: out/d.json}`);
    await using world = await makeOriginalWorld({ files: { "config.yaml": config } });
    const { ours, original } = world;
    await original.run(["--init-new", "id-1", "--set", "state.key1=value1"]);
    for (let turn = 0; turn < 6; turn++) {
      const side = turn % 2 === 0 ? ours : original;
      // The original starts from its copy, unless it loads.
      const { code, err } = await side.run(["--load", "--set", `state.turn${turn}=${turn}`]);
      assert.equal(code, 0, err);
    }
    await ours.run(["--handle-event", "build=told"]);
    await original.run(["--load", "--handle-event", "build=both"]);

    for (const path of ["turn0", "turn1", "turn4", "turn5", "value1.ts", "note"]) {
      await original.run(["--load"]);
      const [theirs, own] = [
        await original.run(["--get", `state.${path}`]),
        await ours.run(["--get", `state.${path}`]),
      ];
      assert.notEqual(own.out, "");
      assert.equal(own.out, theirs.out);
    }
  });
}
