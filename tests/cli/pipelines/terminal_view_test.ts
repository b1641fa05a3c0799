import assert from "node:assert/strict";
import { BuildTree } from "../../../src/cli/render/pipelines/build_tree.ts";
import { renderLiveTree } from "../../../src/cli/render/pipelines/live_tree.ts";
import { makeTerminalView } from "../../../src/cli/render/pipelines/terminal_view.ts";
import { makeStyle } from "../../../src/cli/render/style.ts";
import { textWidth } from "../../../src/cli/render/text_width.ts";
import type { PipelineNode } from "../../../src/pipelines/core/pipeline.ts";
import { assertGolden } from "../../worlds/golden.ts";
import { around, branch, leaf, PlayedBuild, unordered } from "../../worlds/pipelines/played_build.ts";
import { Screen } from "../../worlds/pipelines/screen.ts";

interface Shape {
  readonly columns?: number;
  readonly rows?: number;
  readonly color?: boolean;
}

/** Opens a view of a played build on a screen. `paint()` is what the timer does. */
function open(root: PipelineNode, { columns = 80, rows = 24, color = false }: Shape = {}) {
  const build = new PlayedBuild(root);
  const screen = new Screen(columns, rows);
  const cancel = new AbortController();
  let written = "";
  let tick: (() => void) | undefined;
  const write = (text: string) => {
    written += text;
    screen.write(text);
  };
  const view = makeTerminalView({
    root: build.root,
    streams: {
      stdout: write,
      stderr: write,
      stdoutTty: true,
      stderrTty: true,
      size: () => ({ columns: screen.columns, rows: screen.rows }),
    },
    style: makeStyle({ color, links: false, tty: true, ask: false, columns }),
    signal: cancel.signal,
    now: () => build.now,
    every(_ms, call) {
      tick = call;
      return () => void (tick = undefined);
    },
  });
  build.watch(view.observe);
  return {
    build,
    screen,
    view,
    cancel,
    paint: () => tick?.(),
    isPainting: () => tick !== undefined,
    written: () => written,
  };
}

const WEB = around(branch("web", [
  leaf("lint"),
  unordered("tests", [leaf("unit"), leaf("e2e 端到端")]),
  leaf("deploy"),
]));

/** Plays WEB to the middle of its tests. */
function playToTests({ build }: ReturnType<typeof open>): void {
  build.begin();
  build.start("web", "web/setup");
  build.end("web/setup", { ms: 2_400 });
  build.start("web/lint");
  build.now += 3_000;
  build.end("web/lint", { ms: 3_000 });
  build.start("web/tests", "web/tests/unit", "web/tests/e2e 端到端");
  build.print("web/tests/unit", ["17 of 90 tests", ""]);
  build.print("web/tests/e2e 端到端", [
    "\x1b[32m正在启动浏览器并且等待页面加载完成\x1b[0m then a very long line of output follows",
  ]);
  build.now += 12_000;
}

/** Plays WEB on to a failure. */
function playToEnd({ build }: ReturnType<typeof open>): void {
  build.print("web/tests/unit", ["expected 1", "\x1b[31mgot 2\x1b[0m"]);
  build.end("web/tests/unit", { status: "failed", reason: "exit code 7", exitCode: 7, ms: 12_000 });
  build.end("web/tests/e2e 端到端", { status: "timed_out", reason: "no end within 10m", ms: 600_000 });
  build.end("web/tests", { status: "failed", reason: "2 of 2 steps did not pass", ms: 600_000 });
  build.end("web/deploy", { status: "skipped", reason: "an earlier step failed", ms: 0 });
  build.start("web/teardown");
  build.end("web/teardown", { ms: 300 });
  build.warn("The secret X has fewer than 4 characters");
  build.end("web", { status: "failed", ms: 3_723_000 });
  build.finish();
}

for (const columns of [24, 40, 80, 120]) {
  Deno.test(`the tree in place fits a screen of ${columns} columns, and its end says what failed`, () => {
    const opened = open(WEB, { columns });
    playToTests(opened);
    opened.paint();
    const during = opened.screen.visible.join("\n");
    playToEnd(opened);
    const after = opened.screen.lines.join("\n");

    for (const line of during.split("\n")) assert.ok(textWidth(line) <= columns, line);
    assertGolden(`pipelines/terminal_${columns}.txt`, `${during}\n${"=".repeat(columns)}\n${after}`);
  });
}

Deno.test("each state of the tree has a sign and a word, with and without colours", () => {
  const [plain, painted] = [false, true].map((color) => {
    const opened = open(WEB, { color, columns: 120 });
    playToTests(opened);
    opened.build.end("web/tests/unit", { status: "failed", reason: "exit code 7" });
    opened.build.end("web/deploy", { status: "cancelled" });
    opened.paint();
    return opened;
  });

  const text = plain?.screen.visible.join("\n") ?? "";
  for (const words of ["✓ lint  passed", "✗ unit  failed", "■ deploy  cancelled", "· teardown"]) {
    assert.ok(text.includes(words), words);
  }
  assert.equal(painted?.screen.visible.join("\n"), text);
  assert.ok(painted?.written().includes("\x1b[32m"));
  for (const paint of ["\x1b[32m", "\x1b[1m", "\x1b[2m"]) assert.ok(!plain?.written().includes(paint));
});

