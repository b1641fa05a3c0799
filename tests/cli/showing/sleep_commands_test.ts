/** The commands about sleep, and what the commands that show say of an environment that sleeps. */
import assert from "node:assert/strict";
import { EXIT } from "../../../src/lib/errors.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { A, B, environment, makeWorld, runningLabels, type World } from "../../worlds/world.ts";

function running(): World {
  return makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
}

async function asleep(): Promise<World> {
  const world = running();
  assert.equal((await runIn(world, ["sleep", "1234"])).code, EXIT.done);
  return world;
}

Deno.test("sleep says what it does, and how to wake the environment", async () => {
  const world = running();

  const { code, out, err } = await runIn(world, ["sleep", "1234"]);

  assert.equal(code, EXIT.done);
  assert.match(out, /#1234 aaaaaaa: put the environment to sleep, because sleep was asked for/);
  assert.match(out, /💤 aaaaaaa asleep, people are sent here/);
  assert.doesNotMatch(out, /10\.0\.0\.1/);
  assert.match(err, /Next: "showtime wake 1234" wakes it/);
  assert.deepEqual(world.platform.changes, ["sleep pr-1234-aaaaaaa-service"]);
});

Deno.test("sleep --dry-run and wake --dry-run name the steps, and change nothing", async () => {
  for (
    const [command, step] of [["sleep", "put the environment for aaaaaaa to sleep"], [
      "wake",
      "wake the environment for aaaaaaa",
    ]]
  ) {
    const world = command === "sleep" ? running() : await asleep();
    const before = world.platform.changes.length;
    const { writes } = await world.count(async () => {
      const { code, out } = await runIn(world, [command ?? "", "1234", "--dry-run"]);
      assert.equal(code, EXIT.done);
      assert.ok(out.includes(step ?? ""), out);
    });
    assert.deepEqual([writes, world.platform.changes.length], [0, before]);
  }
});

Deno.test("wake brings the environment back as it was, and says where it is", async () => {
  const world = await asleep();

  const { code, out, err } = await runIn(world, ["wake", "1234"]);

  assert.equal(code, EXIT.done);
  assert.match(out, /wake the environment, because a wake was asked for/);
  assert.match(out, /http:\/\/10\.0\.0\.1:8001/);
  assert.match(err, /Next: open http:\/\/10\.0\.0\.1:8001/);
  assert.deepEqual(world.images.built, []);
});

Deno.test("sleep and wake as JSON give the decision, the steps and the environment", async () => {
  const world = running();
  const slept = JSON.parse((await runIn(world, ["sleep", "1234", "--json"])).out);
  assert.deepEqual([
    slept.action_needed,
    slept.action_reason,
    slept.environment.status,
    slept.environment.url,
  ], [
    "sleep_environment",
    "sleep_requested",
    "asleep",
    null,
  ]);
  const woken = JSON.parse((await runIn(world, ["wake", "1234", "--json"])).out);
  assert.deepEqual([woken.action_needed, woken.action_reason, woken.environment.status], [
    "wake_environment",
    "wake_requested",
    "running",
  ]);
});

Deno.test("sleep and wake with nothing to do say so, and exit 0", async () => {
  const none = await runIn(makeWorld(), ["sleep", "1234"]);
  assert.deepEqual([none.code, /nothing to do: no environment was asked for/.test(none.out)], [
    EXIT.done,
    true,
  ]);
  const awake = await runIn(running(), ["wake", "1234"]);
  assert.deepEqual([awake.code, /nothing to do: everything is up to date/.test(awake.out)], [
    EXIT.done,
    true,
  ]);
  const again = await runIn(await asleep(), ["sleep", "1234"]);
  assert.deepEqual([again.code, /nothing to do, because the environment is asleep/.test(again.out)], [
    EXIT.done,
    true,
  ]);
});

Deno.test("status, list and url say that the environment is asleep", async () => {
  const world = await asleep();

  const status = await runIn(world, ["status", "1234"]);
  const list = await runIn(world, ["list"]);
  const only = JSON.parse((await runIn(world, ["list", "--status", "asleep", "--json"])).out);
  const url = await runIn(world, ["url", "1234"]);

  assert.match(status.out, /💤 aaaaaaa asleep/);
  assert.match(status.out, /wakes by +"showtime wake 1234"/);
  assert.match(status.err, /"showtime wake 1234" wakes it as it was/);
  assert.match(list.out, /💤 asleep/);
  assert.equal(only.environments.length, 1);
  assert.deepEqual([url.code, url.out], [EXIT.failed, ""]);
  assert.match(url.err, /asleep.*showtime wake 1234/s);
});

Deno.test("explain gives the rule about sleep, and what would wake the environment", async () => {
  const world = await asleep();
  world.simulator.push({ pr: world.pr, sha: B, pusher: "ana" });

  const { out } = await runIn(world, ["explain", "1234", "--verbose"]);

  assert.match(out, /no_action, asleep, rule 18/);
  assert.match(out, /aaaaaaa is asleep, and bbbbbbb waits until it is awake/);
  assert.match(
    out,
    /with a start trigger[^\n]*wake_environment|wake the environment, because a wake was asked for/,
  );
});
