import assert from "node:assert/strict";
import { checkOnly } from "../../src/environments/app/sync/check_only.ts";
import { explainPull } from "../../src/environments/app/show/explain.ts";
import { readHistory } from "../../src/environments/app/show/history.ts";
import { listEnvironments } from "../../src/environments/app/show/list_environments.ts";
import { openLogs } from "../../src/environments/app/show/logs.ts";
import { DEFAULT_OPTIONS } from "../../src/environments/app/sync/make_policy.ts";
import { AppError } from "../../src/lib/errors.ts";
import { prNumber, type ServiceName } from "../../src/lib/ids.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  never,
  PR,
  runningLabels,
  seedPull,
  type World,
  type WorldOptions,
} from "../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const BLOCKED = "🎪 🔒 showtime-blocked";
const OPTIONS = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
const RUNNING: WorldOptions = { pull: { labels: runningLabels(A) }, platform: [environment(A)] };

function unreachable(): never {
  throw new AppError("platform_unreachable", "Listing environments: nobody answers");
}

async function check(world: World, run: Parameters<World["context"]>[0] = {}) {
  return await checkOnly(world.context(run), PR, OPTIONS, never());
}

Deno.test("listEnvironments() tells all environments, active ones first, in one request", async () => {
  const world = makeWorld({
    seed: {
      pulls: [
        seedPull(1, { labels: runningLabels(A) }),
        seedPull(2, { labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 building"] }),
        seedPull(3, { labels: [] }),
      ],
    },
    platform: [environment(A, { pr: prNumber(1) })],
  });
  let views: readonly (readonly [number, string, string, boolean])[] = [];
  const { requests, writes } = await world.count(async () => {
    const { environments, incomplete } = await listEnvironments(world.context(), never());
    views = environments.map((each) => [each.pr, each.status, each.type, each.active]);
    assert.deepEqual(incomplete, []);
  });
  assert.deepEqual(views, [[1, "running", "active", true], [2, "building", "building", false]]);
  assert.deepEqual([requests, writes], [1, 0]);
});

Deno.test("listEnvironments() tells what only the platform knows: orphaned and of the older scheme", async () => {
  const legacy = environment(B, {
    pr: prNumber(9),
    service: "pr-9-service" as ServiceName,
    sha: undefined,
    short: undefined,
    legacy: true,
    managed: false,
  });
  const world = makeWorld({ platform: [environment(A), legacy] });
  const { requests } = await world.count(async () => {
    const { environments } = await listEnvironments(world.context(), never());
    assert.deepEqual(environments.map((each) => [each.pr, each.type]), [[PR, "orphaned"], [9, "legacy"]]);
  });
  assert.equal(requests, 2);
});

Deno.test("listEnvironments() goes by the labels where the platform does not answer, and says so", async () => {
  const world = makeWorld(RUNNING);
  world.platform.hooks.before("list", unreachable);
  const { environments, incomplete } = await listEnvironments(world.context(), never());
  assert.deepEqual(environments.map((each) => each.status), ["running"]);
  assert.match(incomplete.join(), /nobody answers/);
});

for (
  const [what, maxAgeMs, expected] of [
    ["the cap on ages ends it first", HOUR, "2024-01-15T14:30:00Z"],
    ["its time-to-live ends it first", 72 * HOUR, "2024-01-17T13:30:00Z"],
    ["there is no cap", undefined, "2024-01-17T13:30:00Z"],
  ] as const
) {
  Deno.test(`listEnvironments() tells when an environment expires where ${what}`, async () => {
    const context = makeWorld(RUNNING).context({ settings: { maxAgeMs } });
    const { environments } = await listEnvironments(context, never());
    assert.deepEqual(environments.map((each) => each.expires_at), [expected]);
  });
}

Deno.test("syncPull() writes into the comment when the cap on ages ends an environment", async () => {
  const world = makeWorld();
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  await world.sync(world.context({ settings: { maxAgeMs: HOUR } }));
  assert.match(world.comment(), /2024-01-15 15:30 UTC/);
});

Deno.test("listEnvironments() tells no expiry of what lives until the pull request closes", async () => {
  const world = makeWorld({ ...RUNNING, pull: { labels: runningLabels(A, { ttl: "close" }) } });
  const { environments } = await listEnvironments(world.context({ settings: { maxAgeMs: HOUR } }), never());
  assert.deepEqual(environments.map((each) => each.expires_at), [null]);
});

Deno.test("I6: listEnvironments() asks for environments by the hundred, not for each", async () => {
  const pulls = Array.from({ length: 200 }, (_, index) => seedPull(index + 1, { labels: runningLabels(A) }));
  const platform = pulls.map((_, index) => environment(A, { pr: prNumber(index + 1) }));
  const world = makeWorld({ seed: { pulls }, platform });
  const { requests } = await world.count(async () => {
    assert.equal((await listEnvironments(world.context(), never())).environments.length, 200);
  });
  assert.equal(requests, 2);
});

Deno.test("listEnvironments() takes addresses from labels, and asks the platform only for those that no label tells", async () => {
  const [labelled, silent, unreachable] = [prNumber(1), prNumber(2), prNumber(3)];
  const withoutAddress = (labels: readonly string[]) => labels.filter((name) => !name.includes("🌐"));
  const world = makeWorld({
    seed: {
      pulls: [
        seedPull(labelled, { labels: runningLabels(A) }),
        seedPull(silent, { labels: withoutAddress(runningLabels(A)) }),
        seedPull(unreachable, { labels: withoutAddress(runningLabels(A)) }),
      ],
    },
    platform: [labelled, silent, unreachable].map((pr) => environment(A, { pr, address: undefined })),
  });
  const services = world.platform.environments.map(({ service }) => service);
  world.platform.unlisted.set(services[1] ?? assert.fail(), "52.0.0.2:8080");

  const { environments, incomplete } = await listEnvironments(world.context(), never());

  assert.deepEqual(world.platform.askedAddresses, services.slice(1));
  const addresses = new Map(environments.map((each) => [each.pr, each.address]));
  assert.deepEqual([addresses.get(silent), addresses.get(unreachable)], ["52.0.0.2:8080", null]);
  assert.match(addresses.get(labelled) ?? "", /:\d+$/);
  assert.equal(incomplete.length, 1);
  assert.match(incomplete.join(), new RegExp(`No address was found for ${services[2]};.*showtime url`));
});

Deno.test("explainPull() says who set a trigger, whether it counts, and what would change the decision", async () => {
  const world = makeWorld();
  world.simulator.label({ pr: PR, add: [START, BLOCKED], actor: "ana" });
  const { writes } = await world.count(async () => {
    const { plan, inputs, wouldChange } = await explainPull(world.context(), PR, OPTIONS, never());
    assert.equal(plan.reason, "blocked");
    const said = inputs.map((each) => `${each.name}: ${each.value}`).join("\n");
    assert.match(said, /label 🎪 ⚡ showtime-trigger-start: set by ana at 2024-01-15 14:30 UTC/);
    assert.match(said, /trigger start: ana, .*: authorised/);
    assert.match(said, /lock: free/);
    assert.deepEqual(wouldChange.filter((each) => each.startsWith("without the blocked label")), [
      "without the blocked label: create_environment (start_requested, rule 7), an image would be built",
    ]);
  });
  assert.equal(writes, 0);
});

Deno.test("explainPull() leaves out what would change nothing", async () => {
  const { wouldChange } = await explainPull(makeWorld(RUNNING).context(), PR, OPTIONS, never());
  assert.ok(wouldChange.some((each) => each.startsWith("with a start trigger")));
  assert.ok(wouldChange.some((each) => each.startsWith("once the pull request is closed")));
  assert.ok(!wouldChange.some((each) => each.includes("up_to_date")));
});

Deno.test("checkOnly() gives the pairs in their order and writes nothing", async () => {
  const world = makeWorld();
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  const { writes } = await world.count(async () => {
    assert.deepEqual(Object.entries(await check(world, { actor: "maxime", inActions: true })), [
      ["build_needed", "true"],
      ["sync_needed", "true"],
      ["pr_number", String(PR)],
      ["target_sha", A],
      ["action_needed", "create_environment"],
      ["action_reason", "start_requested"],
      ["github_actor", "maxime"],
      ["permission_level", "write"],
      ["auth_status", "authorized"],
      ["environment_sha", ""],
      ["trigger_labels", START],
    ]);
  });
  assert.equal(writes, 0);
});

for (
  const [who, status, level] of [
    ["tri", "denied_insufficient_perms", "triage"],
    ["stranger", "denied_404", "none"],
    ["renovate[bot]", "denied_insufficient_perms", "unknown"],
  ] as const
) {
  Deno.test(`checkOnly() denies a trigger of ${who} though a maintainer's event runs it`, async () => {
    const world = makeWorld();
    world.simulator.label({ pr: PR, add: [START], actor: who });
    const pairs = await check(world, { actor: "maxime", inActions: true });
    assert.deepEqual(
      [pairs["action_needed"], pairs["auth_status"], pairs["permission_level"], pairs["blocked_reason"]],
      ["blocked", status, level, "authorization_failed"],
    );
    assert.ok(
      world.spoken.said.join("\n").includes(`those of ${who}, who set the trigger; github_actor is maxime`),
    );
    assert.match(pairs["auth_error"] ?? "", new RegExp(who.replace(/[[\]]/g, "\\$&")));
  });
}

Deno.test("checkOnly() names the block, what runs and what ran before", async () => {
  const labels = [...runningLabels(A), "🎪 bbbbbbb 🚦 running", BLOCKED];
  const pairs = await check(makeWorld({ pull: { labels }, platform: [environment(A), environment(B)] }));
  assert.deepEqual(
    [pairs["blocked_reason"], pairs["target_show_status"], pairs["has_previous_shows"], pairs["auth_status"]],
    ["existing_blocked_label", "running", "true", "skipped_not_actions"],
  );
});

Deno.test("checkOnly() tells apart the target's environment and others", async () => {
  const other = { pull: { labels: runningLabels(B) }, platform: [environment(B)] };
  const cases: readonly (readonly [WorldOptions, string | undefined])[] = [
    [RUNNING, "false"],
    [other, "true"],
    [{}, undefined],
  ];
  for (const [options, expected] of cases) {
    assert.equal((await check(makeWorld(options)))["has_previous_shows"], expected);
  }
});

Deno.test("checkOnly() decides as the labels say where the platform does not answer", async () => {
  const world = makeWorld(RUNNING);
  world.platform.hooks.before("list", unreachable);
  const pairs = await check(world, { actor: "ana", inActions: true });
  assert.deepEqual([pairs["action_reason"], pairs["sync_needed"]], ["up_to_date", "false"]);
  assert.deepEqual(world.spoken.said, []);
  assert.match(world.spoken.warned.join(), /nobody answers/);
});

Deno.test("readHistory() tells what happened, newest first, no more than asked", async () => {
  const world = makeWorld();
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  world.clock.advance(60_000);
  await world.sync();
  const entries = await readHistory(world.context(), PR, { limit: 50 }, never());
  const events = entries.map((each) => each.event);
  assert.equal(events.at(-1), "start_requested");
  assert.equal(entries.at(-1)?.actor, "ana");
  assert.ok(events.indexOf("running") < events.indexOf("building"));
  assert.ok(
    entries.some((each) => each.event === "deployment_active" || each.event === "deployment_success"),
  );
  assert.deepEqual(await readHistory(world.context(), PR, { limit: 2 }, never()), entries.slice(0, 2));
});

Deno.test("openLogs() opens the active environment's log, or that of a short SHA", async () => {
  const labels = [...runningLabels(A), "🎪 bbbbbbb 🚦 running"];
  const world = makeWorld({ pull: { labels }, platform: [environment(B), environment(A)] });
  const read = async (sha: string | undefined) => {
    const { view, lines } = await openLogs(world.context(), PR, { sha, tail: 1, follow: false }, never());
    return [view.short_sha, await Array.fromAsync(lines)];
  };
  assert.deepEqual(await read(undefined), ["aaaaaaa", [`pr-${PR}-aaaaaaa-service serves`]]);
  assert.deepEqual(await read("BBBBBBB"), ["bbbbbbb", [`pr-${PR}-bbbbbbb-service serves`]]);
  assert.deepEqual(await read(B), ["bbbbbbb", [`pr-${PR}-bbbbbbb-service serves`]]);
});

for (
  const [what, options, sha] of [
    ["is no environment", {}, undefined],
    ["is none of that SHA", RUNNING, "ccccccc"],
    ["are only labels", { pull: RUNNING.pull ?? {} }, undefined],
  ] as const
) {
  Deno.test(`openLogs() fails with the next step where there ${what}`, async () => {
    const opening = openLogs(
      makeWorld(options).context(),
      PR,
      { sha, tail: undefined, follow: false },
      never(),
    );
    await assert.rejects(opening, (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.exitCode], ["no_environment", 1]);
      return error.hint !== undefined && error.message.includes(`#${PR}`);
    });
  });
}
