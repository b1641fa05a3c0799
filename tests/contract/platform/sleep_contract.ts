/** What every platform must do about sleep and wake, as one suite. */
import assert from "node:assert/strict";
import type {
  Flags,
  PlatformEnvironment,
  SleepCause,
} from "../../../src/environments/core/environment/environment.ts";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { fullSha, type PrNumber, shortSha } from "../../../src/lib/ids.ts";
import type { Deployed } from "../../../src/environments/ports/platform.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";
import type { PlatformAbility, PlatformContractOptions, PlatformHarness } from "../platform_contract.ts";

const SHA = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
const PAGE = "<h1>asleep</h1>";
const SINCE = Date.UTC(2026, 0, 15, 20);
/** Later than anything that a test does. */
const AT = Math.ceil(Date.now() / 1000) * 1000 + 3_600_000;

function never(): AbortSignal {
  return new AbortController().signal;
}

/** One pull request's environment on a platform. */
class Subject {
  readonly harness: PlatformHarness;
  readonly pr: PrNumber;
  readonly service;
  readonly #key;

  constructor(harness: PlatformHarness, pr: PrNumber) {
    this.harness = harness;
    this.pr = pr;
    this.service = formatServiceName(pr, shortSha(SHA));
    this.#key = keyOfService(this.service);
  }

  deploy(flags: Flags = {}, epoch = 100): Promise<Deployed> {
    return this.harness.platform.deploy(
      {
        repo: this.harness.repo,
        pr: this.pr,
        sha: SHA,
        image: this.harness.image,
        settings: { size: "standard", flags, login: undefined },
        requestedBy: "ana",
        createdAt: Date.UTC(2026, 0, 15),
        expiresAt: undefined,
        epoch,
      },
      { onProgress: () => {} },
      never(),
    );
  }

