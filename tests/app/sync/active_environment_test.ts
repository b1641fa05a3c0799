/** The environment that people are sent to, while the head waits or is left alone. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { shortSha } from "../../../src/lib/ids.ts";
import { A, B, environment, imageOf, makeWorld, PR, runningLabels, type World } from "../../worlds/world.ts";
import { cutAt } from "../../worlds/wires.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const FREEZE = "🎪 🧊 showtime-freeze";
const BLOCKED = "🎪 🔒 showtime-blocked";
const FLAG = "🎪 conf-enable-DARK";
const ADDRESS = "10.0.0.1:8080";
const IMAGE = imageOf(PR, shortSha(A));

/** A runs, B was pushed and waits: by the freeze label, or because a stranger pushed it. */
function waiting(options: { readonly by: "freeze" | "stranger"; readonly image?: boolean }): World {
  const { by, image = true } = options;
  const world = makeWorld({
    pull: {
      labels: [...runningLabels(A), ...(by === "freeze" ? [FREEZE] : [])],
      ...(by === "freeze" ? {} : { head: { sha: A, ref: "x", repo: "rando/superset" }, author: "rando" }),
    },
    platform: [environment(A)],
  });
  if (image) world.images.plant({ image: IMAGE, createdAt: 0 });
  world.simulator.push({ pr: PR, sha: B, pusher: by === "freeze" ? "maxime" : "rando" });
  return world;
}

/** Everything on GitHub that shows an address. */
function shown(world: World): string {
  return JSON.stringify([world.labels(), world.comment(), world.simulator.state()]);
}

function add(world: World, ...labels: readonly string[]): void {
  world.simulator.label({ pr: PR, add: labels, remove: [], actor: "maxime" });
}

for (const by of ["freeze", "stranger"] as const) {
  Deno.test(`syncPull() brings a flag to the environment that runs while the head waits (${by}), within its budget`, async () => {
    const world = waiting({ by });
    await world.sync();
    const before = world.comment();
    add(world, FLAG);

    const { requests } = await world.count(async () => {
      const { plan, exitCode } = await world.sync();
      assert.deepEqual([plan.reason, plan.build, exitCode], ["settings_changed", false, 0]);
    });

    assert.ok(requests <= 20, `${requests} requests`);
    const [running] = world.platform.environments;
    assert.deepEqual([running?.short, running?.settings.flags], [shortSha(A), { DARK: true }]);
    assert.deepEqual(world.images.built, []);
    assert.ok(world.labels().includes(`🎪 ${shortSha(A)} 🌐 ${running?.address}`));
    // The notice about the commit that waits is in the comment before and after.
    assert.match(before, by === "freeze" ? /frozen/ : /a start or sync trigger approves it/);
    assert.match(world.comment(), by === "freeze" ? /frozen/ : /a start or sync trigger approves it/);
    assert.deepEqual((await world.count(() => world.sync())).writes, 0);
  });

  Deno.test(`syncPull() restores the environment that the platform lost while the head waits (${by})`, async () => {
    const world = waiting({ by });
    world.platform.lose(environment(A).service);

    const { plan, exitCode } = await world.sync();

    assert.deepEqual([plan.reason, plan.build, exitCode], ["drifted", false, 0]);
    assert.deepEqual(world.images.built, []);
    const [running] = world.platform.environments;
    assert.equal(running?.short, shortSha(A));
    assert.ok(world.labels().includes(`🎪 ${shortSha(A)} 🌐 ${running?.address}`));
    assert.deepEqual((await world.count(() => world.sync())).writes, 0);
  });

  Deno.test(`syncPull() withdraws the address of an environment that is lost with its image while the head waits (${by})`, async () => {
    const world = waiting({ by });
    add(world, FLAG);
    await world.sync();
    const address = world.platform.environments[0]?.address ?? "";
    assert.ok(shown(world).includes(address));
    world.platform.lose(environment(A).service);
    await world.images.remove(
      IMAGE,
      { repo: world.context().repo, inUse: true },
      new AbortController().signal,
    );

    const { plan } = await world.sync();

    assert.deepEqual([plan.reason, plan.action, plan.build], ["image_gone", "no_action", false]);
    assert.ok(world.labels().includes(`🎪 ${shortSha(A)} 🚦 failed`), world.labels().join(", "));
    assert.ok(!world.labels().some((name) => name.includes("🌐")));
    // Events of the past name it; nothing else of the comment does.
    assert.ok(!world.comment().split("What happened")[0]?.includes(address), world.comment());
    assert.match(world.comment(), /A start trigger builds bbbbbbb/);
    const newest = world.simulator.state().deployments.at(-1)?.statuses.at(-1);
    assert.equal(newest?.state, "inactive");
    assert.deepEqual((await world.count(() => world.sync())).writes, 0);

    add(world, START);
    assert.deepEqual((await world.sync()).plan.reason, "start_requested");
    assert.deepEqual(world.platform.environments.map(({ short }) => short), [shortSha(B)]);
  });
}

