import assert from "node:assert/strict";
import { runIn } from "../worlds/cli_world.ts";
import { A, environment, makeWorld, runningLabels } from "../worlds/world.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/json.md", import.meta.url));

/** The keys that docs/json.md gives for a command. */
function documented(command: string): readonly string[] {
  const from = PAGE.indexOf("\n## Keys of each command\n");
  const section = PAGE.slice(from, PAGE.indexOf("\n## ", from + 1));
  const entry = section.split("\n- ").find((each) => each.startsWith(`\`${command}\`: `)) ?? "";
  const keys = /^`[a-z-]+`: ((?:`[a-z_]+`\s*)+)/.exec(entry)?.[1] ?? "";
  return [...keys.matchAll(/`([a-z_]+)`/g)].map(([, key = ""]) => key).sort();
}

for (
  const line of [
    "status 1234",
    "list",
    "start 1234",
    "explain 1234",
    "history 1234",
    "logs 1234",
    "url 1234",
    "unlock 1234",
    "labels",
    "setup-labels",
    "config",
    "doctor",
    "completions bash",
    "version",
  ]
) {
  const [command = "", ...args] = line.split(" ");
  Deno.test(`${command} --json has the keys that docs/json.md gives`, async () => {
    const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });

    const { out } = await runIn(world, [command, ...args, "--json"]);

    const text = command === "logs" ? out.split("\n")[0] ?? "" : out;
    const keys = Object.keys(JSON.parse(text)).sort();
    assert.ok(keys.length > 0);
    assert.deepEqual(keys, documented(command));
  });
}
