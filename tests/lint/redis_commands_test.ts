import assert from "node:assert/strict";
import { REDIS_COMMANDS } from "../../src/drivers/redis/commands.ts";
import { keepRedisCommands } from "../../tools/redis_commands.ts";

/** A chunk as the bundler writes it, with a table of these commands. */
function chunkWith(names: readonly string[]): string {
  const entries = names.map((name) =>
    [
      `      ${name.includes("-") ? `"${name}"` : name}: {`,
      "        arity: -2,",
      "        flags: [",
      '          "loading"',
      "        ],",
      "        subcommands: {",
      "          get: {",
      "            arity: 2",
      "          }",
      "        }",
      "      }",
    ].join("\n")
  );
  return `var require_commands = __commonJS({
  "cache/@ioredis/commands/2.0.0/built/commands.json"(exports, module) {
    module.exports = {
${entries.join(",\n")}
    };
  }
});
var after = { eval: { arity: 1 } };
`;
}

Deno.test("keepRedisCommands() leaves the table with the commands that are kept, and the rest of the chunk as it is", () => {
  const chunk = chunkWith(["acl", "eval", "restore-asking", "scan", "zadd"]);

  assert.equal(keepRedisCommands(chunk, ["eval", "scan"]), chunkWith(["eval", "scan"]));
  assert.equal(keepRedisCommands(chunk, ["zadd", "restore-asking"]), chunkWith(["zadd", "restore-asking"]));
});

Deno.test("keepRedisCommands() knows a chunk without the table, and refuses a table without a command", () => {
  assert.equal(keepRedisCommands("var a = 1;\n", ["eval"]), undefined);
  assert.throws(
    () => keepRedisCommands(chunkWith(["acl", "scan"]), REDIS_COMMANDS),
    /has no auth, client, eval/,
  );
});
