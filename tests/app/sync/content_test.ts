/** Content that is pushed into environments: when, once for each container, and what becomes of a failure. */

import assert from "node:assert/strict";
import type { ContentTarget, PushedContent } from "../../../src/environments/ports/content.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { A, B, environment, makeWorld, PR, runningLabels, type World } from "../../worlds/world.ts";
import { AppError } from "../../../src/lib/errors.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const BLOCKED = "🎪 🔒 showtime-blocked";
const GOOD: PushedContent = { failed: false, sentence: "2 charts pushed" };
const BAD: PushedContent = { failed: true, sentence: 'the chart "Calls" failed' };
const plain = (world: World) => world.comment().replace(/\\|\u200b/g, "");
const lastStatus = (world: World) => world.labels().filter((name) => name.includes("🚦"));

interface Pushes {
  readonly pushed: ContentTarget[];
  /** Makes a run with the content. */
  run(change?: { readonly key?: string; readonly required?: boolean; readonly nonce?: string }): ReturnType<
    World["context"]
  >;
}

/** Content whose pushes do as `act` says. */
function pushesOf(
  world: World,
  act: (target: ContentTarget) => PushedContent | Promise<PushedContent>,
): Pushes {
  const pushed: ContentTarget[] = [];
  return {
    pushed,
    run: ({ key = "k1", required = false, ...identity } = {}) =>
      world.context({
        ...identity,
        settings: { content: { key, required } },
        content: {
          async push(target, signal) {
            signal.throwIfAborted();
            pushed.push(target);
            return await act(target);
          },
        },
      }),
  };
}

Deno.test("syncPull() pushes the commit's content once the environment is healthy and before people are sent there", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  let labels: readonly string[] = [];
  const { run, pushed } = pushesOf(world, () => {
    labels = world.labels();
    return GOOD;
  });

  const { exitCode, applied } = await world.sync(run());

  assert.equal(exitCode, 0);
  assert.deepEqual(pushed, [{ sha: A, address: "10.0.0.1:8001", login: "admin/admin" }]);
  assert.ok(labels.includes("🎪 aaaaaaa 🚦 deploying"), "it was pushed before the running label");
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
  assert.ok(applied.includes("push the assets of aaaaaaa into its environment"));
  assert.match(plain(world), /📊 Assets: 2 charts pushed\./);
});

Deno.test("syncPull() pushes nothing into an environment whose record has the push, with nothing to do", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const { run, pushed } = pushesOf(world, () => GOOD);
  await world.sync(run());

  const { requests, writes } = await world.count(() => world.sync(run()));

  assert.equal(pushed.length, 1);
  assert.deepEqual([requests <= 3, writes], [true, 0]);
});

Deno.test("syncPull() pushes again into the new container of a changed flag, of a rebuild and of a restore", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const { run, pushed } = pushesOf(world, () => GOOD);
  await world.sync(run());
  const change = (add: readonly string[]) =>
    world.simulator.label({ pr: PR, add: [...add], remove: [], actor: "maxime" });

  change(["🎪 conf-enable-ALERT_REPORTS"]);
  await world.sync(run());
  assert.equal(pushed.length, 2, "the changed flag");
  change([START]);
  await world.sync(run());
  assert.equal(pushed.length, 3, "the rebuild");
  world.platform.lose(world.platform.environments[0]?.service ?? "");
  await world.sync(run());

  assert.deepEqual(pushed.map(({ sha }) => sha), [A, A, A, A]);
  assert.equal(new Set(pushed.map(({ address }) => address)).size, 4);
});

Deno.test("syncPull() pushes into an environment that runs already when the settings of the assets are new or change", async () => {
  const world = makeWorld({ pull: { labels: [...runningLabels(A)] }, platform: [environment(A)] });
  const { run, pushed } = pushesOf(world, () => GOOD);

  const { plan } = await world.sync(run());
  assert.equal(plan.reason, "housekeeping");
  await world.sync(run());
  assert.equal(pushed.length, 1);
  await world.sync(run({ key: "k2" }));

  assert.deepEqual(pushed.map(({ address }) => address), ["10.0.0.1:8080", "10.0.0.1:8080"]);
  assert.deepEqual(world.platform.changes, []);
  assert.match(plain(world), /📊 Assets/);
});

