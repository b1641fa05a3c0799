import assert from "node:assert/strict";
import { makeLinesView } from "../../../src/cli/render/pipelines/lines_view.ts";
import { makeStyle } from "../../../src/cli/render/style.ts";
import { around, branch, leaf, PlayedBuild, unordered } from "../../worlds/pipelines/played_build.ts";

const STYLE = makeStyle({ color: false, links: false, tty: false, ask: false, columns: 80 });
const WEB = around(branch("web", [unordered("tests", [leaf("unit"), leaf("e2e")]), leaf("deploy")]));

function open(
  change: { readonly quiet?: boolean; readonly inActions?: boolean; readonly silent?: boolean } = {},
) {
  const build = new PlayedBuild(WEB);
  const seen = { out: "", err: "" };
  const view = makeLinesView({
    output: change.silent === true ? undefined : (text) => void (seen.out += text),
    talk: (text) => void (seen.err += text),
    warn: (text) => void (seen.err += `warning: ${text}\n`),
    style: STYLE,
    quiet: change.quiet ?? false,
    inActions: change.inActions ?? false,
  });
  build.watch(view.observe);
  return { build, seen, view };
}

function play(build: PlayedBuild): void {
  build.begin();
  build.start("web", "web/setup");
  build.print("web/setup", ["installing"]);
  build.end("web/setup");
  build.start("web/tests", "web/tests/unit", "web/tests/e2e");
  build.print("web/tests/unit", ["first", "second\ttabbed"]);
  build.warn("careful");
  build.print("web/tests/e2e", ["beside"]);
  build.print("web/tests/unit", ["third"]);
  build.end("web/tests/unit", { status: "failed", reason: "exit code 7", exitCode: 7 });
  build.end("web/tests/e2e");
  build.end("web/tests", { status: "failed" });
  build.end("web/deploy", { status: "skipped", reason: "an earlier step failed" });
  build.start("web/teardown");
  build.print("web/teardown", ["stopping"]);
  build.end("web/teardown");
  build.end("web", { status: "failed", ms: 12_300 });
  build.finish();
}

Deno.test("in a pipe, stdout has each line of output behind its path, set-up and tear-down included", () => {
  const { build, seen } = open();
  play(build);

  assert.equal(
    seen.out,
    [
      "web/setup | installing",
      "web/tests/unit | first",
      "web/tests/unit | second\ttabbed",
      "web/tests/e2e | beside",
      "web/tests/unit | third",
      "web/teardown | stopping",
      "",
    ].join("\n"),
  );
});

Deno.test("in a pipe, stderr has beginnings, ends with their reasons, warnings, failures and the summary", () => {
  const { build, seen } = open();
  play(build);

  assert.equal(
    seen.err,
    [
      "▸ web",
      "▸ web/setup",
      "✓ web/setup  passed  1.0s",
      "▸ web/tests",
      "▸ web/tests/unit",
      "▸ web/tests/e2e",
      "warning: careful",
      "✗ web/tests/unit  failed  1.0s  exit code 7",
      "✓ web/tests/e2e  passed  1.0s",
      "✗ web/tests  failed  1.0s",
      "⊘ web/deploy  skipped  an earlier step failed",
      "▸ web/teardown",
      "✓ web/teardown  passed  1.0s",
      "✗ web  failed  12s",
      "web/tests/unit: failed: exit code 7",
      "✗ web failed in 12s: 1 failed, 3 passed, 1 skipped",
      "",
    ].join("\n"),
  );
});

Deno.test("--quiet shows nothing of a build that passed, and the last lines of each failure", () => {
  const failed = open({ quiet: true, silent: true });
  play(failed.build);
  assert.equal(failed.seen.out, "");
  assert.equal(
    failed.seen.err,
    [
      "warning: careful",
      "✗ web/tests/unit  failed: exit code 7",
      "    first",
      "    second\ttabbed",
      "    third",
      "✗ web failed in 12s: 1 failed, 3 passed, 1 skipped",
      "",
    ].join("\n"),
  );

  const passed = open({ quiet: true, silent: true });
  passed.build.begin();
  passed.build.start("web");
  passed.build.end("web");
  passed.build.finish();
  assert.deepEqual(passed.seen, { out: "", err: "" });
});

Deno.test("hostile output keeps its text, and loses escapes, line breaks and changes of direction", () => {
  const { build, seen } = open();
  build.start("web", "web/deploy");
  build.print("web/deploy", [
    "\x1b[31mred\x1b[0m\x1b]0;title\x07 \u202egnp.exe\x00",
    "10%\r20%",
    "\u2028a\u0085b",
    "x".repeat(65_536),
  ]);

  const lines = seen.out.split("\n");
  assert.deepEqual(lines.slice(0, 3), [
    "web/deploy | red gnp.exe",
    "web/deploy | 10% 20%",
    "web/deploy |  a b",
  ]);
  assert.equal(lines[3]?.length, "web/deploy | ".length + 65_536);
  assert.equal(lines.length, 5);
});

Deno.test("in Actions no line with a path can be a workflow command, whatever the name of the step is", () => {
  const build = new PlayedBuild(branch("::add-mask::web", [leaf("one")]));
  let seen = "";
  const add = (text: string) => void (seen += text);
  build.watch(
    makeLinesView({ output: add, talk: add, warn: add, style: STYLE, quiet: false, inActions: true }).observe,
  );
  build.begin();
  build.start("::add-mask::web", "::add-mask::web/one");
  build.print("::add-mask::web/one", ["::error::x", "##[error]x"]);
  build.end("::add-mask::web/one", { status: "failed", reason: "##[error]no" });
  build.end("::add-mask::web", { status: "failed" });
  build.finish();

  for (const line of seen.split("\n")) {
    assert.ok(!/^\s*::/.test(line) && !line.includes("##["), line);
  }
});
