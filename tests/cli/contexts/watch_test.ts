import assert from "node:assert/strict";
import { ContextWorld, type Line, type ShownVersion } from "../../worlds/contexts/command_world.ts";

async function makeOne(): Promise<ContextWorld> {
  const world = await ContextWorld.make();
  await world.expect(0, "init --id ctx --set state.n=1");
  return world;
}

function versionsOf(out: string): readonly ShownVersion[] {
  return out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as ShownVersion);
}

Deno.test("context watch --until ends at once if the value is there, with the current version on one line", async () => {
  await using world = await makeOne();

  const { out } = await world.expect(0, "watch --until state.n=1 --timeout 1ms");

  const [version, ...others] = versionsOf(out);
  assert.equal(others.length, 0);
  assert.deepEqual({ ...version, time: "" }, {
    id: "ctx",
    version: 1,
    time: "",
    actor: "ana",
    operations: [{ op: "replace" }],
  });
});

Deno.test("context watch prints each version up to the one that has the value, and ends with 0", async () => {
  await using world = await makeOne();

  const watching = world.expect(0, ["watch", "--until", "state.answer.choice=go", "--timeout", "60s"]);
  await world.expect(0, "set state.n=2");
  await world.expect(0, ["set", 'state.answer:={"choice": "go"}']);

  const versions = versionsOf((await watching).out);
  const numbers = versions.map(({ version }) => version);
  assert.equal(numbers.at(-1), 3);
  assert.deepEqual(numbers, numbers.toSorted());
  assert.deepEqual(versions.at(-1)?.operations, [{
    op: "set",
    path: "state.answer",
    value: { choice: "go" },
  }]);
});

/** Values, and the text that `get` prints for each. */
const PRINTED: readonly (readonly [pair: string, until: string])[] = [
  ["state.v:=5", "state.v=5"],
  ["state.v:=1.0", "state.v=1.0"],
  ["state.v:=true", "state.v=true"],
  ["state.v:=null", "state.v=null"],
  ["state.v=", "state.v="],
  ["state.v=a=b", "state.v=a=b"],
  ['state.v:=["a", 1]', 'state.v=["a", 1]'],
];

for (const [pair, until] of PRINTED) {
  Deno.test(`context watch --until ${until} compares the text that get prints after ${pair}`, async () => {
    await using world = await makeOne();
    await world.expect(0, ["set", pair]);

    await world.expect(0, ["watch", "--until", until, "--timeout", "1ms"]);
    await world.expect(1, ["watch", "--until", `${until} `, "--timeout", "1ms"]);
  });
}

Deno.test("context watch ends with 1 after --timeout, and says so on stderr", async () => {
  await using world = await makeOne();

  const { out, err } = await world.expect(1, "watch --until state.n=2 --timeout 10ms");

  assert.equal(versionsOf(out).length, 1);
  assert.match(err, /0\.01 s have passed/);
});

Deno.test("context watch ends with 1 if the context is deleted meanwhile", async () => {
  await using world = await makeOne();

  const watching = world.expect(1, "watch --timeout 60s");
  await world.expect(0, "delete");

  assert.match((await watching).err, /it was deleted|none with this ID/);
});

/** Command lines that are wrong, with the exit code. */
const WRONG: readonly (readonly [line: Line, exit: number])[] = [
  ["watch --until state.n", 2],
  ["watch --until =x", 2],
  ["watch --until state[=x", 2],
  ["watch --timeout soon", 2],
  ["watch --id none --timeout 1ms", 1],
];

for (const [line, exit] of WRONG) {
  Deno.test(`context ${line} is exit ${exit}, with nothing on stdout`, async () => {
    await using world = await makeOne();
    assert.equal((await world.expect(exit, line)).out, "");
  });
}

Deno.test("context watch goes on over a context that is made anew", async () => {
  await using world = await makeOne();
  await world.expect(0, "set state.n=2");

  const watching = world.expect(0, "watch --until state.n=7 --timeout 60s");
  await world.expect(0, "init --id ctx --replace --set state.n=7");

  assert.equal(versionsOf((await watching).out).at(-1)?.version, 3);
});

Deno.test("context watch of files shows the newest version only", async () => {
  await using world = await makeOne();
  const context = { datasources: { jsonfile: { path: world.at("context.json"), isPrimary: true } } };
  await world.write("showtime.yml", JSON.stringify({ version: 1, context }));
  await world.expect(0, "init --id ctx");

  const watching = world.expect(0, "watch --until state.n=2 --timeout 60s");
  await world.expect(0, "set state.n=2");

  assert.equal(versionsOf((await watching).out).at(-1)?.version, 2);
});
