import assert from "node:assert/strict";
import { exploreBounded, play, stageOf, syncing, tally, withQuickTimers } from "../../worlds/schedule/mod.ts";
import { A, environment, makeWorld, PR, type World } from "../../worlds/world.ts";
import { asked, inActions, TWO_RUNS } from "./scenarios/exclusion.ts";
import { assertRests, LOCK, START, STOP } from "./scenarios/rests.ts";
import { ONE_HEAD } from "./scenarios/sharing.ts";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));

for (const fate of ["502", "late", "lost"] as const) {
  Deno.test(`M3: POST /labels ${fate === "502" ? "answered 502" : `without an answer (${fate})`} after it took effect: the retry recognises itself`, async () => {
    let taken = false;
    const played = await play(TWO_RUNS, (enabled, steps) => {
      const call = enabled.find(({ run }) => run === "a");
      const claims = call?.name.startsWith("POST /labels") === true && !taken;
      taken ||= claims;
      return claims
        ? { run: "a", fate }
        : call === undefined || steps.length === 0
        ? undefined
        : { run: "a" };
    });
    assert.ok(taken);
    assert.equal(played.outcomes.get("a")?.kind, "done");
  });
}

Deno.test("M7: two pull requests with one head: what stops with one stays with the other, in every order", async () => {
  const { played } = await exploreBounded(ONE_HEAD, { switches: 1 });
  await tally({ interleavings: played });
});

quick(
  "M7: two repositories in one cluster: a service of the other one's is refused, said so, and not touched",
  async () => {
    const theirs = environment(A, { repo: "other/repo", epoch: 1 });
    const world = makeWorld({ pull: { labels: [START, "bug"] }, platform: [theirs] });

    const first = await world.sync();
    const second = await world.sync();
    const third = await world.count(() => world.sync());

    assert.deepEqual([first.exitCode, second.exitCode, third.writes], [3, 3, 0]);
    assert.equal(first.failure?.code, "not_ours");
    assert.deepEqual(world.platform.environments, [theirs]);
    assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 failed"), world.labels().join(", "));
    assert.match(world.comment(), /`not_ours`/);
    world.simulator.pull({ pr: PR, state: "closed" });
    await world.sync();
    assert.deepEqual(world.platform.environments, [theirs]);
    assert.deepEqual(world.labels(), ["bug"]);
  },
);

quick(
  "C4: a crash between the platform's creation and the first label: adopted where it serves, removed where it was stopped",
  async () => {
    const crash = async () => {
      const world = asked();
      world.simulator.run({ id: 101, status: "in_progress" });
      // The service is there; the labels still say that it is to come.
      const stage = stageOf(world);
      stage.actors.set("a", syncing(stage, "a", inActions(101)));
      const { stage: played } = await play(
        { name: "adopting", make: () => Promise.resolve(stage), check: () => Promise.resolve() },
        (enabled) => {
          const [call] = enabled;
          return call?.name === "platform.deploy" ? { run: "a", fate: "killed" } : undefined;
        },
      );
      assert.equal(played.world.platform.environments.length, 1);
      assert.ok(played.world.labels().includes("🎪 aaaaaaa 🚦 deploying"));
      played.world.simulator.run({ id: 101, status: "completed" });
      return played.world;
    };
    const adopted = await crash();
    await adopted.sync();
    assertRests(adopted, "aaaaaaa");
    assert.equal(adopted.platform.changes.length, 1, adopted.platform.changes.join(", "));

    const stopped = await crash();
    stopped.simulator.label({ pr: PR, add: [STOP], remove: [], actor: "maxime" });
    await stopped.sync();
    assertRests(stopped, undefined);
  },
);

quick(
  "C5: a crash between the pointer and the retiring, and in a removal whose trigger is gone, is finished by the next",
  async () => {
    const dies = async (at: RegExp, change: (world: World) => void) => {
      const world = asked();
      await world.sync();
      change(world);
      const stage = stageOf(world);
      stage.actors.set("a", syncing(stage, "a", inActions(101)));
      let seen = 0;
      const { steps } = await play(
        { name: "dying", make: () => Promise.resolve(stage), check: () => Promise.resolve() },
        (enabled) =>
          at.test(enabled[0]?.name ?? "") && ++seen === 1 ? { run: "a", fate: "killed" } : undefined,
      );
      assert.ok(steps.some(({ move }) => move.fate === "killed"));
      world.simulator.run({ id: 101, status: "completed" });
      return world;
    };
    const pointed = await dies(/updateIssueComment createDeploymentStatus/, (world) => {
      world.simulator.push({ pr: PR, sha: "bbbbbbb".padEnd(40, "0"), pusher: "ana" });
    });
    assert.ok(pointed.labels().includes("🎪 🎯 bbbbbbb"), pointed.labels().join(", "));
    assert.equal(pointed.platform.environments.length, 2);
    await pointed.sync();
    assertRests(pointed, "bbbbbbb");

    const removed = await dies(/platform\.destroy/, (world) => {
      world.simulator.label({ pr: PR, add: [STOP], remove: [], actor: "maxime" });
    });
    removed.simulator.label({ pr: PR, add: [], remove: [STOP], actor: "ana" });
    await removed.sync();
    assert.deepEqual(removed.platform.environments, []);
    assert.deepEqual(removed.images.stored, []);
    assert.ok(!removed.definitions().includes(LOCK));
    assert.deepEqual(removed.labels(), ["bug"]);
    assert.equal((await removed.count(() => removed.sync())).writes, 0);
  },
);
