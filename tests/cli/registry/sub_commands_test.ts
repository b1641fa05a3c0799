/** Groups of commands, on a small registry: parser, help, mistakes, completion and rights. */

import assert from "node:assert/strict";
import type { CommandEntry, Registry } from "../../../src/cli/command.ts";
import { LOOKS, NOTHING } from "../../../src/cli/commands/kept_rights.ts";
import { completeWords } from "../../../src/cli/completion/complete_words.ts";
import { readInvocation } from "../../../src/cli/reading/read_invocation.ts";
import { type Capability, loadCommands } from "../../../src/cli/registry.ts";
import { AppError, EXIT } from "../../../src/lib/errors.ts";

function entry(summary: string, more: Partial<CommandEntry> = {}): CommandEntry {
  return {
    ...NOTHING,
    summary,
    description: `Does this: ${summary}.`,
    examples: [["assets instances list", "see them"]],
    args: [],
    options: [],
    load: () => Promise.resolve(() => Promise.resolve(EXIT.done)),
    ...more,
  };
}

const REGISTRY: Registry = {
  assets: {
    summary: "copy dashboards between instances",
    commands: {
      instances: {
        summary: "the instances that are known",
        commands: {
          list: entry("list the instances", {
            ...LOOKS,
            options: [{ name: "kind", value: "kind", description: "only these", choices: ["dev", "prod"] }],
          }),
          remove: entry("forget an instance", {
            args: [{ name: "name", description: "its name", required: true, choices: ["alpha", "beta"] }],
          }),
        },
      },
      diff: entry("compare two instances"),
    },
  },
  plain: entry("do something plain", { isCommon: true }),
};

function capability(title: string, registry: Registry): Capability {
  return { title, names: Object.keys(registry), load: () => Promise.resolve(registry) };
}

const CAPABILITIES = [
  capability("assets", REGISTRY),
  capability("others", { other: entry("do another thing") }),
];

function read(line: string) {
  const words = line.split(" ").filter((word) => word !== "");
  return readInvocation(words, { capabilities: CAPABILITIES, version: "1.2.3", columns: 80 });
}

async function textOf(line: string): Promise<string> {
  const invocation = await read(line);
  return invocation.kind === "text"
    ? invocation.text
    : assert.fail(`${line} runs ${invocation.command.name}`);
}

async function commandOf(line: string) {
  const invocation = await read(line);
  return invocation.kind === "command" ? invocation : assert.fail(`${line} prints ${invocation.text}`);
}

Deno.test("readInvocation() finds a command in groups, with flags before, between and after its words", async () => {
  for (
    const line of [
      "assets instances list --kind prod --json",
      "--json assets instances list --kind=prod",
      "assets --json instances --repo a/b list --kind prod",
    ]
  ) {
    const { command, values, flags } = await commandOf(line);
    assert.equal(command.name, "assets instances list", line);
    assert.equal(values.text("kind"), "prod", line);
    assert.equal(flags.json, true, line);
  }
  const { command, args } = await commandOf("assets instances remove alpha");
  assert.deepEqual([command.name, args], ["assets instances remove", ["alpha"]]);
});

Deno.test("readInvocation() returns the rights of the command in the group, and loads one registry", async () => {
  const loads: string[] = [];
  const capabilities = CAPABILITIES.map((each) => ({
    ...each,
    load() {
      loads.push(each.title);
      return each.load();
    },
  }));
  const options = { capabilities, version: "1.2.3", columns: 80 };
  const invocation = await readInvocation(["assets", "instances", "list"], options);
  const command = invocation.kind === "command" ? invocation.command : assert.fail(invocation.text);

  assert.deepEqual(command.permissions, LOOKS.permissions);
  assert.deepEqual(loads, ["assets"]);
  assert.deepEqual((await commandOf("assets diff")).command.permissions, []);
});

