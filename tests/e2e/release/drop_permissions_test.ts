import assert from "node:assert/strict";
import { sourceFlags } from "../../../src/wiring/permissions.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** What is left to a command when it starts, and once it knows the platform. */
async function leftTo(command: string, platform: string, flag: string): Promise<unknown> {
  // Stand-ins for the three programs, where the program may not write.
  const programs = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-programs-" });
  for (const name of ["docker", "git", "gh"]) {
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
const PROGRAMS = ["docker", "git", "gh"];

for (
  const [command, platform, left, flag = ""] of [
    ["version", "ecs", [[], []]],
    ["help", "ecs", [[], []]],
    ["list", "ecs", [[...LOOKING, ...PROGRAMS], LOOKING]],
    ["list", "docker", [[...LOOKING, ...PROGRAMS], [...LOOKING, "docker", "git"]]],
    ["open", "ecs", [[...LOOKING, ...PROGRAMS], LOOKING]],
    ["open", "docker", [[...LOOKING, ...PROGRAMS], [...LOOKING, "docker", "git"]]],
    ["sync", "ecs", [[...WRITING, ...PROGRAMS], [...WRITING, "docker", "git"]]],
    ["simulate", "ecs", [["net", "read", "env", ...PROGRAMS], ["net", "read", "env"]]],
    ["simulate", "docker", [[...WRITING, ...PROGRAMS], [...WRITING, "docker", "git"]], "play"],
    ["no-such-command", "ecs", [[], []]],
  ] as const
) {
  Deno.test(`dropForCommand() and dropForPlatform() leave ${command}${flag && ` --${flag}`} on ${platform} only what it uses`, async () => {
    assert.deepEqual(await leftTo(command, platform, flag), left);
  });
}
