import assert from "node:assert/strict";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { fullSha, prNumber, type ServiceName, shortSha } from "../../../src/lib/ids.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { type BuildSettings, makeDockerPlatform, makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { Images } from "../../../src/environments/ports/images.ts";
import type { DeploySpec, Platform } from "../../../src/environments/ports/platform.ts";
import type { Shell } from "../../../src/ports/shell.ts";
import { runDocker, tryDocker, writeTestContext } from "../../worlds/docker/images.ts";
import { newSecret } from "../../../src/wiring/new_secret.ts";
import { part } from "../../worlds/require.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";

const docker = await part("docker");
const busybox = await part("busybox");
const runId = crypto.randomUUID().slice(0, 8);
const SHA = fullSha("b1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
const REPO = `acme/replaced-${runId}`;
const QUIET = { onProgress: () => {} };

interface World {
  readonly spec: DeploySpec;
  readonly platform: Platform;
  /** Builds another image each time, under the one tag. */
  readonly build: (options?: { shell?: Shell; signal?: AbortSignal }) => Promise<void>;
  readonly images: Images;
  /** Ids of this world's images that have no tag. */
  readonly untagged: () => Promise<readonly string[]>;
  readonly idOf: (tag: string) => Promise<string>;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function test(title: string, run: (world: World) => Promise<void>): void {
  (docker.missing === undefined ? busybox : docker).test(title, async () => {
    const context = await writeTestContext();
    const pr = prNumber(100_000_000 + Math.floor(Math.random() * 800_000_000));
    const config: BuildSettings = {
      image: `showtime-test/replaced-${runId}`,
      tag: "pr-{pr}-{sha}-ci",
      context,
      file: "Dockerfile",
      args: {},
      cacheFrom: [],
      cacheTo: [],
      timeoutMs: 60_000,
      push: "never",
    };
    const image = `${config.image}:pr-${pr}-${shortSha(SHA)}-ci`;
    const imagesOn = (shell: Shell) =>
      makeImages({ shell, config, platformIsLocal: true, ci: false, dockerLoad: false });
    const untagged = async () =>
      (await runDocker(["image", "ls", "--quiet", "--filter", "dangling=true", "--filter", `label=pr=${pr}`]))
        .split("\n").filter((id) => id !== "");
    try {
      await run({
        spec: {
          repo: REPO,
          pr,
          sha: SHA,
          image,
          settings: { size: "standard", flags: {}, login: undefined },
          requestedBy: undefined,
          createdAt: 0,
          expiresAt: undefined,
          epoch: 1,
        },
        platform: makeDockerPlatform({
          shell: makeShell(),
          clock: makeClock(),
          probe: makeHealthProbe(),
          newSecret,
          keepSecret: () => {},
          config: {
            network: "bridge",
            publish: "127.0.0.1",
            port: 8080,
            health: { path: "/health", fallback: "/", timeoutMs: 20_000, intervalMs: 200 },
            sizes: { standard: { cpu: 256, memory: 32 } },
            variables: {},
            flags: { prefix: "FEATURE_", on: "on", off: "off" },
          },
        }),
        images: imagesOn(makeShell()),
        async build({ shell = makeShell(), signal = never() } = {}) {
          await Deno.writeTextFile(`${context}/www/note`, crypto.randomUUID());
          await imagesOn(shell).build({ repo: REPO, pr, sha: SHA, image, onLine: () => {} }, signal);
        },
        untagged,
        idOf: (tag) => runDocker(["image", "inspect", "--format", "{{.Id}}", tag]),
      });
    } finally {
      const containers = await runDocker(["ps", "--all", "--quiet", "--filter", `label=pr=${pr}`]);
      for (const id of containers.split("\n")) if (id !== "") await runDocker(["rm", "--force", id]);
      await tryDocker(["image", "rm", image, `${image}-hand`]);
      for (const id of await untagged()) await tryDocker(["image", "rm", id]);
      await Deno.remove(context, { recursive: true });
    }
  });
}

test("settle() removes the image that an update in place replaced, and build() none that serves", async (world) => {
  const { spec, platform } = world;
  const service = formatServiceName(spec.pr, shortSha(SHA));
  await world.build();
  const first = await world.idOf(spec.image);
  await platform.deploy(spec, QUIET, never());
  await world.build();
  const serving = await world.untagged();
  const { unsettled } = await platform.deploy(spec, QUIET, never());

  await platform.settle(keyOfService(service), { repo: REPO, epoch: 1 }, never());

  assert.equal(unsettled, true);
  assert.equal(serving.length, 1);
  assert.ok(first.includes(serving[0] ?? "?"), `${first} ${serving}`);
  assert.deepEqual(await world.untagged(), []);
  assert.notEqual(await world.idOf(spec.image), first);
});

test("build() removes what an earlier build of the same pull request left without a tag", async (world) => {
  await world.build();
  const first = await world.idOf(world.spec.image);

  await world.build();

  assert.deepEqual(await world.untagged(), []);
  assert.notEqual((await tryDocker(["image", "inspect", first])).code, 0);
});

test("remove() takes along what lost its tag, and no image that we did not build", async (world) => {
  const { spec, images } = world;
  const service = formatServiceName(spec.pr, shortSha(SHA));
  await world.build();
  await world.platform.deploy(spec, QUIET, never());
  await world.build();
  await world.platform.destroy(keyOfService(service), { repo: REPO, epoch: 1 }, never());
  const context = await writeTestContext();
  const labels = [`pr=${spec.pr}`, `showtime_repo=${REPO}`, `showtime_image=${spec.image}`];
  const foreign = await runDocker([
    "build",
    "--quiet",
    ...labels.flatMap((label) => ["--label", label]),
    context,
  ]).finally(() => Deno.remove(context, { recursive: true }));
  const before = await world.untagged();

  const removal = await images.remove(spec.image, { repo: REPO }, never());

  assert.equal(before.length, 2);
  assert.deepEqual(removal, { kind: "removed" });
  const left = await world.untagged();
  assert.equal(left.length, 1);
  assert.ok(foreign.includes(left[0] ?? "?"), `${foreign} ${left}`);
});

test("build() that is aborted gives no tag, even where the engine finishes it", async (world) => {
  const { spec } = world;
  await world.build();
  const newer = await world.idOf(spec.image);
  const lost = new AbortController();
  const finished: number[] = [];
  const real = makeShell();
  const shell: Shell = {
    async run(command, signal) {
      if (command.args[0] === "buildx") return await real.run({ ...command, args: ["buildx-none"] }, signal);
      if (command.args[0] !== "build") return await real.run(command, signal);
      const result = await real.run(command, never());
      finished.push(result.code);
      lost.abort(new Error("the lock is lost"));
      signal.throwIfAborted();
      return result;
    },
  };

  await assert.rejects(world.build({ shell, signal: lost.signal }), /the lock is lost/);

  assert.deepEqual(finished, [0]);
  assert.equal(await world.idOf(spec.image), newer);
  await world.build();
  assert.deepEqual(await world.untagged(), []);
});

test("destroy() leaves a container alone that a person made of an image of ours", async (world) => {
  const { spec, platform } = world;
  await world.build();
  const services = [formatServiceName(spec.pr, shortSha(SHA)), `pr-${spec.pr}-service` as ServiceName];
  const names = [`pr-${spec.pr}-${shortSha(SHA)}`, `pr-${spec.pr}-service`];
  for (const name of names) await runDocker(["create", "--name", name, spec.image]);

  for (const service of services) {
    await assert.rejects(platform.destroy(keyOfService(service), { repo: REPO, epoch: 1 }, never()), {
      code: "not_ours",
    });
  }
});
