/** Environments that share one fixed port of a real engine. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { makeDockerPlatform } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { Deployed, DeploySpec } from "../../../src/environments/ports/platform.ts";
import { fullSha, type PrNumber, prNumber, shortSha } from "../../../src/lib/ids.ts";
import { buildTestImage, runDocker, tryDocker } from "../../worlds/docker/images.ts";
import { freePort } from "../../worlds/docker/registry.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;
const FIRST = prNumber(100_000_000 + Math.floor(Math.random() * 800_000_000));
const SECOND = prNumber(FIRST + 1);
const IMAGE = `showtime-test/fixed-port:${FIRST}`;
const A = fullSha("a".repeat(40));
const B = fullSha("b".repeat(40));

/** One engine with one port, for the environments of two pull requests. */
class World {
  readonly publish = `127.0.0.1:${freePort()}`;
  readonly gaps: string[] = [];

  async deploy(
    sha: typeof A,
    change: Partial<DeploySpec> & { readonly broken?: boolean } = {},
  ): Promise<Deployed> {
    const { broken = false, ...rest } = change;
    const spec: DeploySpec = {
      repo: "acme/app",
      pr: FIRST,
      sha,
      image: IMAGE,
      settings: { size: "standard", flags: broken ? { NEVER: true } : {}, login: undefined },
      requestedBy: undefined,
      createdAt: sha === A ? 1000 : 2000,
      expiresAt: undefined,
      epoch: 1,
      ...rest,
    };
    const onGap = (sentence: string) => Promise.resolve(void this.gaps.push(sentence));
    return await this.platform.deploy(spec, { onProgress: () => {}, onGap }, new AbortController().signal);
  }

  readonly platform = this.platformAt(this.publish);

  /** The same engine, with another address in `docker.publish`. */
  platformAt(publish: string) {
    return makeDockerPlatform({
      shell: makeShell(),
      clock: makeClock(),
      probe: makeHealthProbe(),
      newSecret: () => "secret-of-the-test",
      keepSecret: () => {},
      config: {
        network: "bridge",
        publish,
        port: 8080,
        health: { path: "/health", fallback: "/health", timeoutMs: 3000, intervalMs: 200 },
        sizes: { standard: { cpu: 256, memory: 32 } },
        variables: { NAME: "{sha}" },
        flags: { prefix: "FEATURE_", on: "on", off: "off" },
      },
    });
  }

  /** The commit that answers at the port. */
  async serving(): Promise<string> {
    const response = await fetch(`http://${this.publish}/cgi-bin/env?NAME`);
    return (await response.text()).trim();
  }
}

function nameOf(sha: typeof A, pr: PrNumber = FIRST): string {
  return `pr-${pr}-${shortSha(sha)}`;
}

function fixedPortTest(title: string, run: (world: World) => Promise<void>): void {
  needs.test(title, async () => {
    await buildTestImage(IMAGE);
    try {
      await run(new World());
    } finally {
      for (const pr of [FIRST, SECOND]) {
        const ids = await runDocker(["ps", "--all", "--quiet", "--filter", `name=^/?pr-${pr}-`]);
        for (const id of ids.split("\n")) if (id !== "") await tryDocker(["rm", "--force", "--volumes", id]);
      }
      await tryDocker(["image", "rm", "--force", IMAGE]);
    }
  });
}

async function stateOf(name: string): Promise<string> {
  return (await tryDocker(["inspect", "--format", "{{.State.Status}}", name])).stdout;
}

fixedPortTest("a new commit takes the fixed port over, and the gap is announced before", async (world) => {
  await world.deploy(A);
  assert.equal(world.gaps.length, 0);

  const { address } = await world.deploy(B);

  assert.equal(address, world.publish);
  assert.equal(await world.serving(), shortSha(B));
  assert.equal(world.gaps.length, 1);
  for (const word of [world.publish, nameOf(A), nameOf(B)]) assert.ok(world.gaps[0]?.includes(word), word);
  assert.equal(await stateOf(nameOf(A)), "exited");
});

fixedPortTest("a new commit that fails gives the fixed port back", async (world) => {
  await world.deploy(A);

  await assert.rejects(world.deploy(B, { broken: true }), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "unhealthy");
    assert.match(error.message, /404/);
    return true;
  });

  assert.equal(await world.serving(), shortSha(A));
  assert.equal(await stateOf(nameOf(B)), "");
});