Deno.test("syncPull() leaves an environment running if an update cannot begin, and says why", async () => {
  const world = waiting({ by: "freeze", image: false });
  add(world, FLAG);

  const { plan } = await world.sync();

  assert.deepEqual([plan.reason, plan.action], ["image_gone", "no_action"]);
  assert.deepEqual(world.labels().filter((name) => name.includes("🚦")), [`🎪 ${shortSha(A)} 🚦 running`]);
  assert.match(
    world.comment(),
    /its image is gone, so its settings cannot be changed \\\(DARK unset → on\\\)\. A start/,
  );
  assert.deepEqual((await world.count(() => world.sync())).writes, 0);

  world.simulator.label({ pr: PR, add: [], remove: [FLAG], actor: "maxime" });
  await world.sync();
  assert.doesNotMatch(world.comment(), /image is gone/);
});

Deno.test("syncPull() updates from the image if the store of images does not answer", async () => {
  for (
    const world of [
      waiting({ by: "freeze" }),
      makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] }),
    ]
  ) {
    add(world, FLAG);
    world.images.hooks.before("exists", () => {
      throw new AppError("registry_unreachable", "Asking the registry: no");
    });

    const { plan, exitCode } = await world.sync();

    assert.deepEqual([plan.reason, plan.build, exitCode], ["settings_changed", false, 0]);
  }
});

Deno.test("syncPull() does nothing to the active environment of a blocked pull request, and does it later", async () => {
  const world = waiting({ by: "freeze" });
  world.platform.lose(environment(A).service);
  add(world, BLOCKED);
  const { writes } = await world.count(async () => assert.equal((await world.sync()).exitCode, 3));
  assert.equal(writes, 0);

  world.simulator.label({ pr: PR, add: [], remove: [BLOCKED], actor: "maxime" });

  assert.equal((await world.sync()).plan.reason, "drifted");
});

Deno.test("syncPull() goes on with the active environment after a run died at any request", async () => {
  const count = async () => {
    const world = waiting({ by: "freeze" });
    add(world, FLAG);
    return (await world.count(() => world.sync())).requests;
  };
  for (let nth = 1; nth <= await count(); nth++) {
    for (const after of [false, true]) {
      const world = waiting({ by: "freeze" });
      add(world, FLAG);
      await world.sync(world.context({ run: { id: 101, attempt: 1 }, wire: cutAt(nth, after) })).catch(
        () => {},
      );
      world.simulator.run({ id: 101, status: "completed" });

      await world.sync();

      const [running] = world.platform.environments;
      assert.deepEqual(running?.settings.flags, { DARK: true }, `${after} ${nth}`);
      const names = world.labels().filter((name) => name.includes(shortSha(A)) && /🚦|🌐|🎯/u.test(name));
      assert.deepEqual(names, [
        `🎪 ${shortSha(A)} 🌐 ${running?.address}`,
        `🎪 ${shortSha(A)} 🚦 running`,
        `🎪 🎯 ${shortSha(A)}`,
      ], `${after} ${nth}`);
      assert.deepEqual(world.images.built, []);
    }
  }
});

