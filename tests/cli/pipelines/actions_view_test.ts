import assert from "node:assert/strict";
import { makeActionsView } from "../../../src/cli/render/pipelines/actions_view.ts";
import { makeStyle } from "../../../src/cli/render/style.ts";
import type { PipelineNode } from "../../../src/pipelines/core/pipeline.ts";
import { readActionsLog } from "../../worlds/pipelines/actions_log.ts";
import { around, branch, leaf, PlayedBuild, unordered } from "../../worlds/pipelines/played_build.ts";

const STYLE = makeStyle({ color: false, links: false, tty: false, ask: false, columns: 80 });

function open(root: PipelineNode, { quiet = false, oneAtATime = false } = {}) {
  const build = new PlayedBuild(root);
  const log = { text: "" };
  const spool = { opened: 0, closed: false };
  const tokens: string[] = [];
  const view = makeActionsView({
    root: build.root,
    write: (text) => void (log.text += text),
    spool: {
      open() {
        spool.opened++;
        const kept: string[] = [];
        return {
          add: (lines) => void kept.push(...lines),
          take(write) {
            write(kept.slice(0, 1));
            write(kept.slice(1));
          },
        };
      },
      close: () => void (spool.closed = true),
    },
    style: STYLE,
    newToken() {
      tokens.push(`token${tokens.length}`);
      return tokens.at(-1) ?? "";
    },
    oneAtATime,
    quiet,
  });
  build.watch(view.observe);
  return { build, view, log, spool, tokens };
}

const WEB = around(branch("web", [leaf("lint"), unordered("tests", [leaf("unit"), around(leaf("e2e"))])]));

function play(build: PlayedBuild): void {
  build.begin();
  build.start("web", "web/setup");
  build.print("web/setup", ["installing"]);
  build.end("web/setup");
  build.start("web/lint");
  build.print("web/lint", ["one"]);
  build.print("web/lint", ["two"]);
  build.end("web/lint");
  build.start("web/tests", "web/tests/unit", "web/tests/e2e", "web/tests/e2e/setup");
  build.print("web/tests/unit", ["u1"]);
  build.print("web/tests/e2e/setup", ["s1"]);
  build.warn("a secret is short");
  build.print("web/tests/unit", ["u2", "u3"]);
  build.end("web/tests/e2e/setup");
  build.print("web/tests/e2e", ["e1"]);
  build.end("web/tests/unit", { status: "failed", reason: "exit code 7" });
  build.start("web/tests/e2e/teardown");
  build.end("web/tests/e2e/teardown");
  build.end("web/tests/e2e", { status: "timed_out", reason: "no end within 10m" });
  build.end("web/tests", { status: "failed" });
  build.start("web/teardown");
  build.end("web/teardown");
  build.end("web", { status: "failed" });
  build.finish();
}

Deno.test("in Actions each step with output has a group, and one beside others is shown whole when it ends", () => {
  const { build, log, spool } = open(WEB);
  play(build);

  const { groups } = readActionsLog(log.text);
  assert.deepEqual(groups, [
    { title: "web/setup", lines: ["installing"] },
    { title: "web/lint", lines: ["one", "two"] },
    { title: "web/tests/e2e/setup", lines: ["s1"] },
    { title: "web/tests/unit", lines: ["u1", "u2", "u3"] },
    { title: "web/tests/e2e", lines: ["e1"] },
  ]);
  // Steps that run alone are shown as they run.
  assert.equal(spool.opened, 3);
  assert.ok(spool.closed);
});

Deno.test("in Actions results, last lines of failures and the summary stand outside of groups", () => {
  const { build, log } = open(WEB);
  play(build);

  assert.deepEqual(readActionsLog(log.text).lines, [
    "✓ web/setup  passed  1.0s",
    "✓ web/lint  passed  1.0s",
    "✓ web/tests/e2e/setup  passed  1.0s",
    "✗ web/tests/unit  failed  1.0s  exit code 7",
    "✓ web/tests/e2e/teardown  passed  1.0s",
    "⏱ web/tests/e2e  timed out  1.0s  no end within 10m",
    "✗ web/tests  failed  1.0s",
    "✓ web/teardown  passed  1.0s",
    "✗ web  failed  1.0s",
    "✗ web/tests/unit  failed: exit code 7",
    "u1",
    "u2",
    "u3",
    "✗ web/tests/e2e  timed out: no end within 10m",
    "e1",
    "✗ web failed in 1.0s: 1 failed, 1 timed out, 5 passed",
    "",
  ]);
});

