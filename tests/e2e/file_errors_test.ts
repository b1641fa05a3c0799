import assert from "node:assert/strict";
import { runShowtime } from "../worlds/program/process.ts";

for (
  const [what, args, path] of [
    ["configuration", ["config", "--config", "/nope.yml"], "/nope.yml"],
    ["seed", ["simulate", "--port", "0", "--seed", "/nope.json"], "/nope.json"],
  ] as const
) {
  Deno.test(`a ${what} that is not there is told without the system's words`, async () => {
    const { code, err } = await runShowtime(["--repo", "apache/superset", ...args], {
      env: { GITHUB_TOKEN: "token" },
    });

    assert.equal(code, 2);
    assert.ok(err.includes(`Reading the ${what} "${path}": there is no such file\n`), err);
  });
}
