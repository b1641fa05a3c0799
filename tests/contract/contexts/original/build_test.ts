import assert from "node:assert/strict";
import { makeOriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { sourceShellFile } from "../../../worlds/contexts/original/shell_values.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");

const INIT = ["--init-new", "id-1", "--set", "state.key1=value1"];

const DATA = '{"s": "text", "n": 5, "f": 1.5, "w": 1.0, "t": true, "no": false, "zero": 0, "nil": null, ' +
  '"empty": "", "list": [1, "a", {"x": "y"}], "none": [], "map": {"a": 1}, "a-b": "dash", "é": "ü", ' +
  '"10": 1, "9": 2}';

for (const asProcess of [false, true]) {
  const where = asProcess ? "in a process of its own" : "in this process";

  tool.test(`bases, macros, state and variables make the tree of the original, ${where}`, async () => {
    await using world = await makeOriginalWorld({ asProcess });

    assert.equal((await world.same(INIT)).out, "id-1\n");

    const tree = JSON.parse(await world.ours.read("out/d.json") ?? "");
    assert.deepEqual(tree.lst, [3]);
    assert.deepEqual(tree.zero, { now: "map" });
    assert.deepEqual(tree.variables, { v0: "b2 value1", v1: "<value1> app b2 value1" });
    assert.equal(await world.ours.read("d.id"), "id-1");
    assert.equal((await world.same(["--get", "variables.v1"])).out, "<value1> app b2 value1\n");
  });

  tool.test(`the files are those of the original byte for byte, ${where}`, async () => {
    await using world = await makeOriginalWorld({ asProcess, files: { "v.json": DATA } });

    await world.same([
      ...INIT,
      "--set",
      "state.v=file://v.json|state.l[]=a,b|state.u=ünï ☃ 𝒳 'q'",
      "--set=state.multi=one\ntwo",
    ]);

    for (const path of ["d.yaml", "out/d.json", "d.sh", "d.id"]) {
      assert.equal(await world.ours.read(path), await world.original.read(path), path);
    }
    const values = await sourceShellFile(`${world.ours.folder}/d.sh`);
    assert.equal(values["CICD_state__v__t"], "True");
    assert.equal(values["CICD_state__v__list__0"], "1");
    assert.equal(values["CICD_state__v__a_b"], "dash");
    assert.equal(values["CICD_state__v__zero"], undefined);
  });
}

tool.test("flags name the files in place of variables, and another context of the app file", async () => {
  await using world = await makeOriginalWorld({
    env: { CICDSTATEMGR_CONFIG_PATH: "", CICDSTATEMGR_SECRETS_PATH: "" },
  });
  await world.write({ "other/config.yaml": await world.ours.read("config.yaml") ?? "" });

  await world.same([
    "--config=other/config.yaml",
    "--secrets",
    "secrets.yaml",
    "--init-new",
    "id-2",
    "--init-cicd-context-name",
    "prod",
    "--init-bases-dir",
    "./bases",
    "--init-app-config-file",
    `app.yaml`,
    "--set",
    "state.key1=v",
  ]);

  assert.equal(JSON.parse(await world.ours.read("out/d.json") ?? "").channel, "prod1");
});

tool.test("a context that cannot be built leaves nothing and fails as with the original", async () => {
  const merge = "cicd-contexts: {stage: {channel: [1]}}\nbases: [b1.yaml]\n";
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
    ["an unknown context", {}, ["--init-cicd-context-name", "nope"]],
    ["an absent app file", {}, ["--init-app-config-file", "nope.yaml"]],
    ["an absent base", { "app.yaml": "bases: [nope.yaml]\ncicd-contexts: {stage: {}}" }, []],
    ["a list against a text", { "app.yaml": merge }, []],
    ["an int against a text", { "app.yaml": "bases: [b1.yaml]\ncicd-contexts: {stage: {channel: 5}}" }, []],
    ["broken YAML", { "app.yaml": "a: [1" }, []],
    ["a number as a variable", { "app.yaml": "variables: {v: 5}\ncicd-contexts: {stage: {}}" }, []],
    ["a number as a macro", { "app.yaml": "jinja2-macros: {v: 5}\ncicd-contexts: {stage: {}}" }, []],
    ["an event of an unknown pipeline", {}, ["--handle-event", "nope=told"]],
    ["an event with two equal signs", {}, ["--handle-event", "build=a=b"]],
    ["an event without one", {}, ["--handle-event", "build"]],
    ["an append to a text", {}, ["--set", "channel[]=x"]],
  ];
  for (const [name, files, args] of cases) {
    await using world = await makeOriginalWorld({ files });
    const [theirs, own] = [
      await world.original.run([...INIT, ...args]),
      await world.ours.run([...INIT, ...args]),
    ];
    assert.deepEqual([own.code, own.out], [1, ""], `${name}: ${own.err}`);
    assert.equal(theirs.code, 1, name);
    assert.deepEqual(await world.ours.stored(), await world.original.stored(), name);
    assert.equal(await world.ours.read("d.yaml"), undefined, name);
    assert.match(own.err, /^error: /m, name);
  }
});

tool.test("files that merge as with the original: falsy values give way, and bases are a list", async () => {
  const files = {
    "bases/b1.yaml":
      "cicd-contexts: {stage: {a: 0, b: '', c: [], d: null, e: {}, f: false, g: 0.0, n: {x: {y: 1}}}}",
    "bases/b2.yaml": "bases: [nope.yaml]\ncicd-contexts:\n" +
      "  stage: {a: {m: 1}, b: 5, c: t, d: 7, e: 2.5, f: x, g: {}, n: {x: {z: 2}}}",
    "app.yaml": "bases: [b1.yaml, b2.yaml, b1.yaml]\ncicd-contexts:\n" +
      "  stage: {n: {w: 3}, state: {old: 1}, own: {x: [1]}}",
  };
  {
    await using world = await makeOriginalWorld({ files });
    const again = await world.original.run(INIT);
    assert.equal(
      again.code,
      1,
      "the base that stands twice is merged twice, and a map against 0 is a conflict",
    );
    assert.equal((await world.ours.run(INIT)).code, 1);
  }
  await using world = await makeOriginalWorld({
    files: { ...files, "app.yaml": files["app.yaml"].replace(", b1.yaml]", "]") },
  });
  await world.same(INIT);
  await world.write({ "app.yaml": "bases: b1.yaml\ncicd-contexts: {stage: {only: this}}" });
  await world.same(INIT);
});