Deno.test("in Actions failures and warnings are annotations, which are not written while commands are off", () => {
  const { build, log } = open(branch("web", [leaf("lint")]));
  build.begin();
  build.start("web", "web/lint");
  build.print("web/lint", ["one"]);
  build.warn("100% sure\nno");
  build.print("web/lint", ["two"]);
  build.end("web/lint", { status: "failed", reason: "exit code 7, 100%" });
  build.end("web", { status: "failed" });
  build.finish();

  const { groups, commands } = readActionsLog(log.text);
  assert.deepEqual(groups, [{ title: "web/lint", lines: ["one", "two"] }]);
  assert.deepEqual(commands, [
    "::warning::100%25 sure no",
    "::error title=web/lint::failed: exit code 7, 100%25",
  ]);
});

Deno.test("in Actions output cannot switch commands on again, end its group or give a command", () => {
  const opened = open(unordered("web", [leaf("one"), leaf("two")]));
  const alone = open(branch("web", [leaf("one"), leaf("two")]));
  for (const { build, log, tokens } of [opened, alone]) {
    build.begin();
    build.start("web", "web/one");
    const tries = () =>
      ["token0", "TOKEN0", "token1", "Token2", "token3"].flatMap((token) => [
        `::${token}::`,
        `x\r::${token}::`,
        `##[${token}]`,
        ` \u2028::${token}::`,
      ]);
    build.print("web/one", [
      ...tries(),
      "::set-env name=PATH::evil",
      "::add-mask::a",
      "##[endgroup]",
      "::endgroup::",
      "::stop-commands::mine",
      "::mine::",
      "::error::lie",
    ]);
    build.end("web/one", { status: "failed", reason: "exit code 1\n::error::lie" });
    build.end("web", { status: "failed", reason: "##[error]lie" });
    build.finish();

    assert.ok(tokens.length >= 2);
    const { groups, commands } = readActionsLog(log.text);
    assert.deepEqual(groups.map(({ title }) => title), ["web/one"]);
    assert.deepEqual(commands, ["::error title=web/one::failed: exit code 1 ::error::lie"]);
    assert.ok(!log.text.includes("##["), log.text);
  }
});

Deno.test("in Actions the name of a step cannot give a command", () => {
  const { build, log } = open(branch("::error::web", [leaf("a\n::error::b")]));
  build.begin();
  build.start("::error::web", "::error::web/a\n::error::b");
  build.print("::error::web/a\n::error::b", ["x"]);
  build.end("::error::web/a\n::error::b", { status: "failed" });
  build.end("::error::web", { status: "failed" });
  build.finish();

  const { commands, groups } = readActionsLog(log.text);
  assert.deepEqual(groups.map(({ lines }) => lines), [["x"]]);
  assert.equal(commands.length, 1);
  assert.match(commands[0] ?? "", /^::error title=[^:]*::failed$/);
});

Deno.test("in Actions a build whose programs run one at a time shows all output as it comes", () => {
  const { build, log, spool } = open(unordered("web", [leaf("one"), leaf("two")]), { oneAtATime: true });
  build.start("web", "web/one");
  build.print("web/one", ["first"]);
  assert.match(log.text, /first/);
  assert.equal(spool.opened, 0);
});

Deno.test("in Actions a view that ends without the build closes its group and gives its files up", () => {
  const { build, view, log, spool } = open(WEB);
  build.begin();
  build.start("web", "web/lint");
  build.print("web/lint", ["one"]);
  view.end();
  view.end();

  assert.deepEqual(readActionsLog(log.text).groups, [{ title: "web/lint", lines: ["one"] }]);
  assert.ok(spool.closed);
});

Deno.test("in Actions --quiet shows the last lines of failures and annotates them", () => {
  const { build, log } = open(WEB, { quiet: true });
  play(build);

  const { groups, lines, commands } = readActionsLog(log.text);
  assert.deepEqual(groups, []);
  assert.equal(lines[0], "✗ web/tests/unit  failed: exit code 7");
  assert.equal(commands.filter((line) => line.startsWith("::error ")).length, 2);
});
