import assert from "node:assert/strict";
import { renderJobSummary } from "../../../src/cli/render/pipelines/job_summary.ts";
import { assertGolden } from "../../worlds/golden.ts";
import { branch, leaf, PlayedBuild, unordered } from "../../worlds/pipelines/played_build.ts";

Deno.test("the summary of a job has a table of steps, warnings, and the last lines of failures", () => {
  const build = new PlayedBuild(branch("web", [leaf("lint"), leaf("unit"), leaf("deploy")]));
  build.begin();
  build.start("web", "web/lint");
  build.end("web/lint", { ms: 3_100 });
  build.start("web/unit");
  build.print("web/unit", ["expected 1", "got 2"]);
  build.warn("The tear-down <failed>");
  build.end("web/unit", { status: "failed", reason: "exit code 7", ms: 12_000 });
  build.end("web/deploy", { status: "skipped", reason: "an earlier step failed" });
  build.end("web", { status: "failed", ms: 15_100 });

  assertGolden("pipelines/job_summary.md", renderJobSummary(build.finish()));
});

Deno.test("names, reasons and output cannot break out of the summary's table and code", () => {
  const build = new PlayedBuild(branch("web", [leaf("a|b`<img src=x>@octocat")]));
  const path = "web/a|b`<img src=x>@octocat";
  build.begin();
  build.start("web", path);
  build.print(path, ["```", "# heading", "````", "<!-- marker", "@octocat \x1b[31mred\u202e", "<script>"]);
  build.end(path, { status: "failed", reason: "x | y\n# z" });
  build.end("web", { status: "failed" });
  const text = renderJobSummary(build.finish());

  const lines = text.split("\n");
  const row = lines.find((line) => line.includes("octocat")) ?? "";
  // Four cells have five bars.
  assert.equal(row.split("|").length - 1, 5, row);
  assert.ok(!row.includes("<") && !/@octocat/.test(row) && !/[^\\]`/.test(row), row);
  const fences = lines.flatMap((line, at) => /^`{5,}$/.test(line) ? [at] : []);
  assert.equal(fences.length, 2, text);
  assert.deepEqual(lines.slice((fences[0] ?? 0) + 1, fences[1]), [
    "```",
    "# heading",
    "````",
    "<!\u200b-- marker",
    "@octocat red",
    "<script>",
  ]);
});

Deno.test("the summary of a large build stays below GitHub's limit, and says what it leaves out", () => {
  const count = 5_000;
  const name = (at: number) => `step ${at} ${"端".repeat(60)}`;
  const build = new PlayedBuild(unordered("web", Array.from({ length: count }, (_, at) => leaf(name(at)))));
  build.begin();
  build.start("web");
  for (let at = 0; at < count; at++) {
    build.start(`web/${name(at)}`);
    if (at % 2 === 0) build.print(`web/${name(at)}`, Array.from({ length: 50 }, () => "端".repeat(500)));
    build.end(`web/${name(at)}`, at % 2 === 0 ? { status: "failed", reason: "exit code 1" } : {});
  }
  build.end("web", { status: "failed" });
  const text = renderJobSummary(build.finish());

  assert.ok(new TextEncoder().encode(text).length < 1_048_576);
  assert.match(text, /\d+ further steps are left out: GitHub limits the size of a summary\./);
  assert.match(text, /Further failures are left out: GitHub limits the size of a summary\./);
  assert.ok(text.includes("✗ failed"));
  // In a table that is too long, steps that passed make room for failures.
  assert.ok(!text.includes("✓ passed"));
});