fixedPortTest(
  "an update in place takes the fixed port over, and gives it back if it fails",
  async (world) => {
    const first = await world.deploy(A);

    await assert.rejects(world.deploy(A, { broken: true }), { code: "unhealthy" });
    assert.equal(await world.serving(), shortSha(A));

    const second = await world.deploy(A, { epoch: 2 });
    assert.deepEqual([second.address, second.unsettled], [first.address, true]);
    const key = { pr: FIRST, short: shortSha(A) };
    await world.platform.settle(key, { repo: "acme/app", epoch: 2 }, new AbortController().signal);
    assert.equal(await world.serving(), shortSha(A));
    assert.equal(await stateOf(`${nameOf(A)}-next`), "");
  },
);

fixedPortTest(
  "a run that died after stopping the old container is finished by the next one",
  async (world) => {
    await world.deploy(A);
    await runDocker(["stop", nameOf(A)]);

    await assert.rejects(world.deploy(B, { broken: true }), { code: "unhealthy" });
    assert.equal(await world.serving(), shortSha(A), "the old one serves again");

    await runDocker(["stop", nameOf(A)]);
    const { address } = await world.deploy(B);
    assert.equal(address, world.publish);
    assert.equal(await world.serving(), shortSha(B));
  },
);

fixedPortTest(
  "a run that died after starting the new container is finished by the next one",
  async (world) => {
    await world.deploy(A);
    await runDocker(["stop", nameOf(A)]);
    const labels = [
      "showtime_managed=true",
      "showtime_repo=acme/app",
      `pr=${FIRST}`,
      `sha=${B}`,
      "showtime_created=2",
      "showtime_epoch=1",
    ].flatMap((label) => ["--label", label]);
    const half = ["run", "--detach", "--name", nameOf(B), "--publish", `${world.publish}:8080`, ...labels];
    await runDocker([...half, "--env", "FEATURE_NEVER=on", IMAGE]);

    await assert.rejects(world.deploy(B, { broken: true, epoch: 2 }), { code: "unhealthy" });
    assert.equal(await world.serving(), shortSha(A), "the old one serves again");

    const { address } = await world.deploy(B, { epoch: 2 });
    assert.equal(address, world.publish);
    assert.equal(await world.serving(), shortSha(B));
  },
);

fixedPortTest(
  "a fixed port that another pull request holds is named, and nothing of it is touched",
  async (world) => {
    await world.deploy(A, { pr: SECOND });

    await assert.rejects(world.deploy(B), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "port_taken");
      assert.ok(error.message.includes(nameOf(A, SECOND)), error.message);
      assert.ok(error.message.includes(`pull request #${SECOND}`), error.message);
      assert.match(error.hint ?? "", /docker\.publish/);
      return true;
    });
    assert.equal(await world.serving(), shortSha(A));
    assert.equal(world.gaps.length, 0);
  },
);

fixedPortTest("a fixed port that another container or program holds is named", async (world) => {
  const other = `other-${FIRST}`;
  await runDocker(["run", "--detach", "--name", other, "--publish", `${world.publish}:8080`, IMAGE]);
  try {
    await assert.rejects(world.deploy(B), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.message.includes(`container "${other}"`)], ["port_taken", true]);
      return true;
    });
  } finally {
    await tryDocker(["rm", "--force", other]);
  }
  const [hostname = "", port] = world.publish.split(":");
  const listener = Deno.listen({ hostname, port: Number(port) });
  try {
    await assert.rejects(world.deploy(B), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, /another program/.test(error.message)], ["port_taken", true]);
      return true;
    });
  } finally {
    listener.close();
  }
});

for (const publish of ["127.0.0.1", "10.9.8.7", "10.9.8.7:18080"]) {
  fixedPortTest(`an environment keeps its address if docker.publish becomes ${publish}`, async (world) => {
    await world.deploy(A);

    const [listed] = await world.platformAt(publish).list(
      { repo: "acme/app", pr: FIRST, probe: true, others: false },
      new AbortController().signal,
    );

    assert.deepEqual([listed?.address, listed?.healthy], [world.publish, true]);
  });
}
