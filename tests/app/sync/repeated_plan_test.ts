import assert from "node:assert/strict";
import { A, environment, makeWorld, runningLabels, type World } from "../../worlds/world.ts";

/** A platform that never keeps the login it is told. */
function forgetful(): World {
  const world = makeWorld({ pull: { labels: runningLabels(A) } });
  const lie = () => {
    for (const each of world.platform.environments) {
      world.platform.lose(each.service);
      world.platform.plant({ ...each, settings: { ...each.settings, login: "eve/eve" } });
    }
  };
  world.platform.plant(environment(A));
  world.platform.hooks.before("list", lie);
  return world;
}

Deno.test("syncPull() does not do over and over what does not last, and says so", async () => {
  const world = forgetful();

  const done = await world.sync();

  assert.equal(done.plan.reason, "settings_changed");
  assert.deepEqual(world.platform.changes, ["deploy pr-1234-aaaaaaa-service"]);
  assert.equal(
    world.spoken.warned.filter((line) => /did not last \(rule 15, settings_changed\)/.test(line)).length,
    1,
  );
  assert.ok(!world.definitions().some((name) => name.includes("lock")));
});
