/** Mistakes of a person who uses `showtime context` for the first time: each error says what to write instead. */

import assert from "node:assert/strict";
import { runCli } from "../../worlds/program/cli.ts";
import { ContextWorld, type Line } from "../../worlds/contexts/command_world.ts";

const MISTAKES: readonly (readonly [line: Line, code: string, message: RegExp, hint: RegExp])[] = [
  ["init --bases bases", "flags_conflict", /--app is not given/, /--app/],
  ["validate --bases bases", "flags_conflict", /--app is not given/, /--app/],
  ["event build success --unsure skip", "flags_conflict", /--key is not given/, /with --key/],
  [["import", ""], "file_missing", /<file>.*empty/, /YAML or JSON/],
  ["set state.report@=", "pair_invalid", /no file after "@="/, /@=report\.json/],
  ["set a=1 state.n:=one", "json_invalid", /for state\.n after ":=": "one" is not expected/, /Quote it/],
  ["set a=1 --wait 5", "duration_malformed", /--wait: "5" is no length of time/, /30s/],
  ["watch --timeout 10", "duration_malformed", /--timeout: "10" is no length of time/, /30s/],
];

for (const [line, code, message, hint] of MISTAKES) {
  Deno.test(`context ${JSON.stringify(line)} is exit 2, and says what to write`, async () => {
    await using world = await ContextWorld.make();
    await world.expect(0, "init --id ctx");
    const error = await world.failure(2, line);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(error.hint, hint);
  });
}

Deno.test("context set path@=FILE of data that cannot be stored names the file and the line", async () => {
  await using world = await ContextWorld.make();
  await world.expect(0, "init --id ctx");
  const file = await world.write("report.yaml", "ok: 1\nratio: .nan\n");

  const { code, message } = await world.failure(2, ["set", `state.report@=${file}`]);
  assert.equal(code, "file_invalid");
  assert.match(message, /report\.yaml:2: .*not a finite number/);
  await world.expect(1, "get state.report");
});

Deno.test("context set path@=FILE of more than 8 MiB is exit 2, and says so", async () => {
  await using world = await ContextWorld.make();
  await world.expect(0, "init --id ctx");
  const file = await world.write("big.json", JSON.stringify({ x: "y".repeat(8 * 1024 * 1024) }));
  assert.equal((await world.failure(2, ["set", `state.x@=${file}`])).code, "tree_too_large");
});

Deno.test("context import of a context that exists names --replace, the flag that it has", async () => {
  await using world = await ContextWorld.make();
  await world.expect(0, "init --id ctx");
  const file = await world.write("tree.yaml", "a: 1\n");
  const { code, hint } = await world.failure(1, ["import", file]);
  assert.equal(code, "context_exists");
  assert.match(hint, /Use --replace/);
});

Deno.test("a configuration of the original tool that is not there names the variable to correct", async () => {
  await using world = await ContextWorld.make();
  const env = { CICDSTATEMGR_CONFIG_PATH: world.at("nope.yaml") };
  const { message, hint } = await world.failure(2, "import", { env });
  assert.match(message, /nope\.yaml.*no such file/);
  assert.equal(hint, "Correct CICDSTATEMGR_CONFIG_PATH");
});

Deno.test("a command's own flag before its name is told where it goes, and an ID without its flag too", async () => {
  for (const line of ["context --id x get a", "assets --uuid x plan"]) {
    const { code, err } = await runCli(line.split(" "));
    assert.equal(code, 2);
    assert.match(err, /before the command\nhint: Write the command's own flags after its name/);
  }
  const { code, err } = await runCli(["context", "init", "release-7"]);
  assert.equal(code, 2);
  assert.match(err, /takes no argument, and more were given\nhint: Give the ID with --id/);
});
