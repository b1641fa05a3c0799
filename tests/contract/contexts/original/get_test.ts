import assert from "node:assert/strict";
import { makeOriginalWorld, type OriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");

const DATA =
  '{"s": "text", "n": 5, "f": 1.5, "w": 1.0, "big": 9007199254740993, "e": 1e22, "t": true, "no": false, ' +
  '"zero": 0, "nil": null, "empty": "", "list": [1, "a", {"x": "y"}], "none": [], "void": {}, ' +
  '"map": {"a": 1, ' +
  '"b": "it\'s", "c": [null, true]}, "u": "é☃", "t1": "{{ configData.custom.name }} {{ state.key1 }}", ' +
  '"t2": "{{ nope }}", "tl": ["{{ state.key1 }}"], "a-b": "dash", ' +
  '"n1": {"d": {"a": 1}, "l": []}, "n2": {"d": {"a": 2}}}';

async function start(options: Parameters<typeof makeOriginalWorld>[0] = {}): Promise<OriginalWorld> {
  const world = await makeOriginalWorld({ ...options, files: { "v.json": DATA, ...options.files } });
  await world.same(["--init-new", "id-1", "--set", "state.key1=value1", "--set", "state.v=file://v.json"]);
  return world;
}

/** Expressions with what both print; null stands for exit code 1. */
const EXPRESSIONS: readonly (readonly [expression: string, printed: string | null])[] = [
  ["state.v.s", "text\n"],
  ["state.v.n", "5\n"],
  ["state.v.f", "1.5\n"],
  ["state.v.w", "1.0\n"],
  ["state.v.big", "9007199254740993\n"],
  ["state.v.e", "1e+22\n"],
  ["state.v.t", "True\n"],
  ["state.v.no", ""],
  ["state.v.zero", ""],
  ["state.v.nil", ""],
  ["state.v.empty", ""],
  ["state.v.absent", ""],
  ["state.v.list", '[1, "a", {"x": "y"}]\n'],
  ["state.v.list[2].x", "y\n"],
  ["state.v.list[-1].x", "y\n"],
  ["state.v.list[0:2]", '[1, "a"]\n'],
  ["state.v.none", "[]\n"],
  ["state.v.void", ""],
  ["state.v.map", "{'a': 1, 'b': \"it's\", 'c': [None, True]}\n"],
  ["state.v.u", "é☃\n"],
  ["state.v.t1", "c1 value1\n"],
  ["state.v.t2", ""],
  ["state.v.tl", '["{{ state.key1 }}"]\n'],
  ["state.v.a-b", "dash\n"],
  ["$.state.v['s']", "text\n"],
  ["state.v.*.d.a", "[1, 2]\n"],
  ["state..a", "[1, 1, 2]\n"],
  ["(state.v.n1 where l).d.a", "1\n"],
  ["state.v[s,n]", '["text", 5]\n'],
  ["state.v.list[1,0]", '["a", 1]\n'],
  ["state.[", null],
  ["state.v.list[", null],
];

tool.test("values print as with the original, whatever an expression finds", async () => {
  await using world = await start();
  for (const [expression, printed] of EXPRESSIONS) {
    if (printed === null) {
      const [theirs, own] = [
        await world.original.run(["--get", expression]),
        await world.ours.run(["--get", expression]),
      ];
      assert.deepEqual([theirs.code, own.code, own.out], [1, 1, ""], expression);
      continue;
    }
    assert.equal((await world.same(["--get", expression])).out, printed, expression);
  }
});

tool.test("variables are what a path finds, or the text itself, and hide parts of the tree", async () => {
  await using world = await start();
  await world.same([
    "--set",
    "state.t={{cx.v}}",
    "--set",
    "state.all={{cx.v}} {{state.key1}} {{state.v.s}} {{more}} {{num}}",
  ]);
  const cases: readonly (readonly string[])[] = [
    ["--tmpl-ctx-var", "cx.v=state.key1"],
    ["--tmpl-ctx-var", "cx.v=literal text"],
    ["--tmpl-ctx-var", "cx.v=x=1 y=2"],
    ["--tmpl-ctx-var", "cx.v=1.2.3"],
    ["--tmpl-ctx-var", "cx.v=state.not.there"],
    ["--tmpl-ctx-var", "cx.v=state.v.list"],
    ["--tmpl-ctx-var", "cx.v=state.v.map"],
    ["--tmpl-ctx-var", "cx.v=state..a"],
    ["--tmpl-ctx-var", " cx.v = state.key1 "],
    ["--tmpl-ctx-var", "cx.v[]=a,b", "--tmpl-ctx-var", "cx.v[]=c"],
  ];
  for (const vars of cases) await world.same(["--get", "state.t", ...vars]);
  await world.same([
    "--get",
    "state.all",
    "--tmpl-ctx-var=cx.v=1",
    "--tmpl-ctx-var=state.key1=hidden",
    "--tmpl-ctx-var=num=state.v.n",
    "--tmpl-ctx-var=more=state.v.zero",
  ]);
  await world.same(["--get", "state.key1"]);
});

tool.test("a variable without an equal sign is an error only where templates are rendered", async () => {
  await using world = await start();

  const own = await world.ours.run(["--get", "state.key1", "--tmpl-ctx-var", "bare"]);
  const theirs = await world.original.run(["--get", "state.key1", "--tmpl-ctx-var", "bare"]);

  assert.deepEqual([own.code, own.out, theirs.code], [1, "", 1]);
  assert.equal((await world.same(["--get", "state.v.n", "--tmpl-ctx-var", "bare"])).out, "5\n");
});

tool.test("--get prints secrets, logins in addresses and paths as they are", async () => {
  await using world = await start({ env: { GITHUB_TOKEN: "ghs_secret" } });
  await world.same([
    "--set",
    "state.u=http://ana:passw@host.example/x",
    "--set",
    "state.t=ghs_secret SLACKTOK secrets.yaml",
  ]);

  assert.equal((await world.same(["--get", "state.u"])).out, "http://ana:passw@host.example/x\n");
  assert.equal((await world.same(["--get", "state.t"])).out, "ghs_secret SLACKTOK secrets.yaml\n");
});

tool.test("--get drops what is given beside it, and an empty expression is no action", async () => {
  await using world = await start();

  await world.same(["--get", "state.key1", "--set", "state.key1=other", "--handle-event", "build=told"]);
  await world.same(["--get", "state.key1"]);
  await world.same(["--get", "", "--set", "state.key1=other"]);
  assert.equal((await world.same(["--get", "state.key1"])).out, "other\n");
  await world.same([]);
});
