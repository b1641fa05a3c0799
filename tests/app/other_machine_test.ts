/** Two machines with an engine each: what one of them has is not lost because the other lacks it. */
import assert from "node:assert/strict";
import { applyCleanup } from "../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../src/environments/app/cleanup/cleanup.ts";
import { planOnce } from "../../src/environments/app/sync/sync_pull.ts";
import { DEFAULT_OPTIONS } from "../../src/environments/app/sync/make_policy.ts";
import { viewSight } from "../../src/environments/app/show/environment_view.ts";
import { runIn } from "../worlds/cli_world.ts";
import { B, makeWorld, never, PR, type World } from "../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const HERE = { id: "AAAA:1", name: "build-a" };
const THERE = { id: "BBBB:2", name: "build-b" };

/** A pull request with an environment that came up on the engine of `build-a`. */
async function begin(): Promise<World> {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.engine = () => Promise.resolve(HERE);
  await world.sync();
  return world;
}

/** The same world as a run on another machine sees it. */
function moveAway(world: World): void {
  world.platform.engine = () => Promise.resolve(THERE);
  for (const { service } of world.platform.environments) world.platform.lose(service);
}

Deno.test("a run on another machine leaves an environment alone, says where it is, and writes nothing", async () => {
  const world = await begin();
  moveAway(world);
  const labels = world.labels();

  const { writes } = await world.count(async () => {
    const { plan } = await world.sync();
    assert.deepEqual([plan.rule, plan.reason, plan.action], [10, "other_machine", "no_action"]);
    assert.deepEqual(plan.steps, []);
    assert.match(plan.because.join(), /aaaaaaa is on another machine: the Docker engine of build-a has it/);
  });

  assert.equal(writes, 0);
  assert.deepEqual([world.labels(), world.platform.environments], [labels, []]);
});

Deno.test("list of another machine says so for one more request, and costs nothing more where nothing is lost", async () => {
  const world = await begin();
  const listed = async () => {
    let out = "";
    const { requests } = await world.count(async () => {
      out = (await runIn(world, ["list"])).out;
    });
    return { out, requests };
  };
  const here = await listed();
  moveAway(world);
  const away = await listed();
  world.platform.engine = () => Promise.resolve(HERE);
  const lost = await listed();

  assert.match(here.out, /running/);
  assert.match(away.out, /other machine/);
  assert.match(lost.out, /not running/);
  assert.deepEqual([away.requests, lost.requests], [here.requests + 1, here.requests + 1]);
});

Deno.test("status and url of another machine show the address of the label, and do not call it lost", async () => {
  const world = await begin();
  moveAway(world);

  const status = await runIn(world, ["status", "1234"]);
  const url = await runIn(world, ["url", "1234"]);
  const { observed } = await planOnce(world.context(), PR, {
    ...DEFAULT_OPTIONS,
    request: undefined,
    planOnly: true,
  }, never());

  assert.match(status.out, /aaaaaaa other machine/);
  assert.match(status.out, /http:\/\/10\.0\.0\.1:8001/);
  assert.equal(url.out, "http://10.0.0.1:8001\n");
  assert.deepEqual(viewSight(world.context(), observed).map((view) => view.status), ["elsewhere"]);
});

Deno.test("the same machine that lost an environment brings it back, and so does one that no record knows", async () => {
  const same = await begin();
  for (const { service } of same.platform.environments) same.platform.lose(service);
  assert.equal((await same.sync()).plan.reason, "drifted");

  const unknown = makeWorld({ pull: { labels: [START] } });
  await unknown.sync();
  moveAway(unknown);
  assert.equal((await unknown.sync()).plan.reason, "drifted");
});

Deno.test("a start trigger brings the environment up on this machine, and a newer commit does too", async () => {
  for (const change of ["trigger", "push"] as const) {
    const world = await begin();
    moveAway(world);
    if (change === "trigger") world.simulator.label({ pr: PR, add: [START], remove: [], actor: "ana" });
    else world.simulator.push({ pr: PR, sha: B, pusher: "ana" });

    await world.sync();

    assert.equal(world.platform.environments.length, 1, change);
    assert.equal((await world.sync()).plan.reason, "up_to_date", change);
  }
});

Deno.test("the cleanup of another machine withdraws no address", async () => {
  const world = await begin();
  moveAway(world);
  const labels = world.labels();

  const plan = await planCleanup(world.context(), WHOLE_CLEANUP, never());
  const approved = plan.candidates.map(({ id }) => id);
  const done = await applyCleanup(world.context(), plan, { approved }, never());

  assert.deepEqual(world.labels(), labels);
  assert.deepEqual([done.removed, done.mended], [[], []]);
  assert.match(done.kept.map(({ why }) => why).join(), /It is on another machine: build-a/);
});
