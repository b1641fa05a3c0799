import assert from "node:assert/strict";
import { makeOriginalWorld, type OriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");

const FILES = {
  "f/v.json": '{"b": [1, {"x": null}], "a": 1.0, "10": 1, "9": 2}',
  "f/v.yaml": "octal: 012\ntime: 1:30\nlist: [a, b]\ntext: |\n  two\n  lines\n",
  "f/text.txt": "  just text\n",
  "f/two.txt": "one line\nand another\n",
  "f/number.txt": "42\n",
  "f/float.txt": "1.50\n",
  "f/empty.txt": "",
  "f/broken.txt": "{not: [yaml\nat all",
  "f/word.txt": "yes\n",
  "f/list.txt": "a,b",
};

async function start(options: Parameters<typeof makeOriginalWorld>[0] = {}): Promise<OriginalWorld> {
  const world = await makeOriginalWorld({ ...options, files: { ...FILES, ...options.files } });
  await world.same(["--init-new", "id-1", "--set", "state.key1=value1"]);
  return world;
}

const FORMS: readonly string[] = [
  "state.a.b.c=nested",
  "state.eq=a=b=c",
  "  state.trim  =  trimmed  ",
  "state.none=",
  "=novalue",
  "nothing",
  "",
  "state.one=1|state.two=2| |state.three = 3 ",
  "state.l[]=a,b",
  "state.l[]=b, c",
  "state.s{}=a,b,a",
  "state.s{}=c,b",
  "state.gone[]=x",
  "state.gone[]=[]",
  "state.key1.sub=overwrites",
  "custom.top=level",
  "state.l[0]=a literal key",
  "state.idx.a-b=dash",
  "state..double=dots",
  "state.new[].x=marks are dropped",
  "state.no.file=file://f/nope.json",
];

for (const asProcess of [false, true]) {
  const where = asProcess ? ", as a process" : "";
  tool.test(`every form of --set leaves what the original leaves${where}`, async () => {
    await using world = await start({ asProcess });

    const sets = FORMS.flatMap((form) => ["--set", form]);
    await world.same(sets);

    const { state } = JSON.parse(await world.ours.read("out/d.json") ?? "");
    assert.deepEqual(state.l, ["a", "b", "b", " c"]);
    assert.deepEqual(state.s, ["a", "b", "c"]);
    assert.deepEqual(state.gone, []);
    assert.equal(state.key1, "overwrites");
    assert.equal(state.two, "2");
    assert.equal(state.no.file, "file://f/nope.json");
    assert.ok(!("none" in state));
  });
}

tool.test("files are read as JSON, else YAML, else text, as the original reads them", async () => {
  await using world = await start();
  const sets = Object.keys(FILES).flatMap((path, index) => ["--set", `state.f${index}=file://${path}`]);

  await world.same(sets);
  await world.same(["--set", `state.absolute=file://${world.ours.folder}/f/v.json`]);
  await world.same(["--set", "state.parts[]=file://f/list.txt|state.parts{}=file://f/list.txt"]);
});

tool.test("pairs see those before them, and each call sees those of the calls before", async () => {
  await using world = await start();
  for (
    const pairs of [
      "state.m=text|state.m.k=v",
      "state.d[]=a,a,b",
      "state.d{}=c",
      "state.e[]=[]|state.e{}=x,x",
      "state.flag[]=a",
      "zero.now=x|zero.now.y=z",
      "state.q={{ state.key1 }}",
    ]
  ) {
    await world.same(["--set", pairs]);
  }
  assert.equal((await world.same(["--get", "state.q"])).out, "value1\n");
});

tool.test("a list that cannot be appended to leaves every file as it was", async () => {
  await using world = await start({ files: { "f/map.json": '{"a": 1}' } });
  await world.same(["--set", "state.map=file://f/map.json|state.text=t"]);
  const before = await world.ours.stored();

  for (const pair of ["state.text[]=x", "state.text{}=x", "state.map[]=x", "state.l[]=file://f/map.json"]) {
    const [theirs, own] = [
      await world.original.run(["--set", `state.ok=1|${pair}`]),
      await world.ours.run(["--set", `state.ok=1|${pair}`]),
    ];
    assert.deepEqual([theirs.code, own.code, own.out], [1, 1, ""], pair);
    assert.deepEqual(await world.ours.stored(), before, pair);
    assert.deepEqual(await world.original.stored(), before, pair);
  }
});

tool.test("--pre-set-force-reload is accepted with --set and with an event", async () => {
  await using world = await start();

  await world.same(["--set", "state.a=1", "--pre-set-force-reload"]);
  await world.same(["--handle-event", "build=both", "--set", "state.b=1", "--pre-set"]);
  await world.same(["--pre-set-force-reload"]);
});
