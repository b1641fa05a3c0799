/** A pretended platform and a real one do not work on the same pull request, and never without a lock. */

import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { extendPull } from "../../../src/environments/app/sync/extend.ts";
import { dryPlatform } from "../../../src/drivers/dry_run/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { runIn } from "../../worlds/cli_world.ts";
import {
  A,
  B,
  environment,
  makeWorld,
  never,
  NOON,
  PR,
  REPO,
  runningLabels,
  type World,
  type WorldContext,
} from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const DRY = runningLabels(A).map((name) => name.replace("10.0.0.1:8080", "52.1.2.3:8080"));
const AT_B = { head: { sha: B, ref: "b", repo: REPO } };

/** A run whose platform is pretended. */
function pretending(world: World): WorldContext {
  const context = world.context({ platformAsLabels: true });
  const { clock } = context;
  return { ...context, platform: dryPlatform("docker", { clock, sleepMs: 0, tell: () => {} }) };
}

const failureOf = async (act: Promise<unknown>): Promise<AppError> => {
  const error = await act.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof AppError, String(error));
  return error;
};

for (
  const [title, labels] of [
    ["a start is asked for", [...runningLabels(A), START]],
    ["nothing is asked for", runningLabels(A)],
    ["it stands beside a pretended one", [...DRY, "🎪 bbbbbbb 🌐 10.0.0.2:8080", "🎪 bbbbbbb 🚦 running"]],
    ["an old spelling names it", [START, "🎪 🌐 aaaaaaa 10-0-0-1"]],
  ] as const
) {
  Deno.test(`syncPull() with a pretended platform refuses a real environment where ${title}, and writes nothing`, async () => {
    const world = makeWorld({ pull: { labels, ...AT_B } });

    const { writes } = await world.count(async () => {
      const error = await failureOf(world.sync(pretending(world)));
      assert.deepEqual([error.code, error.exitCode], ["real_environment", 3]);
      assert.match(
        error.message,
        /with --dry-run-docker: an environment runs at 10\.0\.0\.\d:8080, which is no address/,
      );
    });

    assert.equal(writes, 0);
  });
}

Deno.test("syncPull() with a pretended platform works on what a dry run pretended", async () => {
  const world = makeWorld({ pull: { labels: [START] } });

  await world.sync(pretending(world));
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  const { exitCode } = await world.sync(pretending(world));

  assert.equal(exitCode, 0);
  assert.ok(world.labels().includes("🎪 bbbbbbb 🌐 52.1.2.3:8080"));
});

Deno.test("extend and cleanup with a pretended platform leave a real environment alone", async () => {
  const labels = runningLabels(A, { created: "2024-01-01T13-30" });
  const world = makeWorld({ pull: { labels } });

  const week = { kind: "duration", amount: 30, unit: "d" } as const;
  assert.equal((await failureOf(extendPull(pretending(world), PR, week, never()))).code, "real_environment");
  const context = pretending(world);
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  assert.equal(plan.candidates.length, 1, "the label's time is up");
  const { removed, kept } = await applyCleanup(context, plan, { approved: [] }, never());

  assert.deepEqual(removed, []);
  assert.match(kept[0]?.why ?? "", /an environment runs at 10\.0\.0\.1:8080/);
  assert.deepEqual(world.labels(), [...labels].sort());
});

Deno.test("syncPull() with a real platform takes the labels of a dry run off, and asks nothing of the platform", async () => {
  const world = makeWorld({ pull: { labels: DRY } });

  const { exitCode } = await world.sync();

  assert.equal(exitCode, 0);
  assert.deepEqual(world.labels(), []);
  assert.deepEqual([world.platform.changes, world.images.built], [[], []]);
});