Deno.test("syncPull() builds again what a flag change of the head needs and a person pruned", async () => {
  const world = makeWorld({ pull: { labels: [...runningLabels(A), FLAG] }, platform: [environment(A)] });

  const { plan, exitCode } = await world.sync();

  assert.deepEqual([plan.reason, plan.build, exitCode], ["settings_changed", true, 0]);
  assert.deepEqual(world.images.built, [IMAGE]);
  assert.deepEqual(world.platform.environments[0]?.settings.flags, { DARK: true });
});

for (const [how, call] of [["build", "build"], ["deployment", "deploy"]] as const) {
  Deno.test(`syncPull() never marks an environment failed that serves on after the ${how} of its update failed`, async () => {
    const world = makeWorld({ pull: { labels: [...runningLabels(A), FLAG] }, platform: [environment(A)] });
    const hooks = call === "build" ? world.images.hooks : world.platform.hooks;
    hooks.before(call, () => {
      throw new AppError(call === "build" ? "build_failed" : "unhealthy", "Bringing it up: no");
    });

    const first = await world.sync();

    assert.equal(first.exitCode, 1);
    assert.match(first.failure?.message ?? "", /is running; the last update failed: Bringing it up: no/);
    assert.ok(world.labels().includes(`🎪 ${shortSha(A)} 🚦 running`), world.labels().join(", "));
    assert.ok(world.labels().includes(`🎪 ${shortSha(A)} 🌐 ${ADDRESS}`));
    assert.match(world.comment(), /Running at \[10\.0\.0\.1:8080\]/);
    assert.match(world.comment(), /is running; the last update failed: /);
    assert.equal(world.simulator.state().deployments.at(-1)?.statuses.at(-1)?.state, "success");

    assert.equal((await world.sync()).exitCode, 1);
    const third = await world.sync();
    assert.deepEqual([third.plan.reason, third.exitCode], ["attempts_exhausted", 0]);

    hooks.before(call, undefined);
    add(world, START);
    assert.equal((await world.sync()).exitCode, 0);
    assert.doesNotMatch(world.comment(), /🔴/);
  });
}

Deno.test("syncPull() marks an update failed whose older instance is gone", async () => {
  const world = makeWorld({ pull: { labels: [...runningLabels(A), FLAG] }, platform: [environment(A)] });
  world.platform.hooks.before("deploy", () => {
    world.platform.lose(environment(A).service);
    throw new AppError("unhealthy", "Bringing it up: no");
  });

  const { failure } = await world.sync();

  assert.doesNotMatch(failure?.message ?? "", /is running/);
  assert.ok(world.labels().includes(`🎪 ${shortSha(A)} 🚦 failed`));
  assert.ok(!world.labels().some((name) => name.includes("🌐")), world.labels().join(", "));
});

Deno.test("syncPull() tries a head no more often because the environment that people are sent to fails as well", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
  world.images.plant({ image: IMAGE, createdAt: 0 });
  let builds = 0;
  world.images.hooks.before("build", () => {
    builds++;
    throw new AppError("build_failed", "Building: no");
  });
  world.simulator.push({ pr: PR, sha: B, pusher: "maxime" });
  await world.sync();
  world.platform.lose(environment(A).service);
  world.platform.hooks.before("deploy", () => {
    throw new AppError("unhealthy", "Waiting: no");
  });

  for (let run = 0; run < 3; run++) await world.sync();

  assert.equal(builds, 2);
  assert.ok(world.labels().includes(`🎪 ${shortSha(B)} 🚦 failed`), world.labels().join(", "));
});
