import assert from "node:assert/strict";
import fc from "fast-check";
import { CAPABILITIES } from "../../../src/cli/commands/registry.ts";
import type { NamedCommand } from "../../../src/cli/command.ts";
import { GLOBAL_OPTIONS } from "../../../src/cli/global_options.ts";
import type { Invocation } from "../../../src/cli/reading/invocation.ts";
import { parseCommand } from "../../../src/cli/reading/parse_command.ts";
import { readPlain } from "../../../src/cli/reading/read_plain.ts";
import { loadCommands } from "../../../src/cli/registry.ts";
import { AppError } from "../../../src/lib/errors.ts";

// A command that reads its words itself has no parser.
const COMMANDS = (await loadCommands(CAPABILITIES)).filter(({ readsWords }) => readsWords !== true);

/** What a parser understood; the values under every name that the command has. */
function understood(invocation: Invocation, command: NamedCommand): unknown {
  if (invocation.kind === "text") return invocation;
  const { args, values, flags } = invocation;
  const names = [...GLOBAL_OPTIONS, ...command.options].map(({ name }) => name);
  const read = names.map((name) => [name, values.raw(name), values.raws(name), values.choice(name)]);
  return { args, flags, read };
}

/** Reads words; a mistake in a value is part of the outcome. */
function outcome(read: () => Invocation | undefined, command: NamedCommand): unknown {
  try {
    const invocation = read();
    return invocation === undefined ? undefined : understood(invocation, command);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** A word that could stand in a line of this command. */
function wordOf({ args, options }: NamedCommand): fc.Arbitrary<string> {
  const specs = [...GLOBAL_OPTIONS, ...options];
  const choices = [...specs, ...args].flatMap(({ choices = [] }) => choices);
  const odd = [
    "",
    "-",
    "--",
    "-5",
    "a=b",
    "--no-such",
    "-q",
    "-vq",
    "-h",
    "--version",
    "12",
    "1h",
    "a b",
    "--=x",
  ];
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...specs).map(({ name }) => `--${name}`) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom(...specs), fc.constantFrom("", "x", "12", ...choices))
        .map(([{ name }, value]) => `--${name}=${value}`),
    },
    { weight: 1, arbitrary: fc.constantFrom(...specs).map(({ name }) => `--no-${name}`) },
    { weight: 4, arbitrary: fc.constantFrom("12", "state.n", ...choices) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

Deno.test("plain words are understood as the parser of help understands them, and others are left to it", () => {
  let plain = 0;
  const line = fc.constantFrom(...COMMANDS).chain((command) =>
    fc.tuple(fc.constant(command), fc.array(wordOf(command), { maxLength: 5 }))
  );
  fc.assert(
    fc.property(line, ([command, words]) => {
      const read = outcome(() => readPlain(command, words), command);
      if (read === undefined) return;
      plain++;
      const options = { version: "0", columns: undefined };
      assert.deepEqual(read, outcome(() => parseCommand(command, words, options), command));
    }),
    { numRuns: 3_000 },
  );
  assert.ok(plain > 300, `only ${plain} lines were plain`);
});

Deno.test("every example in help that has a command of its own is plain", () => {
  const skipped: string[] = [];
  let plain = 0;
  for (const command of COMMANDS) {
    for (const [example] of command.examples) {
      const words = example.slice(command.name.length).split(" ").filter((word) => word !== "");
      // A shell takes quotes away, and knows more signs.
      if (!example.startsWith(command.name) || !/^[\w #./=,:-]+$/.test(example)) continue;
      // Letters, and words after `--`, are left to the other parser.
      if (words.some((word) => /^-[^-]|^--$/.test(word))) continue;
      if (readPlain(command, words) === undefined) skipped.push(example);
      else plain++;
    }
  }
  assert.ok(plain > 40, `${plain}`);
  assert.deepEqual(skipped, []);
});