  sleep({ epoch = 100, cause = "schedule" }: { epoch?: number; cause?: SleepCause } = {}): Promise<void> {
    const { platform, repo } = this.harness;
    return platform.sleep(this.#key, { repo, epoch, cause, since: SINCE, page: PAGE }, never());
  }

  wake(epoch = 100): Promise<Deployed> {
    const { platform, repo } = this.harness;
    return platform.wake(this.#key, { repo, epoch, at: AT, page: PAGE, onProgress: () => {} }, never());
  }

  destroy(): Promise<void> {
    const { platform, repo } = this.harness;
    return platform.destroy(this.#key, { repo, epoch: 100 }, never());
  }

  async look(probe = true): Promise<PlatformEnvironment> {
    const { platform, repo } = this.harness;
    const [environment, ...more] = await platform.list({ repo, pr: this.pr, probe }, never());
    assert.ok(environment !== undefined && more.length === 0, "one environment");
    return environment;
  }
}

async function status(address: string): Promise<number | undefined> {
  try {
    const response = await fetch(`http://${address}/health`);
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}

/** Waits until nothing answers at an address: a platform that stops by itself takes a while. */
async function untilSilent(address: string): Promise<void> {
  for (let left = 300; left > 0; left--) {
    if (await status(address) === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${address} still answers`);
}

/** Registers the suite for one platform. */
export function sleepContract(options: PlatformContractOptions): void {
  const scenario = (
    title: string,
    run: (subject: Subject) => Promise<void>,
    { needs = [] }: { readonly needs?: readonly PlatformAbility[] } = {},
  ) => {
    if (!needs.every((need) => options.supports.has(need))) return;
    options.test(`${options.name}: ${title}`, async () => {
      const harness = await options.make();
      try {
        await run(new Subject(harness, harness.freshPr()));
      } finally {
        await harness.dispose();
      }
    });
  };

  scenario(
    "sleep() stops an environment and keeps it, and wake() brings the same one back",
    async (subject) => {
      const { harness } = subject;
      const before = await subject.deploy({ ALPHA: true });
      const secret = await harness.variable(before, harness.secretVariable);
      const awake = await subject.look();

      await subject.sleep();
      const asleep = await subject.look();
      await untilSilent(before.address);
      const woken = await subject.wake();
      const after = await subject.look();

      assert.deepEqual([awake.sleep, awake.healthy], [undefined, true]);
      assert.deepEqual([asleep.healthy, asleep.address], [false, undefined]);
      assert.ok(asleep.sleep !== undefined);
      assert.deepEqual([after.sleep, after.healthy, after.address], [undefined, true, woken.address]);
      // A platform that marks a sleep keeps how long it was.
      const atMs = Math.floor(AT / 1000) * 1000;
      assert.equal(after.sleptMs, asleep.sleep.marked ? atMs - SINCE : undefined);
      assert.deepEqual(after.settings.flags, { ALPHA: true });
      assert.equal(await harness.variable(woken, harness.secretVariable), secret);
      assert.equal(await harness.variable(woken, "FEATURE_ALPHA"), "on");
      assert.deepEqual([woken.unsettled, after.unsettled], [false, false]);
      assert.ok((after.startedAt ?? 0) > (awake.startedAt ?? Infinity) || after.startedAt === AT);
    },
    { needs: ["traffic"] },
  );

  scenario("sleep() and wake() again are success and change nothing", async (subject) => {
    await subject.deploy();
    await subject.sleep();
    const asleep = await subject.look(false);
    await subject.sleep({ cause: "person" });
    assert.deepEqual((await subject.look(false)).sleep, asleep.sleep);

    const first = await subject.wake();
    const second = await subject.wake();

    assert.equal(second.address, first.address);
    assert.equal((await subject.look()).sleep, undefined);
  }, { needs: ["traffic"] });

  scenario("an environment that sleeps says so without a question to its health check", async (subject) => {
    await subject.deploy();
    await subject.sleep({ cause: "idle" });

    const { sleep } = await subject.look(false);

    assert.ok(sleep !== undefined);
    if (sleep.marked) assert.deepEqual([sleep.cause, sleep.since], ["idle", SINCE]);
    else assert.deepEqual([sleep.cause, typeof sleep.since], [undefined, "number"]);
  });

  scenario(
    "deploy() over an environment that sleeps wakes it with what is new, and keeps its secret",
    async (subject) => {
      const { harness } = subject;
      const secret = await harness.variable(await subject.deploy(), harness.secretVariable);
      await subject.sleep();

      const renewed = await subject.deploy({ BETA: true }, 101);
      await harness.platform.settle(
        keyOfService(subject.service),
        { repo: harness.repo, epoch: 101 },
        never(),
      );

      const after = await subject.look();
      assert.deepEqual([after.sleep, after.healthy, after.address], [undefined, true, renewed.address]);
      assert.equal(await harness.variable(renewed, harness.secretVariable), secret);
      assert.equal(await harness.variable(renewed, "FEATURE_BETA"), "on");
    },
    { needs: ["traffic"] },
  );

  scenario("destroy() removes an environment that sleeps", async (subject) => {
    await subject.deploy();
    await subject.sleep();

    await subject.destroy();

    assert.equal(await subject.harness.isThere(subject.service), false);
  });

  scenario("wake() of one that does not come up says why, and it sleeps on", async (subject) => {
    const deployed = await subject.deploy();
    await subject.harness.variable(deployed, "QUIT");
    await subject.sleep();

    await assert.rejects(subject.wake(), { code: "unhealthy" });

    const after = await subject.look();
    assert.deepEqual([after.healthy, after.sleep === undefined], [false, false]);
  }, { needs: ["traffic", "settle"] });

  scenario("sleep() and wake() of an environment that is not there say so", async (subject) => {
    await assert.rejects(subject.sleep(), { code: "environment_not_found" });
    await assert.rejects(subject.wake(), { code: "environment_not_found" });
  });

  for (
    const [title, tags, code] of [
      ["what was not made by Showtime", { managed: false, repo: undefined, epoch: undefined }, "not_ours"],
      ["another repository's", { managed: true, repo: "someone/else", epoch: 1 }, "not_ours"],
      ["what a newer run has changed", { managed: true, repo: "own", epoch: 101 }, "stale_epoch"],
    ] as const
  ) {
    scenario(`sleep() and wake() refuse ${title}`, async (subject) => {
      const { harness, service, pr } = subject;
      await harness.plant(service, { ...tags, pr, repo: tags.repo === "own" ? harness.repo : tags.repo });
      const before = await harness.parts(service);

      await assert.rejects(subject.sleep(), { code });
      await assert.rejects(subject.wake(), { code });

      assert.deepEqual(await harness.parts(service), before);
    });
  }
}