Deno.test("syncPull() pushes the deployed commit's content under a frozen head, not the head's", async () => {
  const world = makeWorld({
    pull: {
      labels: [...runningLabels(A), "🎪 🧊 showtime-freeze"],
      head: { sha: B, ref: "b", repo: "apache/superset" },
    },
    platform: [environment(A)],
  });
  const { run, pushed } = pushesOf(world, () => GOOD);

  await world.sync(run());

  assert.deepEqual(pushed.map(({ sha }) => sha), [A]);
  assert.deepEqual(world.platform.changes, []);
});

Deno.test("syncPull() whose content fails leaves the environment running, says so in the comment, and does not try again", async () => {
  const failures = [() => BAD, () => {
    throw new AppError("superset_unreachable", "Asking the environment: connection refused");
  }, () => {
    throw new TypeError("Cannot read properties of null");
  }];
  for (const act of failures) {
    const world = makeWorld({ pull: { labels: [START] } });
    const { run, pushed } = pushesOf(world, act);

    const { exitCode } = await world.sync(run());
    await world.sync(run());

    assert.deepEqual([exitCode, pushed.length], [0, 1]);
    assert.deepEqual(lastStatus(world), ["🎪 aaaaaaa 🚦 running"]);
    assert.match(plain(world), /The assets are not complete:\*\* (the chart|Asking the env|Cannot read)/);
    assert.match(world.spoken.warned.join("\n"), /Assets of aaaaaaa: /);
  }
});

Deno.test("syncPull() whose required content fails marks the commit failed, removes what came up, and leaves the older one serving", async () => {
  const world = makeWorld({
    pull: { labels: [...runningLabels(A), START], head: { sha: B, ref: "b", repo: "apache/superset" } },
    platform: [environment(A)],
  });
  const { run } = pushesOf(world, ({ sha }) => sha === B ? BAD : GOOD);

  const { exitCode, failure } = await world.sync(run({ required: true }));

  assert.deepEqual([exitCode, failure?.code], [1, "assets_failed"]);
  assert.deepEqual(world.platform.changes, [
    "deploy pr-1234-bbbbbbb-service",
    "destroy pr-1234-bbbbbbb-service",
  ]);
  assert.deepEqual(lastStatus(world), ["🎪 aaaaaaa 🚦 running", "🎪 bbbbbbb 🚦 failed"]);
  assert.ok(world.labels().includes("🎪 🎯 aaaaaaa"));
  assert.match(plain(world), /assets could not be pushed.*the chart "Calls" failed/s);
});

Deno.test("syncPull() whose required content fails in an update leaves it running, with the failed update on record", async () => {
  const world = makeWorld({
    pull: { labels: [...runningLabels(A), "🎪 conf-enable-ALERT_REPORTS"] },
    platform: [environment(A)],
  });
  world.images.plant({ image: environment(A).image ?? "", createdAt: 0, builtFor: "apache/superset" });
  const { run } = pushesOf(world, () => BAD);

  const { failure } = await world.sync(run({ required: true }));

  assert.equal(failure?.code, "assets_failed");
  assert.deepEqual(lastStatus(world), ["🎪 aaaaaaa 🚦 running"]);
  assert.equal(world.platform.environments.length, 1);
  assert.match(plain(world), /The last update failed/);
});

