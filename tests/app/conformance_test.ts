import assert from "node:assert/strict";
import { applyCleanup } from "../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../src/environments/app/cleanup/cleanup.ts";
import { listEnvironments } from "../../src/environments/app/show/list_environments.ts";
import { readHistory } from "../../src/environments/app/show/history.ts";
import { setupLabels } from "../../src/environments/app/setup/setup_labels.ts";
import { AppError } from "../../src/lib/errors.ts";
import { assertConforms, loadConformance, wrapHandler } from "../worlds/github/conformance.ts";
import { obeyIn, writeComment } from "../worlds/comments.ts";
import { B, HOUR, makeWorld, never, PR } from "../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const STOP = "🎪 🛑 showtime-trigger-stop";

Deno.test("a whole life sends nothing and is answered nothing that GitHub's own descriptions do not know", async () => {
  const gates = loadConformance();
  let exchanges = 0;
  const world = makeWorld({ pull: { labels: [START, "bug"] } });
  const context = world.context({
    wire: (request, send) => {
      exchanges++;
      return wrapHandler(gates, send, { basePath: "/api/v3" })(request);
    },
  });
  const label = (add: readonly string[], remove: readonly string[] = []) =>
    world.simulator.label({ pr: PR, add: [...add], remove: [...remove], actor: "maxime" });

  await setupLabels(context, { dryRun: false }, never());
  await world.sync(context);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await world.sync(context);
  label([START, "🎪 conf-enable-X"]);
  await world.sync(context);
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building: no");
  });
  label([START]);
  await world.sync(context);
  world.images.hooks.before("build", undefined);
  await world.sync(context);
  await listEnvironments(context, never());
  await readHistory(context, PR, { limit: 50 }, never());
  world.clock.advance(60 * HOUR);
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  await applyCleanup(context, plan, { approved: [] }, never());
  label([START]);
  await world.sync(context);
  label([STOP]);
  await world.sync(context);

  for (const body of ["/showtime start", "/showtime extend 3d", "/showtime strat", "/showtime stop"]) {
    const event = await writeComment(world, { body, actor: "ana" });
    const asked = { ...context, identity: { ...context.identity, comment: event } };
    await obeyIn(asked, world).catch((error) => assert.equal(error.code, "command_malformed"));
    if (!body.includes("extend")) continue;
    world.clock.advance(70 * HOUR);
    const warning = { ...context, settings: { ...context.settings, warnMs: 4 * HOUR } };
    const { warned } = await applyCleanup(
      warning,
      await planCleanup(warning, WHOLE_CLEANUP, never()),
      { approved: [] },
      never(),
    );
    assert.equal(warned.length, 1);
  }

  assert.ok(exchanges > 60, `${exchanges} exchanges`);
  assert.deepEqual(world.platform.environments, []);
  assertConforms(gates);
});
