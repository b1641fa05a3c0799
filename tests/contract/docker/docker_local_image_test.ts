import assert from "node:assert/strict";
import { makeDockerPlatform } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { runDocker, tryDocker, writeTestContext } from "../../worlds/docker/images.ts";
import { startRegistry } from "../../worlds/docker/registry.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const registry = busybox.missing === undefined ? await part("registry") : busybox;
const TAG = "pr-{pr}-{sha}-ci";

/** Deploys an image that only a registry has; returns the failure and the commands of docker that ran. */
async function deployFrom(
  builtHere: (host: string) => { readonly image: string; readonly tag: string } | undefined,
  tag: string,
): Promise<{ readonly failure: unknown; readonly commands: readonly string[] }> {
  await using server = await startRegistry();
  const context = await writeTestContext();
  const pr = 100_000_000 + Math.floor(Math.random() * 800_000_000);
  const image = `${server.host}/team/app:${tag.replace("{pr}", String(pr))}`;
  const commands: string[] = [];
  const real = makeShell();
  const platform = makeDockerPlatform({
    shell: {
      run(command, signal) {
        commands.push(command.args.slice(0, 1).join(" "));
        return real.run(command, signal);
      },
    },
    clock: makeClock(),
    probe: makeHealthProbe(),
    newSecret: () => "secret",
    keepSecret: () => {},
    config: {
      network: "bridge",
      publish: "127.0.0.1",
      port: 8080,
      health: { path: "/health", fallback: "/", timeoutMs: 20_000, intervalMs: 200 },
      sizes: { standard: { cpu: 256, memory: 32 } },
      variables: {},
      flags: { prefix: "FEATURE_", on: "on", off: "off" },
      builtHere: builtHere(server.host),
    },
  });
  try {
    await runDocker(["build", "--quiet", "--tag", image, context]);
    await runDocker(["push", "--quiet", image]);
    await runDocker(["image", "rm", image]);
    const failure = await platform.deploy(
      {
        repo: "acme/app",
        pr: prNumber(pr),
        sha: fullSha("abcdef0".padEnd(40, "0")),
        image,
        settings: { size: "standard", flags: {}, login: undefined },
        requestedBy: undefined,
        createdAt: 0,
        expiresAt: undefined,
        epoch: 1,
      },
      { onProgress: () => {} },
      new AbortController().signal,
    ).then(() => undefined, (error: unknown) => error);
    return { failure, commands };
  } finally {
    await tryDocker(["rm", "--force", `pr-${pr}-abcdef0`]);
    await tryDocker(["image", "rm", "--force", image]);
    await Deno.remove(context, { recursive: true });
  }
}

registry.test("deploy() reports that an image which was built on the engine is gone, and pulls no stranger's of that name", async () => {
  const { failure, commands } = await deployFrom(
    (host) => ({ image: `${host}/team/app`, tag: TAG }),
    "pr-{pr}-abcdef0-ci",
  );

  assert.ok(failure instanceof AppError, String(failure));
  assert.equal(failure.code, "image_not_found");
  assert.match(failure.message, /it was built on this engine, which no longer has it/);
  assert.ok(!commands.includes("pull") && !commands.includes("create"), commands.join());
});

for (
  const [title, builtHere, tag] of [
    ["that Showtime pushes", () => undefined, "pr-{pr}-abcdef0-ci"],
    ["that a person named", (host: string) => ({ image: `${host}/team/app`, tag: TAG }), "release-{pr}"],
    ["of another commit", (host: string) => ({ image: `${host}/team/app`, tag: TAG }), "pr-{pr}-fffffff-ci"],
  ] as const
) {
  registry.test(`deploy() pulls an image ${title}`, async () => {
    const { failure, commands } = await deployFrom(builtHere, tag);

    assert.equal(failure, undefined);
    assert.ok(commands.includes("pull"), commands.join());
  });
}