for (
  const [title, head, labels] of [
    ["the same commit", A, [...DRY, START]],
    ["a newer commit", B, [...DRY, START]],
  ] as const
) {
  Deno.test(`syncPull() with a real platform starts ${title} as if a dry run had never been`, async () => {
    const world = makeWorld({ pull: { labels, head: { sha: head, ref: "x", repo: REPO } } });

    const { plan, exitCode } = await world.sync();

    assert.deepEqual([exitCode, plan.reason], [0, "start_requested"]);
    assert.ok(!world.labels().some((name) => name.includes("52.1.2.3")), world.labels().join(", "));
    assert.equal(world.labels().filter((name) => name.includes("🌐")).length, 1);
    assert.equal(world.labels().filter((name) => name.includes("🚦")).length, 1);
    assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [head]);
    assert.doesNotMatch(world.comment(), /52\.1\.2\.3/);
  });
}

Deno.test("a push alone brings up nothing beside the labels of a dry run", async () => {
  const world = makeWorld({ pull: { labels: DRY, ...AT_B } });

  await world.sync();

  assert.deepEqual(world.platform.environments, []);
});

Deno.test("an environment of the platform keeps its labels, even if its address is that of a dry run", async () => {
  const world = makeWorld({
    pull: { labels: DRY },
    platform: [environment(A, { address: "52.1.2.3:8080" })],
  });

  const { plan } = await world.sync();

  assert.equal(plan.reason, "up_to_date");
});

Deno.test("syncPull() that writes nothing to GitHub refuses a real platform, which it could not lock", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const context = { ...world.context(), githubDryRun: true };

  const error = await failureOf(world.sync(context));

  assert.deepEqual([error.code, error.exitCode], ["dry_run_half", 2]);
  assert.match(error.hint ?? "", /^Add --dry-run-docker, or use --dry-run/);
  assert.deepEqual([world.platform.changes, world.images.built], [[], []]);
  const empty = {
    visited: [],
    warnings: [],
    candidates: [],
    kept: [],
    addresses: [],
    sleep: [],
    incomplete: [],
  };
  assert.equal(
    (await failureOf(applyCleanup(context, empty, { approved: [] }, never()))).code,
    "dry_run_half",
  );
});

Deno.test("start with --dry-run-github and a real platform exits 2, for people and as JSON", async () => {
  for (const flags of [[], ["--json"]]) {
    const world = makeWorld();
    const { code, out, err } = await runIn(world, ["start", "1234", "--dry-run-github", ...flags]);
    assert.equal(code, 2);
    if (flags.length > 0) assert.equal(JSON.parse(out).error.code, "dry_run_half");
    else assert.match(err, /without --dry-run-docker the platform is real, and there is no lock/);
    assert.deepEqual([world.platform.changes, world.images.built], [[], []]);
  }
});

const READING: readonly (readonly string[])[] = [
  ["status", "1234"],
  ["explain", "1234"],
  ["list"],
  ["sync", "1234", "--check-only"],
  ["sync", "1234", "--dry-run"],
];

for (const argv of READING) {
  Deno.test(`${argv.join(" ")} with a pretended platform says that a real environment is there`, async () => {
    const world = makeWorld({ pull: { labels: [...runningLabels(A), START] } });

    const { code, err } = await runIn(world, argv, { run: { platformAsLabels: true } });

    assert.equal(code, 0);
    assert.match(
      err,
      /warning: --dry-run-docker beside a real environment at 10\.0\.0\.1:8080: the platform is not asked/,
    );
  });

  Deno.test(`${argv.join(" ")} with a pretended platform says nothing of environments that are pretended too`, async () => {
    const world = makeWorld({ pull: { labels: DRY } });

    const { err } = await runIn(world, argv, { run: { platformAsLabels: true } });

    assert.doesNotMatch(err, /real environment/);
  });
}

Deno.test("status and list with a real platform show no environment that a dry run pretended", async () => {
  const world = makeWorld({ pull: { labels: DRY } });

  for (const argv of [["status", "1234", "--json"], ["list", "--json"]]) {
    assert.deepEqual(JSON.parse((await runIn(world, argv)).out).environments, []);
  }
  assert.ok(world.clock.now() === NOON);
});
