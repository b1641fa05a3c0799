/** Labels that were meant and are misspelt get an answer. */
import assert from "node:assert/strict";
import { EXIT } from "../../src/lib/errors.ts";
import { runIn } from "../worlds/cli_world.ts";
import { A, environment, makeWorld, runningLabels } from "../worlds/world.ts";

const MISSPELT = ["🎪 ⌛ 3 days", "🎪 ⚡ showtime-triger-start"];
const EXPECTED = [
  'warning: The label "🎪 ⌛ 3 days" is not one of Showtime\'s and is ignored; did you mean "🎪 ⌛ <ttl>" (90m, 24h, 7d, 2w or close)?',
  'warning: The label "🎪 ⚡ showtime-triger-start" is not one of Showtime\'s and is ignored; did you mean "🎪 ⚡ showtime-trigger-start"?',
];

for (const argv of [["status", "1234"], ["sync", "1234"], ["start", "1234"], ["status", "1234", "--json"]]) {
  Deno.test(`${argv.join(" ")} asks about each label that is misspelt, and writes nothing for it`, async () => {
    const labels = [...runningLabels(A), ...MISSPELT, "🎪 abc123f 📦 image", "🎪 circus"];
    const world = makeWorld({ pull: { labels }, platform: [environment(A)] });
    let result = { code: -1, out: "", err: "" };

    const { writes } = await world.count(async () => {
      result = await runIn(world, argv);
    });

    assert.deepEqual([result.code, writes], [EXIT.done, 0]);
    assert.deepEqual(result.err.split("\n").filter((line) => line.startsWith("warning:")), EXPECTED);
    assert.doesNotMatch(result.out, /did you mean/);
  });
}
