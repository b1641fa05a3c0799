import assert from "node:assert/strict";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

for (
  const [what, args, path] of [
    ["configuration", ["config", "--config", "/nope.yml"], "/nope.yml"],
    ["seed", ["simulate", "--port", "0", "--seed", "/nope.json"], "/nope.json"],
  ] as const
) {
  Deno.test(`a ${what} that is not there is told without the system's words`, async () => {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "-A", MAIN, "--repo", "apache/superset", ...args],
      env: { GITHUB_TOKEN: "token", NO_COLOR: "1" },
    });

    const { code, stderr } = await command.output();

    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 2);
    assert.ok(said.includes(`Reading the ${what} "${path}": there is no such file\n`), said);
  });
}
