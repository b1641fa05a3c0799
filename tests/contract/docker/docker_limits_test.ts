/** What a container of a pull request may take of the machine it runs on. */

import assert from "node:assert/strict";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { makeDockerPlatform } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { newSecret } from "../../../src/wiring/new_secret.ts";
import { buildTestImage, runDocker } from "../../worlds/docker/images.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = await part("busybox");
const needs = docker.missing === undefined ? busybox : docker;

needs.test("deploy() bounds processors, memory and processes of a container, and lets it gain no privileges", async () => {
  const signal = new AbortController().signal;
  const pr = prNumber(100_000_000 + Math.floor(Math.random() * 800_000_000));
  const sha = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
  const name = `pr-${pr}-a1b2c3d`;
  const image = `showtime-test/limits:${pr}`;
  const platform = makeDockerPlatform({
    shell: makeShell(),
    clock: makeClock(),
    probe: makeHealthProbe(),
    newSecret,
    keepSecret: () => {},
    config: {
      network: "bridge",
      publish: "127.0.0.1",
      port: 8080,
      health: { path: "/health", fallback: "/", timeoutMs: 10_000, intervalMs: 200 },
      sizes: { standard: { cpu: 256, memory: 32 } },
      variables: {},
      flags: { prefix: "FEATURE_", on: "on", off: "off" },
    },
  });
  await buildTestImage(image);
  try {
    await platform.deploy(
      {
        repo: "acme/app",
        pr,
        sha,
        image,
        settings: { size: "standard", flags: {}, login: undefined },
        requestedBy: undefined,
        createdAt: 0,
        expiresAt: undefined,
        epoch: 1,
      },
      { onProgress: () => {} },
      signal,
    );

    const format =
      "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.PidsLimit}}";
    const memory = 32 * 1024 * 1024;
    assert.equal(
      await runDocker(["inspect", "--format", format, name]),
      `250000000 ${memory} ${memory} 4096`,
    );
    const status = await runDocker(["exec", name, "cat", "/proc/1/status"]);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
  } finally {
    await runDocker(["rm", "--force", "--volumes", name]);
    await runDocker(["image", "rm", image]);
  }
});
