/** Labels that were meant and are misspelt get an answer. */
import assert from "node:assert/strict";
import { EXIT } from "../../src/lib/errors.ts";
import { runIn } from "../worlds/cli_world.ts";
import { A, environment, makeWorld, runningLabels, type World } from "../worlds/world.ts";

const MISSPELT = ["🎪 ⌛ 3 days", "🎪 ⚡ showtime-triger-start"];
const EXPECTED = [
  'warning: The label "🎪 ⌛ 3 days" is not one of Showtime\'s and is ignored; did you mean "🎪 ⌛ <ttl>" (90m, 24h, 7d, 2w or close)?',
  'warning: The label "🎪 ⚡ showtime-triger-start" is not one of Showtime\'s and is ignored; did you mean "🎪 ⚡ showtime-trigger-start"?',
];

/** What a command asks about, without its writes. */
async function asked(world: World, argv: readonly string[]) {
  let result = { code: -1, out: "", err: "" };
  const { writes } = await world.count(async () => {
    result = await runIn(world, argv);
  });
  const questions = result.err.split("\n").filter((line) => line.startsWith("warning:"));
  return { ...result, writes, questions };
}

function worldWith(labels: readonly string[]): World {
  const all = [...runningLabels(A), ...labels, "🎪 abc123f 📦 image", "🎪 circus"];
  return makeWorld({ pull: { labels: all }, platform: [environment(A)] });
}

for (const argv of [["status", "1234"], ["explain", "1234"], ["list"], ["status", "1234", "--json"]]) {
  Deno.test(`${argv.join(" ")} asks about each label that is misspelt, and writes nothing`, async () => {
    const { code, out, writes, questions } = await asked(worldWith(MISSPELT), argv);

    assert.deepEqual([code, writes], [EXIT.done, 0]);
    assert.deepEqual(questions, EXPECTED);
    assert.doesNotMatch(out, /did you mean/);
  });
}

for (const argv of [["sync", "1234"], ["start", "1234"]]) {
  Deno.test(`${argv.join(" ")} asks about each label that is misspelt in the comment too, once, and does nothing else`, async () => {
    const world = worldWith(MISSPELT);
    const before = world.labels();

    const { code, questions } = await asked(world, argv);

    assert.equal(code, EXIT.done);
    assert.deepEqual(questions, EXPECTED);
    assert.match(
      world.comment(),
      /"🎪 ⚡ showtime\\-triger\\-start" is .*ignored\. Did you mean `🎪 ⚡ showtime-trigger-start`\?/,
    );
    assert.match(world.comment(), /Did you mean `🎪 ⌛ <ttl>` \(90m, 24h, 7d, 2w or close\)\?/);
    assert.deepEqual(world.labels(), before);
    assert.deepEqual(world.platform.changes, []);
    assert.equal((await asked(world, argv)).writes, 0);
  });
}

for (
  const label of [
    ":circus_tent: :zap: showtime-trigger-start",
    "🎪 :zap: showtime-trigger-start",
    "showtime-trigger-start",
  ]
) {
  Deno.test(`sync asks in a new comment whether "${label}" was meant, and takes the question back with the label`, async () => {
    const world = makeWorld({ pull: { labels: [label] } });

    const { code } = await asked(world, ["sync", "1234"]);

    assert.equal(code, EXIT.done);
    assert.match(world.comment(), /Did you mean `🎪 ⚡ showtime-trigger-start`\?/);
    assert.deepEqual(world.labels(), [label]);
    assert.deepEqual(world.images.built, []);
    world.simulator.label({ pr: 1234, add: [], remove: [label], actor: "maxime" });
    await asked(world, ["sync", "1234"]);
    assert.doesNotMatch(world.comment(), /Did you mean/);
  });
}

Deno.test("sync does not start a comment for a misspelt label on a closed pull request", async () => {
  const world = makeWorld({ pull: { labels: ["showtime-trigger-start"], state: "closed" } });

  assert.deepEqual([(await asked(world, ["sync", "1234"])).writes, world.comment()], [0, ""]);
});
