import assert from "node:assert/strict";
import { runIn } from "../worlds/cli_world.ts";
import { A, environment, makeWorld, runningLabels } from "../worlds/world.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** The keys that the README gives for a command. */
function documented(command: string): readonly string[] {
  const section = README.slice(README.indexOf("\n## JSON\n"), README.indexOf("\n## The simulator\n"));
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
  Deno.test(`${command} --json has the keys that the README gives`, async () => {
    const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });

    const { out } = await runIn(world, [command, ...args, "--json"]);

    const text = command === "logs" ? out.split("\n")[0] ?? "" : out;
    const keys = Object.keys(JSON.parse(text)).sort();
    assert.ok(keys.length > 0);
    assert.deepEqual(keys, documented(command));
  });
}