Deno.test("a picture replaces the one before, and the same picture is not written again", () => {
  const opened = open(WEB);
  opened.build.begin();
  opened.build.start("web", "web/setup");
  opened.paint();
  const first = opened.written().length;
  opened.paint();
  assert.equal(opened.written().length, first);
  opened.build.now += 5_000;
  opened.paint();

  assert.equal(opened.screen.lines.filter((line) => line.includes("setup")).length, 1);
  assert.ok(opened.screen.lines.some((line) => line.includes("setup  5.0s")));
});

Deno.test("a tree taller than the screen shows what runs and what failed, and counts the rest", () => {
  const many = unordered("web", [
    ...Array.from({ length: 60 }, (_, at) => leaf(`step ${at}`)),
    branch("last", [leaf("one"), leaf("two")]),
  ]);
  const opened = open(many, { rows: 12 });
  opened.build.begin();
  opened.build.start("web");
  for (let at = 0; at < 50; at++) {
    opened.build.start(`web/step ${at}`);
    if (at === 45) continue;
    opened.build.end(`web/step ${at}`, at === 7 ? { status: "failed", reason: "exit code 3" } : {});
  }
  opened.build.start("web/last", "web/last/one");
  opened.paint();

  const lines = opened.screen.visible;
  assert.ok(lines.length <= 12, lines.join("\n"));
  assert.deepEqual(lines.map((line) => line.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, "~").replace(/ {2}0\.0s$/, "")), [
    "~ web",
    "  ✗ step 7  failed  1.0s  exit code 3",
    "  ~ step 45",
    "  ~ last",
    "    ~ one",
    "    1 waiting",
    "  ✓ 48 passed · 10 waiting",
    "49 of 62 done, 2 running, 1 failed",
  ]);
});

Deno.test("steps in a node that was not entered count as done", () => {
  const opened = open(
    branch("web", [branch("pages", [leaf("one"), branch("more", [leaf("two")])]), leaf("last")]),
  );
  opened.build.begin();
  opened.build.start("web");
  opened.build.end("web/pages", { status: "skipped", reason: "no changed path matches ^docs/" });
  opened.build.start("web/last");
  opened.paint();
  assert.deepEqual(opened.screen.visible.slice(1, 5), [
    "  ⊘ pages  skipped  no changed path matches ^docs/",
    "    ⊘ one  skipped",
    "    ⊘ more  skipped",
    "      ⊘ two  skipped",
  ]);
  assert.equal(opened.screen.visible.at(-1), "2 of 3 done, 1 running");
});

Deno.test("more running steps than lines: those that run for the longest time are shown, and the others counted", () => {
  const opened = open(unordered("web", Array.from({ length: 40 }, (_, at) => leaf(`s${at}`))), {
    rows: 8,
  });
  opened.build.begin();
  opened.build.start("web");
  // The last ones have begun first.
  for (let at = 39; at >= 0; at--) {
    opened.build.start(`web/s${at}`);
    opened.build.now += 1_000;
  }
  opened.paint();

  const lines = opened.screen.visible.map((line) => line.slice(line.search(/[^ ⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/)));
  assert.deepEqual(lines, [
    ...["web  40s", "s36  37s", "s37  38s", "s38  39s", "s39  40s"],
    ...["… 36 more running", "0 of 40 done, 40 running"],
  ]);
});

Deno.test("a failure below many running steps is shown on a small screen, also deep in the tree", () => {
  const packages = Array.from(
    { length: 12 },
    (_, at) => unordered(`p${at}`, [leaf("a"), leaf("b"), branch("deep", [leaf("c")])]),
  );
  const opened = open(unordered("web", packages), { rows: 12 });
  opened.build.begin();
  opened.build.start("web");
  for (let at = 0; at < 12; at++) {
    opened.build.start(`web/p${at}`, `web/p${at}/a`, `web/p${at}/b`, `web/p${at}/deep`, `web/p${at}/deep/c`);
  }
  opened.build.end("web/p11/deep/c", { status: "failed", reason: "exit code 3" });
  opened.build.end("web/p11/deep", { status: "failed", reason: "web/p11/deep/c failed" });
  opened.paint();

  const lines = opened.screen.visible.map((line) => line.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, "~"));
  assert.ok(lines.length <= 11, lines.join("\n"));
  assert.ok(lines.includes("      ✗ c  failed  1.0s  exit code 3"), lines.join("\n"));
  assert.ok(lines.includes("    ~ a  0.0s"), lines.join("\n"));
  const shown = lines.filter((line) => /~ [abc] /.test(line));
  assert.equal(lines.at(-2), `… ${35 - shown.length} more running`);
});

