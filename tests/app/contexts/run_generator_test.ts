import assert from "node:assert/strict";
import { runGenerator } from "../../../src/contexts/app/run_generator.ts";
import { OUR_RULES } from "../../../src/contexts/core/events/event_rules.ts";
import { toValue, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { makeEventWorld, NEVER } from "../../worlds/contexts/event_world.ts";

const GENERATORS = {
  main: {
    first: {
      set: [
        { key: "state.gen.value1", value: "{{ v }}" },
        { key: "state.gen.same", value: "[{{ state.gen.value1 }}]" },
        { key: "state.gen.blank", value: "{{ state.nope }}" },
        { key: "state.gen.empty", value: "" },
        { key: "state.gen.list[]", value: "a,b" },
      ],
    },
    skipped: { if: "{{ state.nope }}", set: [{ key: "state.gen.never", value: "x" }] },
    false: { if: "{{ 1 == 2 }}", set: [{ key: "state.gen.never", value: "x" }] },
    next: { set: [{ key: "state.{{ state.word }}.next", value: "{{ state.gen.value1 }}!" }] },
  },
  nothing: { only: { if: "", set: [] } },
  broken: {
    ok: { set: [{ key: "state.ok", value: "1" }] },
    bad: { set: [{ key: "state.x", value: "{{ a.b.c }}" }] },
  },
};

async function makeWorld() {
  return await makeEventWorld({
    tree: toValue({ state: { word: "w", gen: {} }, generators: GENERATORS }) as ValueMap,
  });
}

const CALL = { vars: () => new Map([["v", "V"]]), rules: OUR_RULES, waitMs: 1_000 };

Deno.test("a generator is one version; items see each other, and rules of one item do not", async () => {
  await using world = await makeWorld();

  const { count } = await runGenerator(
    world.ports,
    { ...CALL, id: world.id, path: "generators.main" },
    NEVER,
  );

  assert.equal(count, 6);
  assert.equal((await world.history()).length, 2);
  assert.deepEqual(
    await world.get("state"),
    toValue({
      word: "w",
      gen: { value1: "V", same: "[]", blank: "", list: ["a", "b"] },
      w: { next: "V!" },
    }),
  );
});

Deno.test("a generator that sets nothing writes no version", async () => {
  await using world = await makeWorld();

  await runGenerator(world.ports, { ...CALL, id: world.id, path: "generators.nothing" }, NEVER);

  assert.equal((await world.history()).length, 1);
});

Deno.test("a generator with an error sets nothing at all, and an unknown one names its path", async () => {
  await using world = await makeWorld();
  const run = (path: string) => runGenerator(world.ports, { ...CALL, id: world.id, path }, NEVER);

  await assert.rejects(run("generators.broken"), /generators\.broken\.bad\.set\[0\]\.value, line 1/);
  for (const path of ["generators.nope", "state.word", "$.generators.nope"]) {
    await assert.rejects(
      run(path),
      (error) => error instanceof AppError && error.code === "generator_unknown" && error.exitCode === 1,
    );
  }
  assert.equal((await world.history()).length, 1);
});
