import assert from "node:assert/strict";
import { renderBar, renderStage } from "../../../src/cli/render/mod.ts";
import { makeTerminal } from "../../../src/drivers/terminal/mod.ts";

const HALF = { stage: "Exporting", count: 40, total: 80, bytes: 1_234_567, elapsedMs: 6_000 };

Deno.test("renderBar() shows count, bytes and the time left", () => {
  assert.equal(renderBar(HALF), "Exporting ██████████░░░░░░░░░░ 40 of 80, 1.2 MB, 6 s left");
  assert.equal(
    renderBar({ ...HALF, bytes: 0, count: 20 }),
    "Exporting █████░░░░░░░░░░░░░░░ 20 of 80, 18 s left",
  );
});

Deno.test("renderBar() guesses no time before two seconds, before the first asset, and at the end", () => {
  assert.doesNotMatch(renderBar({ ...HALF, elapsedMs: 1_999 }), /left/);
  assert.doesNotMatch(renderBar({ ...HALF, count: 0 }), /left/);
  assert.equal(renderBar({ ...HALF, count: 80 }), "Exporting ████████████████████ 80 of 80, 1.2 MB");
});

Deno.test("renderBar() has no bar while the total is not known", () => {
  assert.equal(renderBar({ ...HALF, total: undefined }), "Exporting 40, 1.2 MB");
});

for (const stderrTty of [true, false]) {
  Deno.test(`a stage is ${stderrTty ? "a bar on a terminal" : "one line elsewhere"}, however many chunks it has`, () => {
    let err = "";
    const terminal = makeTerminal({
      stdout: () => {},
      stderr: (text) => void (err += text),
      env: {},
      stdinTty: false,
      stdoutTty: false,
      stderrTty,
      columns: 120,
      color: false,
      quiet: false,
      verbose: false,
      now: () => 0,
    });
    for (const count of [0, 20, 40]) terminal.progress(renderBar({ ...HALF, count }), renderStage(HALF));
    terminal.progress(undefined);
    if (stderrTty) assert.match(err, /█{10}░{10} 40 of 80/);
    else assert.equal(err, "Exporting 80 assets\n");
  });
}