Deno.test("readInvocation() prints the commands of a group for its name alone, --help and help", async () => {
  const page = await textOf("assets");

  assert.match(page, /^Usage: showtime assets <command> \[flags\]\n\nCopy dashboards between instances\.\n/);
  assert.match(page, /^ {2}instances list +list the instances$/m);
  assert.match(page, /^ {2}instances remove <name> +forget an instance$/m);
  assert.match(page, /^ {2}diff +compare two instances$/m);
  assert.match(page, /^Global flags: --repo /m);
  for (const line of ["assets --help", "assets -h", "help assets", "assets --json"]) {
    assert.equal(await textOf(line), page, line);
  }
  const below = await textOf("assets instances");
  assert.doesNotMatch(below, /diff/);
  assert.equal(await textOf("help assets instances"), below);
});

Deno.test("readInvocation() prints the help of a command in a group, and groups in the program's help", async () => {
  const page = await textOf("assets instances list --help");

  assert.match(page, /^Usage: showtime assets instances list \[flags\]\n/);
  assert.equal(await textOf("help assets instances list"), page);
  const all = await textOf("--help");
  assert.match(all, /^Groups of commands:\n {2}assets {2}copy dashboards between instances$/m);
  assert.match(all, /^ {2}plain {2}do something plain$/m);
  assert.match(all, /^ {2}others {2}other$/m);
  assert.equal(await textOf("assets instances --version"), "1.2.3");
});

const MISTAKES: readonly (readonly [line: string, message: RegExp, hint: RegExp])[] = [
  ["asets", /there is no command "asets"/, /"showtime assets"/],
  ["assets instnces", /there is no command "assets instnces"/, /"showtime assets instances"/],
  ["assets instances lst", /no command "assets instances lst"/, /"showtime assets instances list"/],
  ["assets frobnicate", /no command "assets frobnicate"/, /"showtime help assets" lists the commands/],
  ["assets constructor", /no command "assets constructor"/, /lists the commands/],
  ["help assets instances lst", /no command "assets instances lst"/, /"showtime assets instances list"/],
  ["assets instances list --knd x", /showtime assets instances list has no flag "--knd"/, /"--kind"/],
  ["assets instances list --kind prd", /Reading --kind: "prd"/, /Did you mean "prod"/],
  ["assets --frobnicate diff", /showtime assets has no flag "--frobnicate"/, /"showtime help assets"/],
  ["--platform docker assets diff", /showtime assets diff has no flag "--platform"/, /Leave it out/],
  [
    "assets instances remove",
    /showtime assets instances remove needs <name>/,
    /showtime assets instances list/,
  ],
  ["assets diff x", /showtime assets diff takes no argument/, /./],
  ["help assets diff x", /showtime assets diff takes no argument/, /./],
];

for (const [line, message, hint] of MISTAKES) {
  Deno.test(`readInvocation() explains the wrong usage "${line}" of a group`, async () => {
    await assert.rejects(read(line), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.exitCode, EXIT.usage);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

Deno.test("completeWords() completes groups, their commands, flags and values", async () => {
  const complete = async (...words: string[]) => {
    const told = await completeWords(words, {
      capabilities: CAPABILITIES,
      makeWiring: () => Promise.reject(new Error("no driver is needed")),
      terminal: {} as never,
      signal: new AbortController().signal,
    });
    return told.split("\n").map((each) => each.split("\t")[0]).filter((each) => !/^:\d+$/.test(each ?? ""));
  };

  assert.deepEqual(await complete("as"), ["assets"]);
  assert.deepEqual(await complete("assets", ""), ["instances", "diff"]);
  assert.deepEqual(await complete("assets", "instances", "l"), ["list"]);
  assert.deepEqual(await complete("assets", "instances", "list", "--ki"), ["--kind"]);
  assert.deepEqual(await complete("assets", "instances", "list", "--kind", ""), ["dev", "prod"]);
  assert.deepEqual(await complete("assets", "instances", "remove", ""), ["alpha", "beta"]);
});

Deno.test("loadCommands() names every command with its groups", async () => {
  assert.deepEqual((await loadCommands(CAPABILITIES)).map(({ name }) => name), [
    "assets instances list",
    "assets instances remove",
    "assets diff",
    "plain",
    "other",
  ]);
});
