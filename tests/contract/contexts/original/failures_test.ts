import assert from "node:assert/strict";
import { makeConfig } from "../../../worlds/contexts/original/fixture.ts";
import { makeOriginalWorld, type OriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");

async function start(options: Parameters<typeof makeOriginalWorld>[0] = {}): Promise<OriginalWorld> {
  const world = await makeOriginalWorld(options);
  await world.same(["--init-new", "id-1", "--set", "state.key1=value1"]);
  return world;
}

/** A port where nothing listens. */
const REFUSED = { "config.yaml": makeConfig().replaceAll("{SERVER}", "http://127.0.0.1:9") };

const told = ["--handle-event", "build=told"];

/** Runs a command line that fails in both, with nothing on stdout of ours, and compares what is stored. */
async function bothFail(world: OriginalWorld, args: readonly string[]): Promise<void> {
  const [theirs, own] = [await world.original.run(args), await world.ours.run(args)];
  assert.deepEqual([theirs.code, own.code, own.out], [1, 1, ""], `${args.join(" ")}: ${own.err}`);
  assert.deepEqual(own.requests, theirs.requests);
  assert.deepEqual(await world.ours.stored(), await world.original.stored(), args.join(" "));
}

tool.test("an answer other than 2xx is a warning: what was set stays, nothing is captured", async () => {
  await using world = await start();
  await world.same(["--set", "state.respondUrl={SERVER}/hook"]);
  for (const status of [500, 404, 403]) {
    for (const event of ["told", "triggered", "answered"]) {
      world.answer({ status, body: '{"ts": "never"}' });
      const { code, err } = await world.same([
        "--set",
        `state.s=${status}`,
        "--handle-event",
        `build=${event}`,
      ]);
      assert.equal(code, 0);
      assert.match(err, new RegExp(`warning: .*it answered ${status}`));
    }
  }
});

tool.test("a 2xx answer that is not JSON fails, after what was set is stored", async () => {
  await using world = await start();
  for (const body of ["ok", ""]) {
    for (const event of ["told", "triggered"]) {
      world.answer({ body, headers: { "content-type": "text/plain" } });
      await bothFail(world, ["--set", `state.${event}=x${body}`, "--handle-event", `build=${event}`]);
    }
  }
});

tool.test("without a server --load stores nothing, and --set alone the set", async () => {
  await using world = await start({ files: REFUSED });

  await bothFail(world, ["--load", "--set", "state.lost=1", ...told]);
  await bothFail(world, ["--set", "state.kept=1", ...told]);
  await bothFail(world, ["--init-new", "id-1", "--set", "state.key1=other", ...told]);

  const { state } = JSON.parse(await world.ours.read("out/d.json") ?? "");
  assert.deepEqual([state.key1, state.kept, state.lost], ["value1", "1", undefined]);
});

tool.test("a context, configuration or file of secrets that is missing is exit code 1", async () => {
  await using world = await start();
  const cases: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [
    [["--get", "state.key1"], { CICDSTATEMGR_CONFIG_PATH: "" }],
    [["--get", "state.key1"], { CICDSTATEMGR_SECRETS_PATH: "" }],
    [["--get", "state.key1", "--config", "nope.yaml"], {}],
    [["--get", "state.key1", "--secrets", "app.yaml"], {}],
    [["--get", "state.key1"], { CICDSTATEMGR_CONTEXT_DATA_ID: "" }],
    [["--load"], { CICDSTATEMGR_CONTEXT_DATA_ID: "" }],
    [["--set", "a=b"], { CICDSTATEMGR_CONTEXT_DATA_ID: "" }],
    [["--generate", "a"], { CICDSTATEMGR_CONTEXT_DATA_ID: "" }],
    [told, { CICDSTATEMGR_CONTEXT_DATA_ID: "" }],
    [["--init-new", "id-1", "--set", "a=b"], { CICDSTATEMGR_INIT_APP_CONFIG_PATH: "" }],
    [["--init-new", "id-1", "--set", "a=b"], { CICDSTATEMGR_BASES_DIR_PATH: "" }],
    [[], { CICDSTATEMGR_CONFIG_PATH: "" }],
  ];
  for (const [args, env] of cases) {
    const [theirs, own] = [await world.original.run(args, env), await world.ours.run(args, env)];
    assert.deepEqual([theirs.code, own.code, own.out], [1, 1, ""], `${args.join(" ")} ${Object.keys(env)}`);
    assert.match(own.err, /^error: /m);
  }
  await world.write({ "secrets.yaml": "" });
  await world.same(["--get", "state.key1"]);
  await world.same(["--get", "state.key1", "--id", ""]);
});
