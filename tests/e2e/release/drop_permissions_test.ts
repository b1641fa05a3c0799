import assert from "node:assert/strict";
import { sourceFlags } from "../../../src/wiring/permissions.ts";

/** All programs that the executable may start. */
const PROGRAMS = ["docker", "git", "gh", "showtime-run"];
const ROOT = new URL("../../../", import.meta.url).pathname;

/** What is left to a command when it starts, and once it knows the platform. */
async function leftTo(command: string, platform: string, flag: string): Promise<unknown> {
  // Stand-ins for the programs, where the program may not write.
  const programs = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-programs-" });
  for (const name of PROGRAMS) {
    await Deno.writeTextFile(`${programs}/${name}`, "#!/bin/sh\n", { mode: 0o755 });
  }
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      `--config=${ROOT}deno.json`,
      ...sourceFlags(),
      `${ROOT}tests/fixtures/dropped_probe.ts`,
      command,
      platform,
      flag,
    ],
    env: { PATH: programs },
  }).output();
  await Deno.remove(programs, { recursive: true });
  const said = new TextDecoder().decode(stdout);
  assert.notEqual(said, "", new TextDecoder().decode(stderr));
  return JSON.parse(said);
}

const LOOKING = ["net", "read", "sys", "env"];
const WRITING = ["net", "read", "write", "sys", "env"];
const OTHERS = ["docker", "git", "gh"];

for (
  const [command, platform, left, flag = ""] of [
    ["version", "ecs", [[], []]],
    ["help", "ecs", [[], []]],
    ["list", "ecs", [[...LOOKING, ...OTHERS], LOOKING]],
    ["list", "docker", [[...LOOKING, ...OTHERS], [...LOOKING, "docker", "git"]]],
    ["open", "ecs", [[...LOOKING, ...OTHERS], LOOKING]],
    ["open", "docker", [[...LOOKING, ...OTHERS], [...LOOKING, "docker", "git"]]],
    ["sync", "ecs", [[...WRITING, ...OTHERS], [...WRITING, "docker", "git"]]],
    ["simulate", "ecs", [["net", "read", "env", ...OTHERS], ["net", "read", "env"]]],
    ["simulate", "docker", [[...WRITING, ...OTHERS], [...WRITING, "docker", "git"]], "play"],
    ["no-such-command", "ecs", [[], []]],
    ["RUNS_STEPS", "ecs", [[...WRITING, "showtime-run"], WRITING]],
  ] as const
) {
  Deno.test(`dropForCommand() and dropForPlatform() leave ${command}${flag && ` --${flag}`} on ${platform} only what it uses`, async () => {
    assert.deepEqual(await leftTo(command, platform, flag), left);
  });
}
