import assert from "node:assert/strict";
import { ContextWorld, type ShownVersion } from "../../worlds/contexts/command_world.ts";

async function makeEmpty(): Promise<ContextWorld> {
  const world = await ContextWorld.make();
  await world.expect(0, "init --id ctx");
  return world;
}

Deno.test("context set writes texts, JSON, lists and sets as one version, and says nothing on stdout", async () => {
  await using world = await makeEmpty();

  const { out, err } = await world.expect(0, [
    "set",
    "state.text=1.4.0",
    "state.empty=",
    "state.equals=a=b",
    'state.tests:={"passed": 12, "ratio": 1.0, "id": 12345678901234567890}',
    "state.list[]=a",
    "state.list[]:=2",
    "state.set{}=x",
    "state.set{}=y",
    "state.set{}=x",
    'state["a.b"].c=deep',
    "state.places[0]=first",
  ]);

  assert.deepEqual([out, err], ["", ""]);
  assert.equal(await world.version(), 2);
  for (
    const [path, printed] of [
      ["state.text", "1.4.0"],
      ["state.empty", ""],
      ["state.equals", "a=b"],
      ["state.tests", '{"passed": 12, "ratio": 1.0, "id": 12345678901234567890}'],
      ["state.list", '["a", 2]'],
      ["state.set", '["x", "y"]'],
      ['state["a.b"].c', "deep"],
      ["state.places", '["first"]'],
    ] as const
  ) {
    assert.equal(await world.get(path), printed, path);
  }
  assert.deepEqual(await world.json("set state.more=1"), { id: "ctx", version: 3 });
});

Deno.test("context set path@=FILE reads JSON or YAML by content, and anything else as text", async () => {
  await using world = await makeEmpty();
  const files = {
    json: await world.write("report.txt", '{"passed": 12}\n'),
    yaml: await world.write("report.any", "passed: 12\non: [a]\n"),
    text: await world.write("notes", "Fixed: [the thing\nand more\n"),
  };

  await world.expect(0, ["set", ...Object.entries(files).map(([name, path]) => `state.${name}@=${path}`)]);

  assert.equal(await world.get("state.json"), '{"passed": 12}');
  assert.equal(await world.get("state.yaml"), '{"passed": 12, "on": ["a"]}');
  assert.equal(await world.get("state.text"), "Fixed: [the thing\nand more\n");
  assert.equal((await world.failure(2, `set state.x@=${world.at("missing")}`)).code, "file_missing");
});

/** Pairs that cannot be written, with the exit code. */
const REFUSED: readonly (readonly [pair: string, exit: number])[] = [
  ["state.text.more=x", 1],
  ["state.text[]=x", 1],
  ["state.list[5]=x", 1],
  ["state.list.name=x", 1],
  ["state.bad:={", 2],
  ["state.bad:=NaN", 2],
  ["no-operator", 2],
  ["=x", 2],
  ["state[=x", 2],
  ["state.cicdContextDataId=other", 2],
  ["state.cicdContextName=other", 2],
  ["state=x", 2],
];

for (const [pair, exit] of REFUSED) {
  Deno.test(`context set ${pair} is an error, and no other pair of the call is written`, async () => {
    await using world = await makeEmpty();
    await world.expect(0, ["set", "state.text=t", "state.list:=[1]"]);

    const result = await world.expect(exit, ["set", "state.good=1", pair]);

    assert.equal(result.out, "");
    await world.expect(1, "get state.good");
    assert.equal(await world.version(), 2);
  });
}

Deno.test("context set of an element at the length of a list appends", async () => {
  await using world = await makeEmpty();
  await world.expect(0, "set state.list:=[1] state.list[1]=two state.list[0]=one");

  assert.equal(await world.get("state.list"), '["one", "two"]');
});

Deno.test("context unset removes values as one version, and an absent path is no error", async () => {
  await using world = await makeEmpty();
  await world.expect(0, "set state.a=1 state.b.c=2 state.list:=[1,2,3]");

  await world.expect(0, "unset state.a state.absent state.list[1] state.b.c");

  assert.equal(await world.version(), 3);
  assert.equal((await world.expect(1, "get state.a")).out, "");
  assert.equal(await world.get("state.list"), "[1, 3]");
  assert.equal(await world.get("state.b"), "{}");
});

Deno.test("context unset of the ID of a context is refused", async () => {
  await using world = await makeEmpty();
  for (const path of ["state.cicdContextDataId", "state"]) {
    assert.equal((await world.run(["unset", path])).code, 2, path);
  }
  assert.equal(await world.get("state.cicdContextDataId"), "ctx");
});

Deno.test("context set and unset --if-version of an older version are exit 4, and write nothing", async () => {
  await using world = await makeEmpty();
  await world.expect(0, "set state.lock=mine --if-version 1");

  for (const line of ["set state.lock=yours --if-version 1", "unset state.lock --if-version 1"]) {
    const { code, message } = await world.failure(4, line);
    assert.equal(code, "version_stale");
    assert.match(message, /at version 2.*--if-version says 1/);
  }
  assert.equal(await world.get("state.lock"), "mine");
  assert.equal(await world.version(), 2);
  assert.equal((await world.failure(2, "set state.a=1 --if-version zero")).code, "version_invalid");
});

Deno.test("context set of an unknown context is exit 1, and makes none", async () => {
  await using world = await ContextWorld.make();

  assert.equal((await world.failure(1, "set state.a=1")).code, "context_unknown");
  assert.deepEqual(await world.json("list"), { contexts: [] });
});

Deno.test("context set without a pair and with an unknown flag is exit 2", async () => {
  await using world = await makeEmpty();
  await world.expect(2, ["set"]);
  await world.expect(2, "set state.a=1 --fast");
});

Deno.test("20 calls of context set at once are all written, each as a version of its own", async () => {
  await using world = await makeEmpty();
  const names = Array.from({ length: 20 }, (_, index) => `k${index}`);

  const results = await Promise.all(
    names.map((name) => world.run(`set state.${name}=${name} state.all[]=${name}`)),
  );

  assert.deepEqual(results.filter(({ code }) => code !== 0), []);
  assert.deepEqual((JSON.parse(await world.get("state.all")) as string[]).sort(), [...names].sort());
  assert.equal(await world.version(), 21);
});

Deno.test("context set names its writer: SHOWTIME_ACTOR, else GITHUB_ACTOR, else unknown", async () => {
  await using world = await makeEmpty();
  await world.expect(0, "set state.n=1", { env: { GITHUB_ACTOR: "octo" } });
  await world.expect(0, "set state.n=2", { env: { SHOWTIME_ACTOR: "", GITHUB_ACTOR: "octo" } });
  await world.expect(0, "set state.n=3", { env: { SHOWTIME_ACTOR: "" } });

  const { versions } = await world.json<{ readonly versions: readonly ShownVersion[] }>("history");

  assert.deepEqual(versions.map(({ actor }) => actor), ["unknown", "octo", "ana", "ana"]);
});
