import assert from "node:assert/strict";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { makeWorld, PR, type World } from "../../worlds/world.ts";
import { asked, plantDeadLock } from "./scenarios/exclusion.ts";
import { LOCK, START } from "./scenarios/rests.ts";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));

/** What one command line says. */
async function said(world: World, ...argv: readonly string[]): Promise<string> {
  const { out, err } = await runIn(world, argv);
  return out + err;
}

async function running(): Promise<World> {
  const world = asked();
  await world.sync();
  return world;
}

quick("run() says who holds the lock, since when it helps to wait, and that nothing is lost", async () => {
  const world = asked();
  const forge = world.context().forge;
  const description = `v1 n=deadbeef00 r=101/1 x=${Math.floor(world.clock.now() / 1000) + 500} u=ana`;
  await forge.createLock({ name: LOCK, color: "6A737D", description }, new AbortController().signal);

  const lost = await said(world, "sync", String(PR));
  const explained = await said(world, "explain", String(PR));

  assert.match(lost, /held by run 101, attempt 1 of ana \(https:.*\/runs\/101\), until 2024-01-15 14:38 UTC/);
  assert.match(lost, /nothing is lost/);
  assert.match(explained, /lock +held by ana \(run 101, attempt 1\).*alive/);
  assert.match(explained, /Next: wait for the run that holds the lock/);
});

quick(
  "run() says of work that a run left that it is gone and continued, in its plan, the comment and the history",
  async () => {
    const world = asked();
    await plantDeadLock(world);
    world.simulator.label({
      pr: PR,
      add: ["🎪 showtime", "🎪 aaaaaaa 🚦 building"],
      remove: [START],
      actor: "maxime",
    });

    const explained = await said(world, "explain", String(PR));
    const resumed = await said(world, "sync", String(PR));

    for (const text of [explained, resumed]) {
      assert.match(text, /aaaaaaa is building, and the run that worked on it died: its work is continued/);
    }
    assert.match(resumed, /Taking over the lock of #1234: the run that held it is gone/);
    assert.match(world.comment(), /Took over from a run that ended early/);
    assert.match(
      await said(world, "history", String(PR)),
      /Took over from a run that ended early: aaaaaaa for maxime/,
    );
  },
);

quick(
  "run() says what the platform lost and which labels it put right, in its plan, the comment and the history",
  async () => {
    const gone = await running();
    gone.platform.lose(gone.platform.environments[0]?.service ?? assert.fail("nothing runs"));
    assert.match(
      await said(gone, "sync", String(PR)),
      /labels say that aaaaaaa is running, but the platform does not have it/,
    );
    assert.match(
      await said(gone, "history", String(PR)),
      /Bringing back what the platform had lost: aaaaaaa/,
    );

    const edited = await running();
    edited.simulator.label({ pr: PR, add: [], remove: ["🎪 aaaaaaa 🚦 running"], actor: "ana" });
    assert.match(await said(edited, "sync", String(PR)), /repair labels: put on "🎪 aaaaaaa 🚦 running"/);
    assert.match(edited.comment(), /Put labels right: 🎪 aaaaaaa 🚦 running/u);
    assert.match(await said(edited, "history", String(PR)), /Put labels right: 🎪 aaaaaaa 🚦 running/u);
  },
);

quick(
  "run() says whom it refuses, what they lack and what to do, and the history tells it afterwards",
  async () => {
    const world = makeWorld();
    world.simulator.label({ pr: PR, add: [START], remove: [], actor: "tri" });

    const refused = await said(world, "sync", String(PR));

    const why = /tri has the role "triage" in apache\/superset; write, maintain or admin is needed/;
    assert.match(refused, why);
    assert.match(world.comment(), why);
    assert.match(world.comment(), /No environment is running\.\n/);
    assert.match(world.comment(), /To start one, add the label/);
    assert.match(await said(world, "history", String(PR)), why);
  },
);
