import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/mod.ts";
import { runIn } from "../worlds/cli_world.ts";
import { makeWorld, type World } from "../worlds/world.ts";

const FILE = {
  path: "showtime.yml",
  text: "environment: { sizes: { tiny: { cpu: 256, memory: 512 }, huge: { cpu: 4096, memory: 16384 } } }\n",
};

/** Starts an environment of a size, under a configuration with two more sizes. */
async function start(world: World, size: string) {
  const config = () => Promise.resolve(loadConfig({ file: FILE, env: {}, flags: {} }));
  return await runIn(world, ["start", "1234", "--size", size, "--json"], { wiring: { config } });
}

Deno.test("start --size takes every size of the configuration", async () => {
  for (const size of ["tiny", "huge", "large"]) {
    const { code, out, err } = await start(makeWorld(), size);

    assert.equal(code, 0, err);
    assert.equal(JSON.parse(out).environment.size, size);
  }
});

Deno.test("start --size refuses any other size, names the nearest one, and writes nothing", async () => {
  const cases = [
    ["huges", /"huges" is not one of standard, large, tiny, huge$/, 'Did you mean "huge"?'],
    ["Tiny", /"Tiny" is not one of/, 'Did you mean "tiny"?'],
    ["constructor", /"constructor" is not one of/, "Give one of standard, large, tiny, huge"],
  ] as const;
  for (const [size, message, hint] of cases) {
    const world = makeWorld();
    let result = { code: -1, out: "" };
    const { writes } = await world.count(async () => {
      result = await start(world, size);
    });

    const { error } = JSON.parse(result.out);
    assert.deepEqual([result.code, writes, error.code, error.hint], [2, 0, "value_unknown", hint]);
    assert.match(error.message, message);
  }
});
