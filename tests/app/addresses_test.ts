/** Addresses that the platform no longer has, in label, comment, Deployment and list, after a cleanup and after a sync. */
import assert from "node:assert/strict";
import { applyCleanup, type CleanupResult } from "../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../src/environments/app/cleanup/cleanup.ts";
import { listEnvironments } from "../../src/environments/app/show/list_environments.ts";
import { AppError } from "../../src/lib/errors.ts";
import type { PlatformEnvironment } from "../../src/environments/core/environment/environment.ts";
import { formatLockOwner } from "../../src/environments/core/lock.ts";
import { A, B, environment, HOUR, makeWorld, MINUTE, never, NOON, PR, type World } from "../worlds/world.ts";
import { runIn } from "../worlds/cli_world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const NEW = "10.9.9.9:9999";
const UPDATING = { add: ["🎪 aaaaaaa 🚦 updating"], remove: ["🎪 aaaaaaa 🚦 running"] };

/** A world in which a sync has brought A up, and its address. */
async function running(): Promise<{ readonly world: World; readonly old: string }> {
  const world = makeWorld();
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  await world.sync();
  const [address] = world.platform.environments.map((each) => each.address);
  assert.ok(address !== undefined);
  for (const text of Object.values(await shownOf(world))) assert.ok(text.includes(address), text);
  return { world, old: address };
}

/** Everything that shows an address. */
async function shownOf(world: World): Promise<Readonly<Record<string, string>>> {
  const { environments } = await listEnvironments(world.context(), never());
  const statuses = world.simulator.state().deployments.map((each) => each.statuses.at(-1));
  return {
    labels: world.labels().join("\n"),
    comment: world.comment(),
    deployment: JSON.stringify(statuses),
    list: JSON.stringify(environments),
  };
}

/** Changes the only environment, as the platform does by itself. */
function change(world: World, to: Partial<PlatformEnvironment>): void {
  const [found] = world.platform.environments;
  assert.ok(found !== undefined);
  world.platform.lose(found.service);
  world.platform.plant({ ...found, ...to });
}

async function clean(world: World): Promise<CleanupResult> {
  const context = world.context();
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  return await applyCleanup(context, plan, { approved: [] }, never());
}

function assertNowhere(shown: Readonly<Record<string, string>>, address: string): void {
  for (const [where, text] of Object.entries(shown)) assert.ok(!text.includes(address), `${where}: ${text}`);
}

Deno.test("one cleanup replaces an address that the platform changed, everywhere", async () => {
  const { world, old } = await running();
  change(world, { address: NEW });

  const { mended, removed, incomplete } = await clean(world);

  assert.deepEqual([removed, incomplete], [[], []]);
  assert.deepEqual(mended, [`the address of aaaaaaa of #${PR}: it is ${NEW} now`]);
  const shown = await shownOf(world);
  assertNowhere(shown, old);
  for (const text of Object.values(shown)) assert.ok(text.includes(NEW), text);
  assert.ok(!world.definitions().some((name) => name.includes(old)), world.definitions().join());
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
  assert.equal(world.images.built.length, 1);
});

for (
  const [what, to] of [
    ["has no address any more", { address: undefined, healthy: false, condition: "exited (1)" }],
    ["is gone", undefined],
  ] as const
) {
  Deno.test(`one cleanup removes the address of an environment that ${what}, everywhere`, async () => {
    const { world, old } = await running();
    if (to === undefined) world.platform.lose(world.platform.environments[0]?.service ?? "");
    else change(world, to);

    const { mended } = await clean(world);

    assert.equal(mended.length, 1);
    assertNowhere(await shownOf(world), old);
    assert.match(world.comment(), /has no address/);
    assert.match(world.comment(), /showtime-trigger-sync/);
    assert.equal(world.simulator.state().deployments.at(-1)?.statuses.at(-1)?.state, "inactive");
    assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));

    // The next sync brings it back from its image.
    await world.sync();
    const [address = "none"] = world.platform.environments.map((each) => each.address);
    for (const text of Object.values(await shownOf(world))) assert.ok(text.includes(address), text);
    assert.equal(world.images.built.length, 1);
  });
}

Deno.test("a cleanup puts the address back when the environment has one again", async () => {
  const { world } = await running();
  change(world, { address: undefined, healthy: false, condition: "0 of 1 task running, 1 starting" });
  await clean(world);
  change(world, { address: NEW, healthy: true, condition: "running" });

  assert.equal((await clean(world)).mended.length, 1);

  for (const text of Object.values(await shownOf(world))) assert.ok(text.includes(NEW), text);
});

