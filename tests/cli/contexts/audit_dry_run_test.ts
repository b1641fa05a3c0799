/** Every command about contexts that writes has `--dry-run`, which writes nothing anywhere. */

import assert from "node:assert/strict";
import { ContextWorld, type Line } from "../../worlds/contexts/command_world.ts";

const APP = JSON.stringify({
  "cicd-contexts": {
    stage: {
      pipelines: { build: { generators: { g: { one: { set: [{ key: "state.g", value: "made" }] } } } } },
    },
  },
});

/** A world with a context of two versions, a copy, and files beside. */
async function makeWorld(): Promise<ContextWorld> {
  const world = await ContextWorld.make();
  const datasources = { yamlfile: { path: world.at("copy.yaml") } };
  await world.configure({ datasources, redact: ["state.secret"] });
  await world.write("tree.yaml", "state: { imported: 1 }\n");
  const app = await world.write("app.yaml", APP);
  await world.expect(0, ["init", "--id", "ctx", "--app", app, "--set", "state.n=1"]);
  await world.expect(0, "set state.n=2 state.secret=hunter22");
  return world;
}

/** What the store and the copy hold. */
async function stateOf(world: ContextWorld): Promise<readonly string[]> {
  return [
    (await world.expect(0, "list --json")).out,
    (await world.expect(0, "history --json")).out,
    (await world.expect(0, "get $")).out,
    await Deno.readTextFile(world.at("copy.yaml")),
  ];
}

const SHOWN: readonly (readonly [line: string, out: RegExp])[] = [
  [
    "set state.n=3 state.secret=hunter33",
    /^- state\.n: 2\n\+ state\.n: 3\n- state\.secret: \*\*\*\n\+ state\.secret: \*\*\*\n$/,
  ],
  ["unset state.n", /^- state\.n: 2\n$/],
  ["set state.n=2", /^$/],
  ["generate pipelines.build.generators.g", /^\+ state\.g: made\n$/],
  ["rollback 1", /^- state\.n: 2\n\+ state\.n: 1\n- state\.secret: \*\*\*\n$/],
  ["init --id new --set state.x=1", /^\+ state: \{"cicdContextDataId": "new", .*"x": "1"\}\n$/],
  ["init --id ctx --replace", /^- pipelines: .*\n/],
  ["export", /^yamlfile .*copy\.yaml\n$/],
  ["delete", /^$/],
];

for (const [line, shown] of SHOWN) {
  Deno.test(`context ${line} --dry-run prints what would change, and writes nothing`, async () => {
    await using world = await makeWorld();
    const before = await stateOf(world);
    const { out, err } = await world.expect(0, `${line} --dry-run`);
    assert.match(out, shown);
    assert.match(err, /run it again without --dry-run/);
    assert.deepEqual(await stateOf(world), before);
  });
}

Deno.test("context import --dry-run prints what would change, and writes nothing", async () => {
  await using world = await makeWorld();
  const before = await stateOf(world);
  const { out } = await world.expect(0, ["import", world.at("tree.yaml"), "--replace", "--dry-run"]);
  assert.match(out, /^\+ state\.imported: 1$/m);
  assert.deepEqual(await stateOf(world), before);
});

Deno.test("--dry-run --json is one document with the version that would be written and the changes", async () => {
  await using world = await makeWorld();
  assert.deepEqual(await world.json("set state.n=3 --dry-run"), {
    id: "ctx",
    version: 3,
    dry_run: true,
    changes: [{ op: "change", path: "state.n", before: "2", after: "3" }],
  });
  assert.deepEqual(await world.json("delete --dry-run"), { id: "ctx", deleted: false, dry_run: true });
});

const REFUSED: readonly (readonly [code: number, line: Line])[] = [
  [1, "init --id ctx --dry-run"],
  [1, "set state.n.x=1 --dry-run"],
  [4, "set state.n=1 --if-version 1 --dry-run"],
  [1, "delete --id none --dry-run"],
  [2, "rollback x --dry-run"],
];

for (const [code, line] of REFUSED) {
  Deno.test(`context ${line} is exit ${code}, as it is without --dry-run`, async () => {
    await using world = await makeWorld();
    await world.expect(code, line);
  });
}
