/**
 * What every platform must do, as one suite. A test file makes a {@link PlatformHarness} for its platform and calls
 * {@link platformContract}; what a platform cannot show (an emulator runs no application) is left out by `supports`.
 */
import assert from "node:assert/strict";
import type { Flags, PlatformEnvironment } from "../../src/environments/core/environment/environment.ts";
import type { Hooks } from "../../src/environments/core/environment/hooks.ts";
import { formatServiceName } from "../../src/environments/core/environment/names.ts";
import { AppError } from "../../src/lib/errors.ts";
import { fullSha, type PrNumber, prNumber, type ServiceName, shortSha } from "../../src/lib/ids.ts";
import type { Deployed, DeploySpec, Platform } from "../../src/environments/ports/platform.ts";
import { keyOfService } from "../worlds/key_of_service.ts";

/** Tags of an environment that somebody else made; undefined leaves the tag out. */
export interface PlantedTags {
  readonly managed: boolean;
  readonly repo: string | undefined;
  readonly epoch: number | undefined;
}

/** What only some platforms can show. */
export type PlatformAbility = "traffic" | "logs" | "failures" | "settle" | "legacy";

/** A platform under test, with the means to look behind it. */
export interface PlatformHarness {
  readonly platform: Platform;
  readonly repo: string;
  /** The address of a pull request that stays; undefined where environments have none. */
  readonly urlOf?: (pr: PrNumber) => string;
  /** An image whose behaviour flags choose (see `tests/worlds/docker/images.ts`). */
  readonly image: string;
  /** The same platform with commands that run in its environments. */
  platformWithHooks(hooks: Hooks): Platform;
  /** The processes of environments whose command line holds a text. */
  processes(text: string): Promise<readonly string[]>;
  /** A pull request number that nothing else uses. */
  freshPr(): PrNumber;
  /** Makes an environment behind the platform's back. */
  plant(service: ServiceName, options: PlantedTags & { readonly pr: PrNumber }): Promise<void>;
  /** Whether anything of that service is there. */
  isThere(service: ServiceName): Promise<boolean>;
  /** Names of running parts of that service, to see what a deployment left. */
  parts(service: ServiceName): Promise<readonly string[]>;
  /** A variable of the running environment. */
  variable(deployed: Deployed, name: string): Promise<string>;
  /** Name of the variable that holds the environment's secret, and the prefix of flags. */
  readonly secretVariable: string;
  /** The secrets that the platform has said are to be kept, each time it did. */
  readonly secrets: readonly string[];
  dispose(): Promise<void>;
}

/** How to make the harness, and what the platform can show. */
export interface PlatformContractOptions {
  readonly name: string;
  readonly make: () => Promise<PlatformHarness>;
  readonly supports: ReadonlySet<PlatformAbility>;
  /** Registers a test; a part that is missing is its affair. */
  readonly test: (title: string, run: (context: Deno.TestContext) => Promise<void>) => void;
}

/** A harness, and the pull request that a test plays with. */
interface Scene {
  readonly harness: PlatformHarness;
  readonly pr: PrNumber;
}