Deno.test("an environment that only does not answer keeps its address, and the comment says since when", async () => {
  const { world, old } = await running();
  const quiet = { healthy: false, condition: "running, health check: timed out" };
  change(world, quiet);
  world.clock.advance(MINUTE);

  const first = await clean(world);

  assert.deepEqual(first.mended, [
    `the address of aaaaaaa of #${PR}: the comment says that nothing answers there`,
  ]);
  assert.match(world.comment(), /does not answer since 2024-01-15 14:31 UTC/);
  for (const text of Object.values(await shownOf(world))) assert.ok(text.includes(old), text);

  // The time stays, and the next cleanup takes no lock.
  world.clock.advance(30 * MINUTE);
  const { writes } = await world.count(() => clean(world));
  assert.equal(writes, 0);
  assert.match(world.comment(), /does not answer since 2024-01-15 14:31 UTC/);

  change(world, { healthy: true, condition: "running" });
  assert.equal((await clean(world)).mended.length, 1);
  assert.ok(!world.comment().includes("does not answer"));
  assert.equal((await clean(world)).mended.length, 0);
});

Deno.test("a cleanup leaves right addresses alone, without a lock and with as many requests as there are pages", async () => {
  const { world } = await running();
  const { requests, writes } = await world.count(() => clean(world));
  assert.deepEqual([writes, requests], [0, 2]);
});

Deno.test("a cleanup that cannot look addresses up mends none, and says so", async () => {
  const { world, old } = await running();
  change(world, { address: NEW });
  world.platform.hooks.before("reach", () => {
    throw new AppError("permission", "Looking for public addresses: not allowed");
  });

  const { mended, incomplete } = await clean(world);

  assert.deepEqual(mended, []);
  assert.match(incomplete.join(), /Addresses could not be looked up, so none of them is mended.*not allowed/);
  assert.ok(world.labels().some((name) => name.includes(old)));
});

Deno.test("a cleanup leaves the address of an environment that another run is changing", async () => {
  const { world } = await running();
  change(world, { address: NEW });
  const context = world.context();
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  assert.equal(plan.addresses.length, 1);
  world.simulator.label({ pr: PR, ...UPDATING, actor: "ana" });
  const owner = {
    nonce: "abcdefgh",
    run: undefined,
    expiresAt: NOON + HOUR,
    login: undefined,
    doing: undefined,
  };
  const description = formatLockOwner(owner);
  await context.forge.createLock({ name: `🎪 lock pr-${PR}`, color: "6a737d", description }, never());

  assert.deepEqual((await planCleanup(context, WHOLE_CLEANUP, never())).addresses, []);
  const { mended, kept } = await applyCleanup(context, plan, { approved: [] }, never());
  assert.deepEqual([mended, kept.map(({ what }) => what)], [[], [`the address of aaaaaaa of #${PR}`]]);
});

Deno.test("a cleanup mends the address of an environment whose run died while it changed it", async () => {
  const { world, old } = await running();
  change(world, { address: NEW });
  world.simulator.label({ pr: PR, ...UPDATING, actor: "ana" });

  assert.equal((await clean(world)).mended.length, 1);

  assert.ok(!world.labels().some((name) => name.includes(old)), world.labels().join());
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 updating"));
});

Deno.test("a cleanup removes an address that stands on a pull request without anything else", async () => {
  const label = "🎪 bbbbbbb 🌐 10.7.7.7:8080";
  const { world } = await running();
  world.simulator.label({ pr: PR, add: [label], actor: "ana" });
  assert.equal((await clean(world)).mended.length, 1);
  assert.ok(!world.labels().includes(label), world.labels().join());
  assert.match(world.comment(), /Running at/);
});

Deno.test("a second address on one environment goes, and the platform's stays", async () => {
  const { world, old } = await running();
  const label = "🎪 aaaaaaa 🌐 10.7.7.7:8080";
  world.simulator.label({ pr: PR, add: [label], actor: "rando" });
  assert.equal((await clean(world)).mended.length, 1);
  assert.deepEqual(world.labels().filter((name) => name.includes("🌐")), [`🎪 aaaaaaa 🌐 ${old}`]);
  for (const text of Object.values(await shownOf(world))) assert.ok(text.includes(old), text);
});

Deno.test("a sync that sees a new address corrects label, comment and Deployment", async () => {
  const { world, old } = await running();
  change(world, { address: NEW });

  await world.sync();

  const shown = await shownOf(world);
  assertNowhere(shown, old);
  for (const text of Object.values(shown)) assert.ok(text.includes(NEW), text);
});

