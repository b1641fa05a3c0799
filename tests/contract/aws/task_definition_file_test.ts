import assert from "node:assert/strict";
import type { GlobalFlags } from "../../../src/cli/wiring_types.ts";
import { loadConfig } from "../../../src/config/mod.ts";
import { Parts } from "../../../src/wiring/parts.ts";
import { buildPlatform, readTaskDefinition } from "../../../src/wiring/platforms.ts";

const FLAGS: GlobalFlags = {
  repo: undefined,
  platform: undefined,
  config: "showtime.yml",
  json: false,
  quiet: false,
  verbose: false,
  color: false,
  dryRun: false,
  dryRunGithub: false,
  dryRunAws: false,
  dryRunDocker: false,
  awsSleepSeconds: undefined,
};
const TEMPLATE = { containerDefinitions: [{ name: "app" }] };

async function read(path: string) {
  const text = `version: 1\nplatform: ecs\nbuild: { image: acme/app }\n` +
    `ecs: { cluster: c, container: app, subnets: [s], security_groups: [g], task_definition: ${path} }\n`;
  const { config } = loadConfig({ file: { path: "showtime.yml", text }, env: {}, flags: {} });
  const { signal } = new AbortController();
  const parts = new Parts({ env: { GITHUB_ACTIONS: "true" }, signal, keepSecret: () => {} });
  return await readTaskDefinition(parts, {
    config,
    flags: FLAGS,
    pr: undefined,
    forge: () => Promise.reject(new Error("Reading the base branch: not with --config")),
  });
}

Deno.test("readTaskDefinition() follows no link of the checkout", async () => {
  const [parent, here] = [await Deno.makeTempDir(), Deno.cwd()];
  await Deno.mkdir(`${parent}/checkout`);
  await Deno.writeTextFile(`${parent}/outside.json`, JSON.stringify(TEMPLATE));
  await Deno.writeTextFile(`${parent}/checkout/task.json`, JSON.stringify(TEMPLATE));
  await Deno.symlink("../outside.json", `${parent}/checkout/link.json`);
  await Deno.symlink("..", `${parent}/checkout/up`);
  Deno.chdir(`${parent}/checkout`);
  try {
    assert.ok(await read("task.json"));
    for (const path of ["link.json", "up/outside.json"]) {
      await assert.rejects(read(path), { code: "link_refused", exitCode: 2 });
    }
    // What is named out of the checkout is the will of whoever named it.
    assert.ok(await read("../outside.json"));
  } finally {
    Deno.chdir(here);
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("buildPlatform() goes by build.platform, then by the architecture of the task definition", async () => {
  const [parent, here] = [await Deno.makeTempDir(), Deno.cwd()];
  Deno.chdir(parent);
  try {
    const arm = { ...TEMPLATE, runtimePlatform: { cpuArchitecture: "ARM64" } };
    await Deno.writeTextFile("arm.json", JSON.stringify(arm));
    await Deno.writeTextFile("plain.json", JSON.stringify(TEMPLATE));
    const found = async (platform: string, settings: string) => {
      const text = `version: 1\nplatform: ${platform}\n${settings}\n`;
      const { config } = loadConfig({ file: { path: "showtime.yml", text }, env: {}, flags: {} });
      const { signal } = new AbortController();
      const parts = new Parts({ env: {}, signal, keepSecret: () => {} });
      const forge = () => Promise.reject(new Error("Reading the base branch: not needed"));
      return await buildPlatform(parts, { config, flags: FLAGS, pr: undefined, forge });
    };
    const container = "container: app";
    assert.equal(await found("ecs", `ecs: { ${container}, task_definition: arm.json }`), "linux/arm64");
    assert.equal(await found("ecs", `ecs: { ${container}, task_definition: plain.json }`), "linux/amd64");
    assert.equal(await found("ecs", `ecs: { ${container} }`), "linux/amd64");
    const both = `ecs: { ${container}, task_definition: arm.json }\nbuild: { platform: linux/amd64 }`;
    assert.equal(await found("ecs", both), "linux/amd64");
    assert.equal(await found("docker", ""), undefined);
    assert.equal(await found("docker", "build: { platform: linux/arm64 }"), "linux/arm64");
  } finally {
    Deno.chdir(here);
    await Deno.remove(parent, { recursive: true });
  }
});
