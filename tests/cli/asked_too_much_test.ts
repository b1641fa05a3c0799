/** Requests that would not last, or that the configuration caps, are answered where they are made. */

import assert from "node:assert/strict";
import { EXIT } from "../../src/lib/errors.ts";
import { shortSha } from "../../src/lib/ids.ts";
import { runIn } from "../worlds/cli_world.ts";
import { A, B, environment, imageOf, makeWorld, PR, runningLabels, type World } from "../worlds/world.ts";

const FREEZE = "🎪 🧊 showtime-freeze";

function running(labels: readonly string[] = [], change: { readonly created?: string } = {}): World {
  const world = makeWorld({
    pull: { labels: [...runningLabels(A, change), ...labels] },
    platform: [environment(A)],
  });
  world.images.plant({ image: imageOf(PR, shortSha(A)), createdAt: 0 });
  return world;
}

for (
  const [argv, where] of [
    [["extend", "1234", "90d"], "<ttl>"],
    [["extend", "1234", "15d"], "<ttl>"],
    [["start", "1234", "--ttl", "90d"], "--ttl"],
    [["start", "1234", "--ttl", "3w", "--dry-run"], "--ttl"],
    [["start", "1234", "--ttl", "400h", "--json"], "--ttl"],
  ] as const
) {
  Deno.test(`${argv.join(" ")} is above max_age: exit 2, nothing is written`, async () => {
    const world = running();
    let result = { code: -1, out: "", err: "" };

    const { writes } = await world.count(async () => {
      result = await runIn(world, [...argv]);
    });

    assert.deepEqual([result.code, writes], [EXIT.usage, 0]);
    const text = `${result.out}${result.err}`;
    assert.match(text, new RegExp(`Reading ${where}: \\w+ is above max_age, which is 14d`));
    assert.match(text, /Ask for 14d at most, or for close/);
  });
}

Deno.test("extend beyond max_age counts from the creation, and names the most", async () => {
  const world = running([], { created: "2024-01-05T14-30" });

  const { code, err } = await runIn(world, ["extend", "1234", "7d"]);

  assert.equal(code, EXIT.usage);
  assert.match(err, /7d from now is above max_age, by which it ends at 2024-01-19 14:30 UTC/);
  assert.match(err, /"showtime extend 1234 96h" is the most/);
  assert.equal((await runIn(world, ["extend", "1234", "96h"])).code, EXIT.done);
  assert.equal((await runIn(world, ["extend", "1234", "close"])).code, EXIT.done);
});

Deno.test("extend shows people the end, and not the hours since the creation", async () => {
  const world = running();

  const { out } = await runIn(world, ["extend", "1234", "7d"]);

  assert.match(out, /lives until 2024-01-22 14:30 UTC/);
  const shown = [
    out,
    (await runIn(world, ["status", "1234"])).out,
    (await runIn(world, ["list", "--wide"])).out,
  ];
  for (const text of [...shown, world.comment()]) assert.doesNotMatch(text, /169h/);
  assert.match(shown[1] ?? "", /ttl +7d 1h/);
});

Deno.test("start of an older commit says that the freeze label holds it, until that label is there", async () => {
  const world = running();
  world.simulator.push({ pr: PR, sha: B, pusher: "maxime" });
  await world.sync();
  const hint =
    /the next sync brings it to the head bbbbbbb; the label "🎪 🧊 showtime-freeze" holds it at aaaaaaa/;
  for (const flags of [[], ["--force"]]) {
    const { code, err } = await runIn(world, ["start", "1234", "--sha", A, ...flags]);

    assert.equal(code, EXIT.done, err);
    assert.match(err, hint);
  }
  assert.doesNotMatch((await runIn(world, ["start", "1234"])).err, /freeze/);

  await runIn(world, ["start", "1234", "--sha", A]);
  world.simulator.label({ pr: PR, add: [FREEZE], remove: [], actor: "maxime" });
  assert.doesNotMatch((await runIn(world, ["start", "1234", "--sha", A])).err, /showtime-freeze/);
  assert.equal((await world.sync()).plan.reason, "frozen");
});

Deno.test("start on a closed pull request leaves what runs, and writes nothing", async () => {
  const world = makeWorld({
    pull: { labels: runningLabels(A), state: "closed" },
    platform: [environment(A)],
  });

  for (const argv of [["start", "1234"], ["start", "1234", "--sha", A], ["start", "1234", "--dry-run"]]) {
    const { writes } = await world.count(async () =>
      assert.equal((await runIn(world, argv)).code, EXIT.refused)
    );
    assert.equal(writes, 0);
  }
  assert.equal(world.platform.environments.length, 1);
});

Deno.test("start on a blocked pull request is refused, and writes nothing", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 🔒 showtime-blocked"] } });

  const { writes } = await world.count(async () =>
    assert.equal((await runIn(world, ["start", "1234"])).code, EXIT.refused)
  );

  assert.equal(writes, 0);
});

Deno.test("start --size is kept for later commits, and forgotten by a stop and by a close", async () => {
  const sizes = (world: World) => world.platform.environments.map(({ settings }) => settings.size);
  for (const end of ["stop", "close"] as const) {
    const world = makeWorld({});
    await runIn(world, ["start", "1234", "--size", "large"]);
    world.simulator.push({ pr: PR, sha: B, pusher: "maxime" });
    await world.sync();
    assert.deepEqual(sizes(world), ["large"]);

    if (end === "stop") await runIn(world, ["stop", "1234", "--force"]);
    else {
      world.simulator.pull({ pr: PR, state: "closed" });
      await world.sync();
      world.simulator.pull({ pr: PR, state: "open" });
    }
    assert.deepEqual(sizes(world), []);
    await runIn(world, ["start", "1234"]);

    assert.deepEqual(sizes(world), ["standard"]);
  }
});
