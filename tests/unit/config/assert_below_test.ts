import assert from "node:assert/strict";
import type { CopySettings } from "../../../src/contexts/core/settings.ts";
import { assertBelow } from "../../../src/config/contexts/mod.ts";

function check(paths: readonly string[], workingFolder: string): void {
  const copies: readonly CopySettings[] = paths.map((path) => ({ kind: "idfile", path }));
  assertBelow({ primary: { kind: "redis", url: "redis://elsewhere" }, copies }, workingFolder);
}

Deno.test("files in the working folder and below it are allowed, however they are written", () => {
  check([".showtime/a.db", "./b", "/work/app/c", "d/../e", "..f/g", "/work/app/deep/er/h"], "/work/app");
  check(["/anywhere", "tmp/x"], "/");
  assertBelow({ primary: { kind: "sqlite", path: ".showtime/contexts.db" }, copies: [] }, "/work");
});

Deno.test("a file elsewhere is exit 2, and the hint names the folder that has all of them", () => {
  const cases: readonly (readonly [paths: readonly string[], from: string, start: string])[] = [
    [["../other/a.db"], "/work/app", "/work"],
    [["ok", "/work/app/../b"], "/work/app", "/work"],
    [["/workspace/data/ctx.yaml", "out.sh"], "/workspace/source", "/workspace"],
    [["/workspace/a", "/tekton/results/id"], "/workspace/source", "/"],
    [["/work/app-2/x"], "/work/app", "/work"],
  ];
  for (const [paths, from, start] of cases) {
    assert.throws(() => check(paths, from), {
      code: "store_elsewhere",
      exitCode: 2,
      hint: `Start showtime in ${start}`,
    }, paths.join());
  }
});

Deno.test("the message names the file and the working folder", () => {
  assert.throws(() => check(["fine", "../x.id"], "/work/app"), {
    message: "Opening the stores of contexts: /work/x.id is outside of the working folder /work/app",
  });
});
