/** What every platform must do about the hooks of an environment, as one suite. */
import assert from "node:assert/strict";
import type { Hooks } from "../../../src/environments/core/environment/hooks.ts";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, type PrNumber, shortSha } from "../../../src/lib/ids.ts";
import type { HookEvents, HookOutput } from "../../../src/environments/ports/hook_events.ts";
import type { Deployed, DeploySpec, Platform } from "../../../src/environments/ports/platform.ts";
import type { PlatformContractOptions, PlatformHarness } from "../platform_contract.ts";

const SHA = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");

/** What hooks said and how they failed. */
class Heard implements HookEvents {
  readonly titles: string[] = [];
  readonly lines: string[] = [];
  readonly failures: AppError[] = [];
  open = 0;

  onHook = (title: string): HookOutput => {
    this.titles.push(title);
    this.open++;
    return { line: (text: string) => void this.lines.push(text), end: () => void this.open-- };
  };
  onHookFailed = (failure: AppError) => void this.failures.push(failure);
}

/** A harness with a platform that has hooks, and the pull request that a test plays with. */
interface Scene {
  readonly harness: PlatformHarness;
  readonly platform: Platform;
  readonly pr: PrNumber;
  readonly heard: Heard;
  deploy(
    change?: Partial<DeploySpec> & { readonly flag?: string; readonly signal?: AbortSignal },
  ): Promise<Deployed>;
  destroy(): Promise<void>;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function makeScene(harness: PlatformHarness, hooks: Partial<Hooks>, pr = harness.freshPr()): Scene {
  const heard = new Heard();
  const platform = harness.platformWithHooks({
    afterStart: undefined,
    beforeStop: undefined,
    when: "created",
    timeoutMs: 120_000,
    ...hooks,
  });
  return {
    harness,
    platform,
    pr,
    heard,
    deploy({ flag, signal = never(), ...change } = {}) {
      const spec: DeploySpec = {
        repo: harness.repo,
        pr,
        sha: SHA,
        image: harness.image,
        settings: { size: "standard", flags: flag === undefined ? {} : { [flag]: true }, login: undefined },
        requestedBy: undefined,
        createdAt: Date.UTC(2026, 0, 15),
        expiresAt: undefined,
        epoch: 100,
        ...change,
      };
      return platform.deploy(
        spec,
        { onProgress: () => {}, onHook: (title) => heard.onHook(title), onHookFailed: heard.onHookFailed },
        signal,
      );
    },
    destroy: () =>
      platform.destroy(
        { pr, short: shortSha(SHA) },
        { repo: harness.repo, epoch: 100, hooks: heard },
        never(),
      ),
  };
}

async function failureOf(doing: Promise<unknown>): Promise<AppError> {
  const error = await doing.then(() => assert.fail("it did not fail"), (reason: unknown) => reason);
  assert.ok(error instanceof AppError, String(error));
  return error;
}

/** Registers the suite for one platform. */
export function hooksContract(options: PlatformContractOptions): void {
  const scenario = (title: string, ...[hooks, run]: [Partial<Hooks>, (scene: Scene) => Promise<void>]) => {
    options.test(`${options.name} hooks: ${title}`, async () => {
      const harness = await options.make();
      try {
        const scene = makeScene(harness, hooks);
        await run(scene);
        assert.equal(scene.heard.open, 0, "the output of each command is closed");
      } finally {
        await harness.dispose();
      }
    });
  };
  const service = (pr: PrNumber) => formatServiceName(pr, shortSha(SHA));

  scenario(
    "after_start has the variables of the environment and ends before people are sent there",
    { afterStart: 'echo "seeding $SHOWN"; sleep 1; echo "done for ${APP_SECRET:?}" | cut -c 1-8' },
    async ({ deploy, heard, harness, platform, pr }) => {
      const deployed = await deploy();

      assert.deepEqual(heard.lines, [`seeding ${pr} a1b2c3d `, "done for"]);
      assert.match(heard.titles.join(), new RegExp(`^Running after_start in pr-${pr}-a1b2c3d`));
      const [seen] = await platform.list({ repo: harness.repo, pr, probe: true }, never());
      assert.deepEqual([seen?.address, seen?.healthy, seen?.unsettled], [deployed.address, true, false]);
    },
  );

  scenario(
    "a list of words runs without a shell",
    { afterStart: ["echo", "$SHOWN and two  spaces"] },
    async ({ deploy, heard }) => {
      await deploy();

      assert.deepEqual(heard.lines, ["$SHOWN and two  spaces"]);
    },
  );

  scenario(
    "an after_start that fails is hook_failed with its last lines, and leaves nothing",
    { afterStart: "echo no database >&2; exit 3", beforeStop: "echo never" },
    async ({ deploy, harness, heard, pr }) => {
      const error = await failureOf(deploy());

      assert.equal(error.code, "hook_failed");
      assert.match(
        error.message,
        /^Running after_start for "pr-\d+-a1b2c3d.*": the command ended with exit code 3$/,
      );
      assert.deepEqual(error.logTail, ["no database"]);
      assert.equal(await harness.isThere(service(pr)), false);
      assert.equal(heard.lines.includes("never"), false, "what was never up is not said farewell");
    },
  );

  for (
    const [what, command, words] of [
      ["a program that the shell does not find", "no-such-program", /exit code 127/],
      [
        "a list whose program is not in the image",
        ["/no/such/program"],
        /not there|not started|not be started/,
      ],
    ] as const
  ) {
    scenario(`${what} is hook_failed`, { afterStart: command }, async ({ deploy, harness, pr }) => {
      const error = await failureOf(deploy());

      assert.equal(error.code, "hook_failed", error.message);
      assert.match(error.message, words);
      assert.equal(await harness.isThere(service(pr)), false);
    });
  }

  scenario(
    "an after_start that exceeds its time is hook_failed, and is ended",
    { afterStart: "echo begun; sleep 4321", timeoutMs: options.name === "docker" ? 1500 : 30_000 },
    async ({ deploy, harness, pr }) => {
      const error = await failureOf(deploy());

      assert.equal(error.code, "hook_failed", error.message);
      assert.match(error.message, /did not end within (1\.5 s|1 s|2 s|30 s).* and was stopped$/);
      assert.deepEqual(error.logTail, ["begun"]);
      assert.equal(await harness.isThere(service(pr)), false);
      assert.deepEqual(await harness.processes("sleep 4321"), []);
    },
  );

  scenario(
    "an update in place does not run it again if it is for what is created",
    { afterStart: "echo seeding" },
    async ({ deploy, heard }) => {
      await deploy();
      await deploy({ flag: "ALPHA" });

      assert.deepEqual(heard.lines, ["seeding"]);
    },
  );

  scenario(
    "an update in place runs it again in the new one with when: always",
    { afterStart: 'echo "seeding ${FEATURE_ALPHA:-off}"', when: "always" },
    async ({ deploy, heard, harness, platform, pr }) => {
      await deploy();
      const renewed = await deploy({ flag: "ALPHA" });
      const owner = { repo: harness.repo, epoch: 100 };
      await platform.settle({ pr, short: shortSha(SHA) }, owner, never());

      assert.deepEqual(heard.lines, ["seeding off", "seeding on"]);
      const [seen] = await platform.list({ repo: harness.repo, pr, probe: true }, never());
      assert.deepEqual([seen?.address, seen?.healthy, seen?.unsettled], [renewed.address, true, false]);
    },
  );

  scenario(
    "an update in place whose after_start fails leaves the older one",
    { afterStart: '[ "$FEATURE_ALPHA" != on ]', when: "always" },
    async ({ deploy, harness, platform, pr }) => {
      await deploy();

      assert.equal((await failureOf(deploy({ flag: "ALPHA" }))).code, "hook_failed");

      const owner = { repo: harness.repo, epoch: 100 };
      await platform.settle({ pr, short: shortSha(SHA) }, owner, never());
      const [seen] = await platform.list({ repo: harness.repo, pr, probe: true }, never());
      assert.deepEqual([seen?.settings.flags, seen?.healthy, seen?.unsettled], [{}, true, false]);
      assert.equal((await harness.parts(service(pr))).length, 1);
    },
  );

  scenario(
    "before_stop runs before the end, with the variables of the environment",
    { beforeStop: 'echo "dropping $SHOWN"' },
    async ({ deploy, destroy, heard, harness, pr }) => {
      await deploy();
      assert.deepEqual(heard.lines, []);

      await destroy();
      await destroy();

      assert.deepEqual([heard.lines, heard.failures], [[`dropping ${pr} a1b2c3d `], []]);
      assert.equal(await harness.isThere(service(pr)), false);
      assert.deepEqual(await harness.processes("dropping"), []);
    },
  );

  scenario(
    "a before_stop that fails is told with its last lines, and keeps nothing alive",
    { beforeStop: "echo cannot; exit 4" },
    async ({ deploy, destroy, heard, harness, pr }) => {
      await deploy();

      await destroy();

      assert.deepEqual(heard.failures.map(({ code, logTail }) => [code, logTail]), [["hook_failed", [
        "cannot",
      ]]]);
      assert.match(heard.failures[0]?.message ?? "", /^Running before_stop for .* exit code 4$/);
      assert.equal(await harness.isThere(service(pr)), false);
    },
  );

  scenario(
    "a before_stop that exceeds its time is ended and told",
    { beforeStop: "echo begun; sleep 4322", timeoutMs: options.name === "docker" ? 1500 : 30_000 },
    async ({ deploy, destroy, heard, harness, pr }) => {
      await deploy();

      await destroy();

      assert.match(heard.failures[0]?.message ?? "", /before_stop for .* did not end within/);
      assert.equal(await harness.isThere(service(pr)), false);
      assert.deepEqual(await harness.processes("sleep 4322"), []);
    },
  );

  scenario(
    "the secret of the environment is told before the first line of a command, so that it can be kept out",
    { afterStart: "echo first", beforeStop: "echo last" },
    async ({ deploy, destroy, heard, harness }) => {
      const told: (readonly string[])[] = [];
      let from = 0;
      heard.onHook = () => ({
        line: () => void told.push([...new Set(harness.secrets.slice(from))]),
        end: () => {},
      });
      const deployed = await deploy();
      const secret = await harness.variable(deployed, harness.secretVariable);
      from = harness.secrets.length;

      await destroy();

      assert.deepEqual(told, [[secret], [secret]]);
    },
  );

  scenario(
    "an environment that waits for its hook is not healthy, and the next run begins anew",
    { afterStart: "echo seeding; sleep 4323" },
    async (dying) => {
      const { harness, pr } = dying;
      const begun = Promise.withResolvers<void>();
      // The run dies: nothing waits for it, and the engine does not end the command with it.
      dying.heard.onHook = () => ({ line: () => begun.resolve(), end: () => {} });
      const end = new AbortController();
      const dead = dying.deploy({ epoch: 99, signal: end.signal }).catch(() => {});
      await begun.promise;
      const next = makeScene(harness, { afterStart: "echo again" }, pr);
      assert.equal((await harness.processes("sleep 4323")).length > 0, true, "the command runs");
      const [waiting] = await next.platform.list({ repo: harness.repo, pr, probe: true }, never());

      const deployed = await next.deploy();

      assert.equal(waiting?.healthy, false);
      assert.match(waiting.condition, /after_start has not ended/);
      assert.deepEqual(next.heard.lines, ["again"]);
      const [seen] = await next.platform.list({ repo: harness.repo, pr, probe: true }, never());
      assert.deepEqual([seen?.address, seen?.healthy], [deployed.address, true]);
      assert.deepEqual(await harness.processes("sleep 4323"), []);
      end.abort();
      await dead;
    },
  );
}