Deno.test("cleanup --dry-run says which addresses it would mend, and changes nothing", async () => {
  const { world, old } = await running();
  change(world, { address: NEW });

  const text = await runIn(world, ["cleanup", "--dry-run"]);
  const json = JSON.parse((await runIn(world, ["cleanup", "--dry-run", "--json"])).out);

  assert.match(
    text.out,
    /Would mend:\n.*the address of aaaaaaa of #1234: The platform has another address by now/,
  );
  assert.deepEqual(json.addresses, [{
    pr: 1234,
    short_sha: "aaaaaaa",
    change: "replaced",
    what: "the address of aaaaaaa of #1234",
    why: "The platform has another address by now",
    address: NEW,
  }]);
  assert.deepEqual([json.dry_run, json.mended], [true, []]);
  assert.ok(world.labels().some((name) => name.includes(old)));
});

Deno.test("cleanup reports mended addresses in text, JSON and the job's summary", async () => {
  const { world } = await running();
  change(world, { address: NEW });
  const files = new Map<string, string>();
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "/summary" };

  const { out, code } = await runIn(world, ["cleanup"], { env, files });

  assert.equal(code, 0);
  assert.match(out, /mended the address of aaaaaaa of #1234: it is 10\.9\.9\.9:9999 now/);
  const summary = files.get("/summary") ?? "";
  assert.match(summary, /### 🎪 Cleanup\n\n\*\*Mended\*\*\n\n- the address of aaaaaaa/);
  const quiet = await runIn(world, ["cleanup", "--json"]);
  assert.deepEqual(JSON.parse(quiet.out).mended, []);
});

Deno.test("an address on a closed pull request's labels is left to the removal of everything", async () => {
  const { world, old } = await running();
  change(world, { address: NEW });
  world.simulator.pull({ pr: PR, state: "closed" });
  const { removed, mended } = await clean(world);
  assert.deepEqual([removed, mended], [[`everything of #${PR}`], []]);
  assertNowhere(await shownOf(world), old);
});

Deno.test("an unmanaged environment of the same commit is not looked at", async () => {
  const { world } = await running();
  change(world, { address: NEW, managed: false });
  assert.deepEqual((await planCleanup(world.context(), WHOLE_CLEANUP, never())).addresses, []);
  assert.equal(environment(A).managed, true);
});

Deno.test("a sync takes back that an environment does not answer, once it answers", async () => {
  const { world } = await running();
  change(world, { healthy: false, condition: "running, health check: timed out" });
  await clean(world);
  assert.match(world.comment(), /does not answer since/);
  change(world, { healthy: true, condition: "running" });

  await world.sync();

  assert.ok(!world.comment().includes("does not answer"));
  const { writes } = await world.count(() => world.sync());
  assert.equal(writes, 0);
});

for (const hold of ["🎪 🧊 showtime-freeze", "🎪 🔒 showtime-blocked"]) {
  Deno.test(`a cleanup mends the address of an older commit under ${hold}`, async () => {
    const { world, old } = await running();
    world.simulator.label({ pr: PR, add: [hold], actor: "ana" });
    world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
    change(world, { address: NEW });

    assert.equal((await clean(world)).mended.length, 1);

    const shown = await shownOf(world);
    assertNowhere(shown, old);
    for (const text of Object.values(shown)) assert.ok(text.includes(NEW), text);
    assert.ok(world.labels().includes(hold));
    assert.equal(world.images.built.length, 1);
  });
}

Deno.test("a frozen sync mends the address of the older commit that serves", async () => {
  const { world, old } = await running();
  world.simulator.label({ pr: PR, add: ["🎪 🧊 showtime-freeze"], actor: "ana" });
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  change(world, { address: NEW });

  await world.sync();

  const shown = await shownOf(world);
  assertNowhere(shown, old);
  for (const text of Object.values(shown)) assert.ok(text.includes(NEW), text);
});

Deno.test("a cleanup keeps the report of a failed commit when it mends the address beside it", async () => {
  const { world } = await running();
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  world.platform.hooks.before("deploy", () => {
    throw new AppError("unhealthy", "Waiting: no answer", { hint: "Look at the log" });
  });
  await world.sync();
  world.platform.hooks.before("deploy", undefined);
  assert.match(world.comment(), /no answer/);
  change(world, { address: NEW });

  assert.equal((await clean(world)).mended.length, 1);

  assert.match(world.comment(), /no answer/);
  assert.match(world.comment(), /10\.9\.9\.9/);
});
