import assert from "node:assert/strict";
import { CAPABILITIES } from "../../../src/cli/commands/registry.ts";
import { isGroup, loadCommands, loadEntry } from "../../../src/cli/registry.ts";
import { runCli } from "../../worlds/program/cli.ts";

Deno.test("loadEntry() finds every command by its own name, in the registry that the root names", async () => {
  for (const { names, load } of CAPABILITIES) {
    assert.deepEqual(Object.keys(await load()).sort(), [...names].sort());
  }
  const all = await loadCommands(CAPABILITIES);
  const tops = [...new Set(all.map(({ name }) => name.split(" ")[0]))];
  assert.deepEqual(tops, CAPABILITIES.flatMap(({ names }) => names));
  for (const { name, ...entry } of all) {
    const [top = "", ...below] = name.split(" ");
    let found = await loadEntry(CAPABILITIES, top);
    for (const word of below) {
      found = found !== undefined && isGroup(found) ? found.commands[word] : undefined;
    }
    assert.deepEqual(found, entry);
  }
  for (const word of ["1", "--json", "constructor"]) {
    assert.equal(await loadEntry(CAPABILITIES, word), undefined);
  }
});

Deno.test("loadEntry() loads the registry of the command and no other", async () => {
  const loaded: string[] = [];
  const capabilities = CAPABILITIES.map((each) => ({
    ...each,
    load() {
      loaded.push(each.title);
      return each.load();
    },
  }));

  await loadEntry(capabilities, "list");
  assert.deepEqual(loaded, ["environments"]);
  await loadEntry(capabilities, "version");
  assert.deepEqual(loaded, ["environments", "general"]);
  await loadEntry(capabilities, "no-such-command");
  assert.deepEqual(loaded, ["environments", "general"]);
});

Deno.test("run() suggests any command, and lists all in help, whatever other words are there", async () => {
  const mistyped = await runCli(["lits", "--user", "sync"]);
  assert.equal(mistyped.code, 2);
  assert.match(mistyped.err, /Did you mean "showtime list"\?/);
  assert.equal((await runCli(["--help", "sync"])).out, (await runCli(["--help"])).out);
});

Deno.test("run() reads the name of a command alone as the parser does", async () => {
  for (const { name, args, readsWords } of await loadCommands(CAPABILITIES)) {
    if (readsWords || args.some(({ required }) => required)) continue;
    // The parser is asked as soon as there is a flag; this one changes nothing where nothing is coloured.
    const words = name.split(" ");
    const [alone, parsed] = [await runCli(words), await runCli([...words, "--no-color"])];
    assert.deepEqual(alone, parsed, name);
  }
});
