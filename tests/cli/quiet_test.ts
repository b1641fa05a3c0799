/** `--quiet` beside `--verbose`, in every spelling and order. */

import assert from "node:assert/strict";
import { guessOutputFlags } from "../../src/cli/global_options.ts";
import { AppError } from "../../src/lib/errors.ts";
import { runIn } from "../worlds/cli_world.ts";
import { runCli } from "../worlds/program/cli.ts";
import { A, environment, makeWorld, runningLabels } from "../worlds/world.ts";

const BOTH = [["-qv"], ["-vq"], ["-q", "-v"], ["-v", "-q"], ["--quiet", "--verbose"], ["--verbose", "-q"]];

function running() {
  return makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
}

for (const flags of BOTH) {
  Deno.test(`status ${flags.join(" ")} prints the whole answer and no talk`, async () => {
    const after = await runIn(running(), ["status", "1234", ...flags]);
    const before = await runIn(running(), [...flags, "status", "1234"]);

    for (const { code, out, err } of [after, before]) {
      assert.equal(code, 0);
      assert.equal(err, "");
      // The answer is that of --verbose.
      assert.match(out, /^labels:$/m);
    }
  });

  Deno.test(`a failure under ${flags.join(" ")} is printed with its stack`, async () => {
    const { err } = await runCli(["list", ...flags], {
      wiring: () => ({ makeContext: () => Promise.reject(new AppError("x", "Doing it: no")) }),
    });

    assert.match(err, /^error: Doing it: no$/m);
    assert.match(err, /^AppError: Doing it: no\n +at /m);
  });
}

Deno.test("guessOutputFlags() reads letters that stand together, and no value as letters", () => {
  const shape = (argv: readonly string[]) => {
    const { quiet, verbose } = guessOutputFlags(argv);
    return [quiet, verbose];
  };

  assert.deepEqual(shape(["list", "-wqv"]), [true, true]);
  assert.deepEqual(shape(["logs", "1", "-fq"]), [true, false]);
  assert.deepEqual(shape(["logs", "1", "-n5"]), [false, false]);
  assert.deepEqual(shape(["logs", "1", "-fnvq"]), [false, false]);
  assert.deepEqual(shape(["list", "-Rvq/vq"]), [false, false]);
  assert.deepEqual(shape(["list", "--", "-q"]), [false, false]);
  assert.deepEqual(shape(["list", "--queue"]), [false, false]);
});
