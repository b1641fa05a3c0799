import assert from "node:assert/strict";
import { commandNames, loadAllCommands, loadNamedCommands } from "../../src/cli/commands/load.ts";
import { runCli } from "../worlds/program/cli.ts";

Deno.test("loadNamedCommands() finds every command by its own name", async () => {
  const all = await loadAllCommands();

  assert.deepEqual(commandNames(), all.map(({ name }) => name));
  for (const command of all) assert.deepEqual(await loadNamedCommands([command.name]), [command]);
  assert.equal((await loadNamedCommands(["sync", "1", "--user", "list", "sync"])).length, 2);
  assert.deepEqual(await loadNamedCommands(["1", "--json", "constructor"]), []);
});

Deno.test("run() suggests any command, and lists all in help, whatever other words are there", async () => {
  const mistyped = await runCli(["lits", "--user", "sync"]);
  assert.equal(mistyped.code, 2);
  assert.match(mistyped.err, /Did you mean "showtime list"\?/);
  assert.equal((await runCli(["--help", "sync"])).out, (await runCli(["--help"])).out);
});

Deno.test("run() reads the name of a command alone as the parser does", async () => {
  for (const { name, args } of await loadAllCommands()) {
    if (args.some(({ required }) => required)) continue;
    // The parser is asked as soon as there is a flag; this one changes nothing where nothing is coloured.
    const [alone, parsed] = [await runCli([name]), await runCli([name, "--no-color"])];
    assert.deepEqual(alone, parsed, name);
  }
});