Deno.test("a terminal that does not know its size is taken for one of 80 columns", () => {
  const opened = open(WEB);
  Object.assign(opened.screen, { columns: 0, rows: 0 });
  const shown: string[] = [];
  opened.screen.write = (text) => void shown.push(text);
  playToTests(opened);
  opened.paint();
  assert.match(shown.join(""), /unit {2}12s {2}17 of 90 tests/);
});

for (const [columns, rows] of [[30, 24], [200, 24], [80, 6], [80, 2]] as const) {
  Deno.test(`after a change of size to ${columns}×${rows} no part of an old picture is left`, () => {
    const opened = open(WEB, { columns: 90 });
    playToTests(opened);
    opened.paint();
    opened.screen.resize(columns, rows);
    opened.build.now += 1_000;
    opened.paint();
    opened.build.now += 1_000;
    opened.paint();

    const { visible } = opened.screen;
    assert.equal(visible.filter((line) => line.includes(" of 6 done")).length, 1, visible.join("\n"));
    assert.ok(visible.filter((line) => line.includes("lint")).length <= 1, visible.join("\n"));
  });
}

Deno.test("the cursor is visible after every text, and the tree says how to end a cancelled build at once", () => {
  const opened = open(WEB, { columns: 100 });
  playToTests(opened);
  opened.paint();
  assert.ok(opened.screen.cursorVisible);
  opened.cancel.abort();
  opened.paint();
  assert.match(opened.screen.visible.at(-1) ?? "", /cancelling: Ctrl-C again ends everything at once$/);
  assert.ok(opened.screen.cursorVisible);

  opened.view.end();
  opened.view.end();
  assert.deepEqual(opened.screen.lines, [""]);
  assert.equal(opened.isPainting(), false);
  assert.ok(opened.screen.cursorVisible);
});

Deno.test("output and names cannot move the cursor, change the direction of text or hide a result", () => {
  const evil = "\x1b[2J\x1b[1;1Hgone\x1b]0;title\x07\u202e\u0007\x9b31m";
  const opened = open(branch("web", [leaf("one")]));
  opened.build.begin();
  opened.build.start("web", "web/one");
  // The last part of a line is what a progress bar shows.
  opened.build.print("web/one", [`10%\r${evil}50%`]);
  opened.paint();
  assert.match(opened.screen.visible[1] ?? "", /one {2}0\.0s {2}gone50%$/);
  opened.build.print("web/one", ["x".repeat(64 * 1024)]);
  opened.paint();
  assert.ok((opened.screen.visible[1] ?? "").length <= 100);
  opened.build.end("web/one", { status: "failed", reason: `exit code 1${evil}` });
  opened.build.end("web", { status: "failed" });
  opened.build.finish();

  for (const part of ["\x1b[2J", "\x1b[1;1H", "\x07", "\x9b", "\u202e", "title"]) {
    assert.ok(!opened.written().includes(part), JSON.stringify(part));
  }
});

Deno.test("a picture of 5,000 steps costs what is shown, and not every step", () => {
  const count = 5_000;
  const build = new PlayedBuild(
    unordered("web", Array.from({ length: count }, (_, at) => leaf(`s${at}`))),
  );
  const tree = new BuildTree(build.root);
  build.watch((event) => tree.apply(event));
  build.start("web");
  for (let at = 0; at < count - 1; at++) {
    build.start(`web/s${at}`);
    build.end(`web/s${at}`);
  }
  build.start(`web/s${count - 1}`);

  // A picture that looked at each child would read the list of children.
  const { root } = tree;
  Object.defineProperty(root.children, Symbol.iterator, {
    value: () => {
      throw new Error("a picture went through all children");
    },
  });
  const style = makeStyle({ color: false, links: false, tty: true, ask: false, columns: 80 });
  const lines = renderLiveTree(tree, { style, now: build.now, columns: 80, rows: 24, cancelled: false });
  assert.deepEqual(lines.slice(1).map(({ text }) => text.replace(/^ {2}. s/, "  ~ s")), [
    "  ~ s4999  0.0s",
    "  ✓ 4999 passed",
    "4999 of 5000 done, 1 running",
  ]);
});

Deno.test("the report of a large build counts the siblings that passed, and shows 20 failures", () => {
  const count = 300;
  const opened = open(unordered("web", Array.from({ length: count }, (_, at) => leaf(`s${at}`))));
  opened.build.begin();
  opened.build.start("web");
  for (let at = 0; at < count; at++) {
    opened.build.start(`web/s${at}`);
    opened.build.print(`web/s${at}`, [`line of ${at}`]);
    opened.build.end(`web/s${at}`, at % 10 === 0 ? { status: "failed", reason: "exit code 1" } : {});
  }
  opened.build.end("web", { status: "failed" });
  opened.build.finish();

  const { lines } = opened.screen;
  assert.ok(lines.includes("  … 270 passed"));
  assert.equal(lines.filter((line) => line.startsWith("  ✗ s")).length, 30);
  assert.equal(lines.filter((line) => line.startsWith("    line of ")).length, 20);
  assert.ok(lines.includes("… and 10 more failures"));
  assert.equal(lines.at(-1), "✗ web failed in 1.0s: 30 failed, 270 passed");
});