const SHA_A = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
const SHA_B = fullSha("b1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
const CREATED = Date.UTC(2026, 0, 15, 14, 30);
const EXPIRES = CREATED + 24 * 3600_000;

function spec(
  { harness, pr }: Scene,
  change: Partial<DeploySpec> & { flags?: Flags; size?: string } = {},
): DeploySpec {
  const { flags = {}, size = "standard", ...rest } = change;
  return {
    repo: harness.repo,
    pr,
    sha: SHA_A,
    image: harness.image,
    settings: { size, flags, login: "admin/admin", ...urlOf(harness, pr) },
    requestedBy: "dependabot[bot]",
    createdAt: CREATED,
    expiresAt: EXPIRES,
    epoch: 100,
    ...rest,
  };
}

function urlOf(harness: PlatformHarness, pr: PrNumber): { readonly url?: string } {
  return harness.urlOf === undefined ? {} : { url: harness.urlOf(pr) };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function status(address: string, path = "/health"): Promise<number> {
  const response = await fetch(`http://${address}${path}`);
  await response.body?.cancel();
  return response.status;
}

function deploy(harness: PlatformHarness, what: DeploySpec): Promise<Deployed> {
  return harness.platform.deploy(what, { onProgress: () => {} }, never());
}

async function one({ harness, pr }: Scene, probe = true): Promise<PlatformEnvironment> {
  const found = await harness.platform.list({ repo: harness.repo, pr, probe }, never());
  assert.equal(found.length, 1, `one environment of pull request ${pr}`);
  const [environment] = found;
  assert.ok(environment !== undefined);
  return environment;
}

/** Registers the suite for one platform. */
export function platformContract(options: PlatformContractOptions): void {
  const scenario = (
    title: string,
    run: (harness: PlatformHarness, pr: PrNumber) => Promise<void>,
    { needs = [] }: { readonly needs?: readonly PlatformAbility[] } = {},
  ) => {
    if (!needs.every((need) => options.supports.has(need))) return;
    options.test(`${options.name}: ${title}`, async () => {
      const harness = await options.make();
      try {
        await run(harness, harness.freshPr());
      } finally {
        await harness.dispose();
      }
    });
  };

  scenario(
    "deploy() brings an environment up, and list() tells everything that was asked for",
    async (harness, pr) => {
      const progress: string[] = [];
      const flags = { ALPHA: true, BETA: false };
      const what = spec({ harness, pr }, { flags, repoId: 4711 });

      const deployed = await harness.platform.deploy(what, {
        onProgress: (text) => progress.push(text),
      }, never());
      const environment = await one({ harness, pr });

      assert.equal(deployed.unsettled, false);
      assert.ok(progress.length > 0);
      assert.deepEqual(environment, {
        platform: harness.platform.kind,
        pr,
        sha: SHA_A,
        short: shortSha(SHA_A),
        service: formatServiceName(pr, shortSha(SHA_A)),
        address: deployed.address,
        healthy: true,
        condition: environment.condition,
        startedAt: environment.startedAt,
        image: harness.image,
        settings: { size: "standard", flags, login: "admin/admin", ...urlOf(harness, pr) },
        requestedBy: environment.requestedBy,
        createdAt: CREATED,
        expiresAt: EXPIRES,
        epoch: 100,
        repo: harness.repo,
        repoId: 4711,
        managed: true,
        legacy: false,
        unsettled: false,
      });
      assert.ok((environment.startedAt ?? 0) > CREATED);
      assert.match(environment.requestedBy ?? "", /^dependabot/);
      assert.ok(environment.condition !== "");
    },
  );

  scenario("deploy() without expiry and requester leaves both out", async (harness, pr) => {
    await deploy(harness, spec({ harness, pr }, { expiresAt: undefined, requestedBy: undefined }));

    const environment = await one({ harness, pr });

    assert.equal(environment.expiresAt, undefined);
    assert.equal(environment.requestedBy, undefined);
  });

  scenario("deploy() answers only when the address answers 200", async (harness, pr) => {
    const deployed = await deploy(harness, spec({ harness, pr }, { flags: { SLOW: true } }));

    assert.equal(await status(deployed.address), 200);
  }, { needs: ["traffic"] });

  scenario(
    "deploy() reaches the application with flags, pull request, commit and login",
    async (harness, pr) => {
      const deployed = await deploy(harness, spec({ harness, pr }, { flags: { ALPHA: true, BETA: false } }));

      assert.equal(await harness.variable(deployed, "FEATURE_ALPHA"), "on");
      assert.equal(await harness.variable(deployed, "FEATURE_BETA"), "off");
      assert.equal(await harness.variable(deployed, "SHOWN"), `${pr} ${shortSha(SHA_A)} admin/admin`);
      assert.match(await harness.variable(deployed, harness.secretVariable), /^[\w-]{43}$/);
    },
    { needs: ["traffic"] },
  );

  scenario("deploy() gives each environment a secret of its own", async (harness, pr) => {
    const first = await deploy(harness, spec({ harness, pr }));
    const second = await deploy(harness, spec({ harness, pr }, { sha: SHA_B }));

    const [a, b] = [
      await harness.variable(first, harness.secretVariable),
      await harness.variable(second, harness.secretVariable),
    ];

    assert.notEqual(a, b);
    assert.equal((await harness.platform.list({ repo: harness.repo, pr }, never())).length, 2);
  }, { needs: ["traffic"] });

  scenario(
    "deploy() over a running one changes flags in place, keeps the secret and drops no request",
    async (harness, pr) => {
      const service = formatServiceName(pr, shortSha(SHA_A));
      const old = await deploy(harness, spec({ harness, pr }));
      const secret = await harness.variable(old, harness.secretVariable);
      const failures: unknown[] = [];
      let polls = 0;
      let active = old.address;
      let polling = true;
      const poll = (async () => {
        while (polling) {
          const asked = active;
          // An address that was handed over during the request is allowed to close it.
          await status(asked).then(
            (code) => code === 200 || failures.push(code),
            (error) => asked === active && failures.push(error),
          );
          polls++;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      })();

      const renewed = await deploy(
        harness,
        spec({ harness, pr }, { flags: { ALPHA: true, SLOW: true }, epoch: 101 }),
      );
      active = renewed.address;
      const during = await one({ harness, pr });
      const oldStatus = await status(old.address).catch(() => undefined);
      await harness.platform.settle(keyOfService(service), { repo: harness.repo, epoch: 101 }, never());
      const after = await one({ harness, pr });
      polling = false;
      await poll;

      // Where the platform itself lets the old one go, when it does so is its own affair.
      if (options.supports.has("settle")) {
        assert.deepEqual({ unsettled: renewed.unsettled, during: during.unsettled, old: oldStatus }, {
          unsettled: true,
          during: true,
          old: 200,
        });
      }
      assert.equal(during.healthy, true);
      assert.deepEqual(failures, []);
      assert.ok(polls > 10, `${polls} polls`);
      assert.equal(after.unsettled, false);
      assert.equal(after.address, renewed.address);
      assert.equal(after.epoch, 101);
      assert.deepEqual(after.settings.flags, { ALPHA: true, SLOW: true });
      assert.equal(await harness.variable(renewed, harness.secretVariable), secret);
      assert.equal(await harness.variable(renewed, "FEATURE_ALPHA"), "on");
      assert.equal((await harness.parts(service)).length, 1);
    },
    { needs: ["traffic"] },
  );

  scenario("settle() keeps the old one where the newer one does not answer", async (harness, pr) => {
    const service = formatServiceName(pr, shortSha(SHA_A));
    const old = await deploy(harness, spec({ harness, pr }));
    const renewed = await deploy(harness, spec({ harness, pr }, { flags: { ALPHA: true } }));
    await harness.variable(renewed, "QUIT");

    await harness.platform.settle(keyOfService(service), { repo: harness.repo, epoch: 100 }, never());

    const after = await one({ harness, pr });
    assert.deepEqual([after.address, after.unsettled, after.healthy], [old.address, false, true]);
  }, { needs: ["traffic", "settle"] });

  scenario("settle() with nothing to do is success", async (harness, pr) => {
    const service = formatServiceName(pr, shortSha(SHA_A));
    const owner = { repo: harness.repo, epoch: 100 };
    await harness.platform.settle(keyOfService(service), owner, never());
    const deployed = await deploy(harness, spec({ harness, pr }));

    await harness.platform.settle(keyOfService(service), owner, never());

    assert.equal((await one({ harness, pr })).address, deployed.address);
  });

  scenario(
    "deploy() twice without settling in between leaves at most one extra part",
    async (harness, pr) => {
      const service = formatServiceName(pr, shortSha(SHA_A));
      await deploy(harness, spec({ harness, pr }));
      await deploy(harness, spec({ harness, pr }, { flags: { ONE: true } }));
      const third = await deploy(harness, spec({ harness, pr }, { flags: { TWO: true } }));

      assert.equal((await harness.parts(service)).length, 2);
      await harness.platform.settle(keyOfService(service), { repo: harness.repo, epoch: 100 }, never());

      const after = await one({ harness, pr });
      assert.deepEqual(after.settings.flags, { TWO: true });
      assert.equal(after.address, third.address);
    },
    { needs: ["settle"] },
  );

  for (
    const [flag, code, words] of [
      ["EXIT", "unhealthy", /exit code 3/],
      ["MEMORY", "out_of_memory", /out of memory/],
      ["NEVER", "unhealthy", /404/],
    ] as const
  ) {
    scenario(
      `deploy() of one that fails (${flag}) says ${code}, removes it and keeps the old one`,
      async (harness, pr) => {
        const service = formatServiceName(pr, shortSha(SHA_A));
        const old = await deploy(harness, spec({ harness, pr }));

        await assert.rejects(deploy(harness, spec({ harness, pr }, { flags: { [flag]: true } })), (error) => {
          assert.ok(error instanceof AppError);
          assert.equal(error.code, code, error.message);
          assert.match(error.message, words);
          if (flag === "EXIT") {
            assert.ok(error.logTail.includes("giving up: no database"), error.logTail.join("\n"));
          }
          return true;
        });

        assert.equal(await status(old.address), 200);
        // A platform that replaces by itself is still stopping what failed.
        if (!options.supports.has("settle")) {
          await harness.platform.settle(keyOfService(service), { repo: harness.repo, epoch: 100 }, never());
        }
        assert.equal((await harness.parts(service)).length, 1);
        assert.equal((await one({ harness, pr })).unsettled, false);
        assert.equal((await one({ harness, pr })).address, old.address);
      },
      { needs: ["traffic", "failures"] },
    );
  }

  scenario("deploy() of a new one that fails leaves nothing", async (harness, pr) => {
    const service = formatServiceName(pr, shortSha(SHA_A));

    await assert.rejects(deploy(harness, spec({ harness, pr }, { flags: { EXIT: true } })), {
      code: "unhealthy",
    });

    assert.deepEqual([await harness.isThere(service), await harness.parts(service)], [false, []]);
  }, { needs: ["failures"] });

  scenario("deploy() of an image that is not there says so and leaves nothing", async (harness, pr) => {
    const image = `${harness.image}-missing`;

    await assert.rejects(deploy(harness, spec({ harness, pr }, { image })), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "image_not_found");
      assert.ok(error.message.includes(image));
      return true;
    });

    assert.equal(await harness.isThere(formatServiceName(pr, shortSha(SHA_A))), false);
  }, { needs: ["failures"] });

  scenario("deploy() that is aborted leaves nothing of itself", async (harness, pr) => {
    const controller = new AbortController();
    const reason = new Error("interrupted");
    const what = spec({ harness, pr }, { flags: { NEVER: true } });
    const running = harness.platform.deploy(what, {
      onProgress: (text) => text.startsWith("Waiting") && controller.abort(reason),
    }, controller.signal);

    await assert.rejects(running, reason);

    assert.equal(await harness.isThere(formatServiceName(pr, shortSha(SHA_A))), false);
  }, { needs: ["failures"] });

  scenario("deploy() refuses a size that is not configured, naming those that are", async (harness, pr) => {
    await assert.rejects(deploy(harness, spec({ harness, pr }, { size: "huge" })), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.exitCode], ["unknown_size", 2]);
      assert.match(error.hint ?? "", /standard, large/);
      return true;
    });
  });

  scenario("destroy() removes every part, and again is success", async (harness, pr) => {
    const service = formatServiceName(pr, shortSha(SHA_A));
    const owner = { repo: harness.repo, epoch: 100 };
    await deploy(harness, spec({ harness, pr }));
    await deploy(harness, spec({ harness, pr }, { flags: { ALPHA: true } }));

    await harness.platform.destroy(keyOfService(service), owner, never());
    await harness.platform.destroy(keyOfService(service), owner, never());

    assert.equal(await harness.isThere(service), false);
    assert.deepEqual(await harness.platform.list({ repo: harness.repo, pr }, never()), []);
  });

  scenario("destroy() leaves other environments of the pull request alone", async (harness, pr) => {
    await deploy(harness, spec({ harness, pr }));
    const other = await deploy(harness, spec({ harness, pr }, { sha: SHA_B }));

    await harness.platform.destroy(
      { pr, short: shortSha(SHA_A) },
      { repo: harness.repo, epoch: 100 },
      never(),
    );

    assert.equal((await one({ harness, pr })).address, other.address);
  });

  for (
    const [title, tags, code] of [
      ["what was not made by us", { managed: false, repo: undefined, epoch: undefined }, "not_ours"],
      ["what only claims our repository", { managed: false, repo: "own", epoch: 1 }, "not_ours"],
      ["another repository's", { managed: true, repo: "someone/else", epoch: 1 }, "not_ours"],
      ["what a newer run has changed", { managed: true, repo: "own", epoch: 101 }, "stale_epoch"],
    ] as const
  ) {
    scenario(`destroy(), settle() and deploy() refuse ${title}`, async (harness, pr) => {
      const service = formatServiceName(pr, shortSha(SHA_A));
      const owner = { repo: harness.repo, epoch: 100 };
      await harness.plant(service, { ...tags, pr, repo: tags.repo === "own" ? harness.repo : tags.repo });
      const before = await harness.parts(service);

      await assert.rejects(harness.platform.destroy(keyOfService(service), owner, never()), { code });
      await assert.rejects(harness.platform.settle(keyOfService(service), owner, never()), { code });
      await assert.rejects(deploy(harness, spec({ harness, pr })), { code });

      assert.deepEqual(await harness.parts(service), before);
      assert.ok(before.length > 0);
    });
  }

  scenario(
    "list() shows what was not made by us as such, and not another repository's",
    async (harness, pr) => {
      const foreignPr = harness.freshPr();
      await harness.plant(formatServiceName(pr, shortSha(SHA_A)), {
        managed: false,
        repo: undefined,
        epoch: undefined,
        pr,
      });
      await harness.plant(formatServiceName(foreignPr, shortSha(SHA_A)), {
        managed: true,
        repo: "someone/else",
        epoch: 1,
        pr: foreignPr,
      });

      assert.equal((await one({ harness, pr }, false)).managed, false);
      assert.deepEqual(await harness.platform.list({ repo: harness.repo, pr: foreignPr }, never()), []);
    },
  );

  scenario(
    "list() shows one of the older scheme as legacy, and destroy() removes it",
    async (harness, pr) => {
      const service = `pr-${pr}-service` as ServiceName;
      await harness.plant(service, { managed: false, repo: undefined, epoch: undefined, pr });

      const environment = await one({ harness, pr }, false);
      await harness.platform.destroy(keyOfService(service), { repo: harness.repo, epoch: 100 }, never());

      assert.deepEqual([environment.legacy, environment.managed, environment.short], [
        true,
        false,
        undefined,
      ]);
      assert.equal(await harness.isThere(service), false);
    },
    { needs: ["legacy"] },
  );

  scenario(
    "destroy() refuses one of the older scheme that carries another pull request's number",
    async (harness, pr) => {
      const service = `pr-${pr}-service` as ServiceName;
      await harness.plant(service, {
        managed: false,
        repo: undefined,
        epoch: undefined,
        pr: prNumber(pr + 1),
      });

      await assert.rejects(
        harness.platform.destroy(keyOfService(service), { repo: harness.repo, epoch: 100 }, never()),
        {
          code: "not_ours",
        },
      );

      assert.equal(await harness.isThere(service), true);
    },
    { needs: ["legacy"] },
  );

  scenario("logs() tells the last lines, and follows until it is stopped", async (harness, pr) => {
    const service = formatServiceName(pr, shortSha(SHA_A));
    await deploy(harness, spec({ harness, pr }));
    const controller = new AbortController();
    const followed: string[] = [];
    const lines: string[] = [];

    for await (
      const line of harness.platform.logs(keyOfService(service), { tail: 1, follow: false }, never())
    ) {
      lines.push(line);
    }
    for await (
      const line of harness.platform.logs(
        keyOfService(service),
        { tail: undefined, follow: true },
        controller.signal,
      )
    ) {
      followed.push(line);
      controller.abort();
    }

    assert.deepEqual(lines, ["listening on 8080"]);
    assert.deepEqual(followed, ["listening on 8080"]);
  }, { needs: ["logs"] });

  scenario(
    "logs() tells the environment's secret before the first line, so that it can be kept out",
    async (harness, pr) => {
      const deployed = await deploy(harness, spec({ harness, pr }));
      const secret = await harness.variable(deployed, harness.secretVariable);
      const before = harness.secrets.length;

      const lines = harness.platform.logs(
        { pr, short: shortSha(SHA_A) },
        { tail: 5, follow: false },
        never(),
      );
      await lines[Symbol.asyncIterator]().next();

      assert.deepEqual(harness.secrets.slice(before), [secret]);
    },
    { needs: ["logs", "traffic"] },
  );

  scenario("deploy() tells the secret that is kept in an update in place", async (harness, pr) => {
    const deployed = await deploy(harness, spec({ harness, pr }));
    const secret = await harness.variable(deployed, harness.secretVariable);
    const before = harness.secrets.length;

    await deploy(harness, spec({ harness, pr }, { flags: { TELL: true } }));

    assert.deepEqual([...new Set(harness.secrets.slice(before))], [secret]);
  }, { needs: ["traffic"] });

  scenario("logs() of an environment that is not there says so", async (harness, pr) => {
    const lines = harness.platform.logs(
      { pr, short: shortSha(SHA_A) },
      { tail: 1, follow: false },
      never(),
    );

    await assert.rejects(lines[Symbol.asyncIterator]().next(), { code: "environment_not_found" });
  }, { needs: ["logs"] });
}
