import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Command,
  COMMAND_NAMES,
  formatCommand,
  parseCommand,
} from "../../../../src/environments/core/commands/mod.ts";

Deno.test("parseCommand() reads every command, in any letter case, from the first line", () => {
  for (const kind of COMMAND_NAMES) {
    if (kind === "extend") continue;
    for (
      const body of [
        `/showtime ${kind}`,
        `/Showtime  ${kind.toUpperCase()} \r\nand more`,
        `/showtime\t${kind}\n`,
      ]
    ) {
      assert.deepEqual(parseCommand(body), { kind: "command", command: { kind } }, body);
    }
  }
  assert.deepEqual(parseCommand("/showtime extend 2d"), {
    kind: "command",
    command: { kind: "extend", ttl: { kind: "duration", amount: 2, unit: "d" } },
  });
  assert.deepEqual(parseCommand("/showtime extend CLOSE"), {
    kind: "command",
    command: { kind: "extend", ttl: { kind: "close" } },
  });
});

Deno.test("parseCommand() reads what formatCommand() writes", () => {
  const commands: fc.Arbitrary<Command> = fc.oneof(
    fc.constantFrom(...COMMAND_NAMES.filter((name) => name !== "extend")).map((kind) => ({ kind })),
    fc.record({
      kind: fc.constant("extend" as const),
      ttl: fc.record({
        kind: fc.constant("duration" as const),
        amount: fc.integer({ min: 1, max: 999 }),
        unit: fc.constantFrom("m" as const, "h" as const, "d" as const, "w" as const),
      }, { noNullPrototype: true }),
    }, { noNullPrototype: true }),
  );
  fc.assert(fc.property(commands, fc.string(), (command, rest) => {
    assert.deepEqual(parseCommand(`${formatCommand(command)}\n${rest}`), { kind: "command", command });
  }));
});

Deno.test("parseCommand() takes no text for a command that does not begin with the word", () => {
  fc.assert(fc.property(fc.string(), (body) => {
    fc.pre(!/^\/showtime(?:\s|$)/i.test(body));
    assert.equal(parseCommand(body), undefined);
  }));
});

for (
  const [body, words] of [
    ["/showtime frezee", /"frezee" is not a command; did you mean "freeze"\? The commands are/],
    ["/showtime rm -rf /", /"rm" is not a command\. The commands are start, stop, sync, extend 2d, freeze/],
    ["/showtime", /needs a command\. The commands are/],
    ["/showtime extend 0d", /"0d" is not one/],
    ["/showtime extend 1d 2d", /"1d 2d" is not one/],
    ["/showtime start --force", /"start" takes no argument, and "--force" was given/],
    [`/showtime ${"x".repeat(5000)}`, /is not a command/],
    ["/showtime \u202estart", /"\\u\{202e\}start" is not a command/],
  ] as const
) {
  Deno.test(`parseCommand() says what is wrong with "${body.slice(0, 30)}"`, () => {
    const read = parseCommand(body);
    assert.ok(read?.kind === "mistake");
    assert.match(read.words, words);
    assert.ok(read.words.length < 300, "a comment cannot flood the answer");
  });
}
