/** Talk on a terminal of any width: no word is broken, and nothing changes in a pipe. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { type CliWorld, runCli } from "../../worlds/program/cli.ts";

const LONG =
  "Writing the label: the token may not write to this repository, so the environment stays as it was";
const HINT =
  'Ask for the permission "issues: write", or run "gh auth login" with an account that has it already';

/** Runs a command that warns and fails. */
function failing(world: Omit<CliWorld, "wiring"> = {}) {
  return runCli(["list", "--no-color"], {
    ...world,
    wiring: () => ({
      makeContext({ terminal }) {
        terminal.warn(LONG);
        terminal.say(`  ${LONG}`);
        return Promise.reject(
          new AppError("forbidden", `${LONG}\n  - ${LONG}`, { hint: HINT, logTail: [LONG] }),
        );
      },
    }),
  });
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

for (const terminal of [40, 80, 132]) {
  Deno.test(`run() breaks talk between words on a terminal of ${terminal} columns`, async () => {
    const piped = (await failing()).err;
    const { err } = await failing({ terminal });

    assert.deepEqual(words(err), words(piped));
    const log = `  ${LONG}`;
    const lines = err.trimEnd().split("\n").filter((line) => line !== log);
    assert.deepEqual(lines.filter((line) => line.length > terminal), []);
    for (const heading of ["warning: ", "error: ", "hint: "]) {
      const at = lines.findIndex((line) => line.startsWith(heading));
      assert.ok(at >= 0, heading);
      if (terminal < 90) assert.match(lines[at + 1] ?? "", new RegExp(`^ {${heading.length}}\\S`), heading);
    }
  });
}

Deno.test("run() breaks no line of talk in a pipe", async () => {
  const { err } = await failing();

  assert.deepEqual(err.trimEnd().split("\n"), [
    `warning: ${LONG}`,
    `  ${LONG}`,
    `error: ${LONG}`,
    `  - ${LONG}`,
    "the last lines of its output:",
    `  ${LONG}`,
    `hint: ${HINT}`,
  ]);
});

Deno.test("run() breaks the next step between words, in its column", async () => {
  assert.equal((await runCli(["labels"])).err.trimEnd().split("\n").length, 1);
  assert.deepEqual((await runCli(["labels", "--no-color"], { terminal: 50 })).err.trimEnd().split("\n"), [
    'Next: "showtime setup-labels" gives the labels',
    "      their colours and descriptions",
  ]);
});

Deno.test("run() paints headings of broken errors, and nothing else of them", async () => {
  const { err } = await runCli(["list", "--frobnicate"], { terminal: 40 });

  assert.deepEqual(err.split("\n"), [
    "\x1b[31merror:\x1b[39m Reading the command line:",
    "       showtime list has no flag",
    '       "--frobnicate"',
    '\x1b[33mhint:\x1b[39m Leave it out; "showtime help list"',
    "      lists them",
    "",
  ]);
});
