import assert from "node:assert/strict";
import { AppError } from "../../../src/core/errors.ts";
import { fullSha } from "../../../src/core/ids.ts";
import { withQuickTimers } from "../../support/schedule/mod.ts";
import { runIn } from "../../support/cli_world.ts";
import { A, environment, makeWorld, PR, runningLabels, type World } from "../../support/world.ts";
import { START } from "./rests.ts";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));
const FORK = { head: { sha: A, ref: "charts", repo: "rando/superset" }, author: "rando", pusher: "rando" };
/** Begins like {@link A}. */
const TWIN = fullSha("aaaaaaa".padEnd(40, "b"));
const label = (world: World, add: readonly string[], { actor }: { readonly actor: string }) =>
  world.simulator.label({ pr: PR, add: [...add], remove: [], actor });

for (const [what, lose] of [["runs", false], ["is lost", true]] as const) {
  quick(
    `X1: a stranger's commit with the first digits of the approved one, which ${what}, is not built`,
    async () => {
      const world = makeWorld({ pull: FORK });
      label(world, [START], { actor: "ana" });
      await world.sync();
      const before = world.images.built.length;
      if (lose) { for (const { service } of [...world.platform.environments]) world.platform.lose(service); }
      world.simulator.push({ pr: PR, sha: TWIN, pusher: "rando" });
      const { plan } = await world.sync();
      assert.deepEqual([plan.reason, plan.build], ["untrusted_commit", false]);
      assert.equal(world.images.built.length, before);
      assert.ok(world.platform.environments.every(({ sha }) => sha === A));
      assert.match(world.comment(), /Push any new commit/);
    },
  );
}

quick(
  "X1: a stranger's commit with the first digits of the approved one, which failed, is not tried in its place",
  async () => {
    for (const commentEnabled of [true, false]) {
      const world = makeWorld({ pull: FORK });
      label(world, [START], { actor: "ana" });
      const settings = { commentEnabled };
      const build = world.images.build;
      world.images.build = () => Promise.reject(new AppError("build_failed", "Building: no"));
      await world.sync(world.context({ settings }));
      world.images.build = build;
      world.simulator.push({ pr: PR, sha: TWIN, pusher: "rando" });
      const { plan } = await world.sync(world.context({ settings }));
      assert.deepEqual([plan.reason, plan.build, world.images.built, world.platform.environments], [
        "untrusted_commit",
        false,
        [],
        [],
      ]);
    }
  },
);

quick(
  "X1: of two commits that begin alike neither is built beside the other, and who asks is told",
  async () => {
    const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
    world.simulator.push({ pr: PR, sha: TWIN, pusher: "ana" });
    label(world, [START], { actor: "ana" });
    const { plan, exitCode } = await world.sync();
    assert.deepEqual([plan.build, exitCode, world.images.built], [false, 3, []]);
    assert.match(plan.because.join(" "), /first 7 digits are those of a{7}0+/);
    assert.match(world.comment(), /Push any new commit/);
    assert.ok(!world.labels().includes(START));
    const { code, err } = await runIn(world, ["start", String(PR), "--sha", "aaaaaaa"]);
    assert.equal(code, 2);
    assert.match(err, /begin so/);
    assert.deepEqual((await world.sync()).plan.steps, []);
  },
);

quick(
  "X1: an environment whose labels alone tell of it is adopted on a branch of the repository",
  async () => {
    const adopted = { ...environment(A), sha: undefined };
    const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [adopted] });
    assert.equal((await world.sync()).plan.reason, "up_to_date");
    world.platform.lose(adopted.service);
    assert.equal((await world.sync()).plan.reason, "drifted");
  },
);