Deno.test("syncPull() that dies while it pushes is resumed: the next run pushes again and sends people there", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const { run, pushed } = pushesOf(world, () => GOOD);
  let dead = false;
  const context = run({ nonce: "dying0001" });
  const dying = {
    ...context,
    content: () => {
      dead = true;
      return context.content?.() ?? Promise.reject(new Error("no content"));
    },
    forge: new Proxy(context.forge, {
      get: (forge, name) =>
        dead && !["now", "requestCount"].includes(String(name))
          ? () => Promise.reject(new Error("killed"))
          : Reflect.get(forge, name),
    }),
  };
  await world.sync(dying).catch(() => undefined);
  assert.deepEqual(lastStatus(world), ["🎪 aaaaaaa 🚦 deploying"]);
  assert.equal(pushed.length, 1);

  world.clock.advance(11 * 60_000);
  const { plan } = await world.sync(run());

  assert.equal(plan.reason, "resumed");
  assert.deepEqual(pushed.map(({ address }) => address), ["10.0.0.1:8001", "10.0.0.1:8001"]);
  assert.deepEqual(world.platform.changes, ["deploy pr-1234-aaaaaaa-service"]);
  assert.deepEqual(lastStatus(world), ["🎪 aaaaaaa 🚦 running"]);
});

Deno.test("syncPull() whose required content fails after a resume removes what the dead run had brought up", async () => {
  const labels = runningLabels(A).filter((name) => !/🌐|🎯/.test(name));
  const world = makeWorld({
    pull: { labels: [...labels.filter((name) => !name.includes("🚦")), "🎪 aaaaaaa 🚦 deploying", START] },
    platform: [environment(A)],
  });
  const { run } = pushesOf(world, () => BAD);

  const { failure, plan } = await world.sync(run({ required: true }));

  assert.deepEqual([plan.reason, failure?.code], ["resumed", "assets_failed"]);
  assert.deepEqual(world.platform.environments, []);
  assert.deepEqual(lastStatus(world), ["🎪 aaaaaaa 🚦 failed"]);
});

Deno.test("syncPull() that is blocked before the push pushes nothing, and the next run resumes", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const { run, pushed } = pushesOf(world, () => GOOD);
  world.platform.hooks.before("deploy", () => {
    world.platform.hooks.before("deploy", undefined);
    world.simulator.label({ pr: PR, add: [BLOCKED], remove: [], actor: "ana" });
  });

  const blocked = await world.sync(run());

  assert.deepEqual([blocked.exitCode, pushed.length], [3, 0]);
  assert.deepEqual(lastStatus(world), ["🎪 aaaaaaa 🚦 deploying"]);
  world.simulator.label({ pr: PR, add: [], remove: [BLOCKED], actor: "ana" });
  await world.sync(run());
  assert.equal(pushed.length, 1);
  assert.deepEqual(lastStatus(world), ["🎪 aaaaaaa 🚦 running"]);
});

Deno.test("syncPull() heeds a close, a stop and a blocked label that arrive while it pushes", async () => {
  const ends: readonly [name: string, act: (world: World) => unknown][] = [
    ["closed", (world) => world.simulator.pull({ pr: PR, state: "closed", actor: "ana" })],
    [
      "stopped",
      (world) =>
        world.simulator.label({ pr: PR, add: ["🎪 🛑 showtime-trigger-stop"], remove: [], actor: "ana" }),
    ],
  ];
  for (const [name, end] of ends) {
    const world = makeWorld({ pull: { labels: [START] } });
    const { run } = pushesOf(world, () => {
      end(world);
      return GOOD;
    });

    await world.sync(run());

    assert.deepEqual(world.platform.environments, [], name);
    assert.deepEqual(lastStatus(world), [], name);
  }
  const world = makeWorld({
    pull: { labels: [...runningLabels(A), START], head: { sha: B, ref: "b", repo: "apache/superset" } },
    platform: [environment(A)],
  });
  const { run } = pushesOf(world, () => {
    world.simulator.label({ pr: PR, add: [BLOCKED], remove: [], actor: "ana" });
    return GOOD;
  });

  const { exitCode } = await world.sync(run());

  assert.equal(exitCode, 3);
  assert.deepEqual(world.platform.changes, ["deploy pr-1234-bbbbbbb-service"], "nothing is retired");
});

Deno.test("start --dry-run names the push of assets, and changes nothing", async () => {
  const world = makeWorld();

  const { both } = await runIn(world, ["start", "1234", "--dry-run"], {
    run: { settings: { content: { key: "k", required: false } } },
  });

  assert.match(both, /push the assets of aaaaaaa into its environment/);
  assert.deepEqual(world.platform.changes, []);
});
