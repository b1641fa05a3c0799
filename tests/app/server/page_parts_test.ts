/** Parts of the server's pages by themselves: paint in output, the way back after a log-in, and events without repetition. */

import assert from "node:assert/strict";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { StepResult } from "../../../src/pipelines/core/build_result.ts";
import { briefEvent } from "../../../src/pipelines/core/builds/brief_event.ts";
import { paintedPieces } from "../../../src/server/pages/builds/ansi.ts";
import { formatTook } from "../../../src/server/pages/builds/build_words.ts";
import { localPath } from "../../../src/server/pages/builds/login_page.ts";

for (
  const [line, pieces] of [
    ["plain", [["", "plain"]]],
    ["", []],
    ["\x1b[1;31mred\x1b[22m thin\x1b[39m plain", [
      ["ansi-bold ansi-1", "red"],
      ["ansi-1", " thin"],
      ["", " plain"],
    ]],
    ["\x1b[91mbright\x1b[mplain", [["ansi-1", "bright"], ["", "plain"]]],
    ["\x1b[38;5;31mindexed\x1b[48;2;1;31;4;3mtrue", [["", "indexed"], ["ansi-italic", "true"]]],
    ["\x1b[2J\x1b[1Ga\x1b]8;;http://x\x07b\x07\r\u202ec\td", [["", "ab c    d"]]],
    ["\x1b[31", [["", "[31"]]],
    ["\x1b[31;999999999mtext\x1b[99999999999999999999m", [["ansi-1", "text"]]],
  ] as const
) {
  Deno.test(`a line of output is painted by classes: ${JSON.stringify(line)}`, () => {
    assert.deepEqual(paintedPieces(line).map(({ classes, text }) => [classes, text]), pieces);
  });
}

Deno.test("a line with very much paint has a limited number of pieces and all of its text", () => {
  const pieces = paintedPieces("\x1b[31ma\x1b[0mb".repeat(50_000));
  assert.equal(pieces.length, 201);
  assert.equal(pieces.map(({ text }) => text).join(""), "ab".repeat(50_000));
});

Deno.test("the way back after a log-in is a path of this server, with its search and its place", () => {
  assert.equal(localPath("/builds/1?step=a&from=2#L3"), "/builds/1?step=a&from=2#L3");
  assert.equal(localPath("/a/../b"), "/b");
  const others = [
    undefined,
    "",
    "builds",
    "https://evil.example",
    "//evil.example/x",
    "/\\evil.example",
    "\\/evil.example",
  ];
  const odd = [
    "/\t/evil.example",
    "/\n//evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "javascript:alert(1)",
  ];
  for (const asked of [...others, ...odd]) assert.equal(localPath(asked), "/", JSON.stringify(asked));
});

Deno.test("durations are short words", () => {
  const words = [0, -5, 340, 9_949, 12_300, 125_000, 3_600_000].map(formatTook);
  assert.deepEqual(words, ["0.0 s", "0.0 s", "0.3 s", "9.9 s", "12 s", "2 min 5 s", "1h"]);
});

Deno.test("the end of a step or a build repeats no output and no result of other steps", () => {
  const step = { id: "1", parentId: undefined, name: "a", path: "a", kind: "run" } as const;
  const result: StepResult = {
    ...step,
    status: "passed",
    reason: undefined,
    exitCode: 0,
    signal: undefined,
    startedAt: 1,
    durationMs: 2,
    log: ["output"],
    steps: [],
  };
  const root = { ...result, steps: [result] };
  const build = {
    pipeline: "a",
    status: "passed",
    traceId: "t",
    startedAt: 1,
    durationMs: 2,
    warnings: [],
    root,
  } as const;
  const events: readonly BuildEvent[] = [
    { kind: "step_ended", step, result: root, at: 3 },
    { kind: "build_ended", result: build, at: 3 },
  ];
  const bare = { ...result, log: [], steps: [] };
  assert.deepEqual(events.map(briefEvent), [
    { kind: "step_ended", step, result: bare, at: 3 },
    { kind: "build_ended", result: { ...build, root: bare }, at: 3 },
  ]);
  const output: BuildEvent = { kind: "step_output", step, stream: "stdout", lines: ["output"], at: 1 };
  assert.equal(briefEvent(output), output);
});
