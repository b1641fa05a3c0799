/** Which images are pulled: none that Showtime built on the engine and pushed nowhere. */

import assert from "node:assert/strict";
import { makeDockerPlatform } from "../../../src/drivers/docker/mod.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import type { DeploySpec } from "../../../src/environments/ports/platform.ts";

const SPEC: DeploySpec = {
  repo: "acme/app",
  pr: prNumber(7),
  sha: fullSha("abcdef0".padEnd(40, "1")),
  image: "acme/app:pr-7-abcdef0-ci",
  settings: { size: "standard", flags: {}, login: undefined },
  requestedBy: "ana",
  createdAt: 0,
  expiresAt: undefined,
  epoch: 1,
};

/** Deploys on an engine that has no container and no image, and returns the commands that it got. */
async function commands(spec: Partial<DeploySpec>, builtTag: string | undefined): Promise<readonly string[]> {
  const run: string[] = [];
  const platform = makeDockerPlatform({
    shell: {
      run({ args }) {
        run.push(args.slice(0, 2).join(" "));
        const listing = ["ps", "container"].includes(args[0] ?? "");
        const stderr = listing ? "" : "Error response from daemon: No such image";
        return Promise.resolve({ code: listing ? 0 : 1, stdout: "", stderr, timedOut: false });
      },
    },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    probe: () => assert.fail("nothing runs"),
    newSecret: () => "s".repeat(43),
    keepSecret: () => {},
    config: {
      network: "bridge",
      publish: "127.0.0.1",
      port: 8080,
      health: { path: "/health", fallback: "/", timeoutMs: 1000, intervalMs: 100 },
      sizes: { standard: { cpu: 512, memory: 2048 } },
      variables: {},
      flags: { prefix: "FEATURE_", on: "on", off: "off" },
      builtHere: builtTag === undefined ? undefined : { image: "acme/app", tag: builtTag },
    },
  });
  await assert.rejects(
    platform.deploy({ ...SPEC, ...spec }, { onProgress: () => {} }, new AbortController().signal),
    { code: "image_not_found" },
  );
  return run.filter((each) => /^(?:pull|create|run)\b/.test(each));
}

const TAG = "pr-{pr}-{sha}-ci";

Deno.test("deploy() does not pull the image that was built on the engine and is gone", async () => {
  assert.deepEqual(await commands({}, TAG), []);
});

Deno.test("deploy() pulls that image where images are pushed, and where a person named it", async () => {
  assert.deepEqual(await commands({}, undefined), [`pull ${SPEC.image}`]);
  assert.deepEqual(await commands({ named: true }, TAG), [`pull ${SPEC.image}`]);
});

Deno.test("deploy() pulls every other image that the engine lacks", async () => {
  for (const image of ["acme/app:latest", "acme/app:pr-8-abcdef0-ci", "acme/app@sha256:00"]) {
    assert.deepEqual(await commands({ image }, TAG), [`pull ${image}`]);
  }
});
