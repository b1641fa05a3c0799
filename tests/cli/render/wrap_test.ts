/** Long lines on a terminal: broken between words, in their column. */
import assert from "node:assert/strict";
import { makeStyle } from "../../../src/cli/render/mod.ts";
import { textWidth } from "../../../src/cli/render/text_width.ts";
import { wrapFact } from "../../../src/cli/render/wrap_text.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { runCli } from "../../worlds/program/cli.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { assertGolden } from "../../worlds/golden.ts";
import { A, B, environment, makeWorld, runningLabels } from "../../worlds/world.ts";

function styleOf(columns: number, tty = true) {
  return makeStyle({ color: false, links: false, tty, ask: false, columns });
}

Deno.test("wrapFact() keeps the value in its column, or lets it go on below where there is no room", () => {
  const fact = { name: "why", value: "one two three four five six" };
  const place = { indent: 2, width: 6 };

  assert.deepEqual(wrapFact(fact, { ...place, style: styleOf(80) }), ["  why   one two three four five six"]);
  assert.deepEqual(wrapFact(fact, { ...place, style: styleOf(32) }), [
    "  why   one two three four five",
    "        six",
  ]);
  assert.deepEqual(wrapFact(fact, { ...place, style: styleOf(16) }), [
    "  why   one two",
    "    three four",
    "    five six",
  ]);
  assert.deepEqual(wrapFact(fact, { ...place, style: styleOf(16, false) }).length, 1);
});

for (const command of ["explain", "status"]) {
  Deno.test(`${command} has no line wider than a terminal of 80 columns, and breaks none elsewhere`, async () => {
    const world = makeWorld({
      pull: { labels: ["🎪 ⚡ showtime-trigger-start", ...runningLabels(B)] },
      platform: [environment(B)],
    });
    world.platform.hooks.before("deploy", () => {
      throw new AppError(
        "unhealthy",
        `Waiting for the container: ${"it answers 404 at every path ".repeat(8)}`,
        {
          hint: `Look at ${"the log and ".repeat(12)}the configuration`,
        },
      );
    });
    await world.sync();
    await world.simulator.label({
      pr: 1234,
      add: ["🎪 🧊 showtime-freeze", "🎪 conf-enable-DARK_MODE", "🎪 conf-enable-ALERT_REPORTS"],
      remove: [],
      actor: "maxime",
    });

    const narrow = await runIn(world, [command, "1234"], { terminal: 80, env: { NO_COLOR: "1" } });
    const wide = await runIn(world, [command, "1234"]);

    const widths = narrow.out.split("\n").map(textWidth);
    assert.deepEqual(widths.filter((width) => width > 80), []);
    assert.ok(wide.out.split("\n").some((line) => textWidth(line) > 80));
    const words = (text: string) => text.split(/\s+/);
    assert.deepEqual(words(narrow.out), words(wide.out));
    assert.ok(narrow.out.includes(A.slice(0, 7)));
  });
}

Deno.test("labels cuts no meaning on a terminal of 80 columns", async () => {
  const { out } = await runCli(["labels", "--no-color"], { terminal: 80 });

  assert.doesNotMatch(out, /…/);
  assert.ok(out.split("\n").every((line) => textWidth(line) <= 80), out);
  assertGolden("labels_80.txt", out);
});
