/** Where Deployments are on GitHub, and the links to the log of the run that works. */

import assert from "node:assert/strict";
import type { AppSettings } from "../../../src/environments/app/run.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { label, RUN_PAGE, START, statusesOf, STOP, syncIn } from "../../worlds/news.ts";
import { A, B, makeWorld, PR, type World } from "../../worlds/world.ts";

const OWN: Partial<AppSettings> = { deploymentEnvironment: (pr) => `pr-${pr}` };

const deploymentsOf = (world: World) =>
  world.simulator.state().deployments.map(({ environment, state }) => `${environment} ${state}`);

async function running(settings: Partial<AppSettings>): Promise<World> {
  const world = makeWorld({ pull: { labels: [START] } });
  await syncIn(world, settings);
  return world;
}

Deno.test("Deployments are in one environment for all, or in one of each pull request's own", async () => {
  assert.deepEqual(deploymentsOf(await running({})), ["showtime success"]);
  const world = await running(OWN);
  assert.deepEqual(deploymentsOf(world), [`pr-${PR} success`]);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await syncIn(world, OWN);
  assert.deepEqual(deploymentsOf(world), [`pr-${PR} inactive`, `pr-${PR} success`]);
  label(world, STOP);
  await syncIn(world, OWN);
  assert.deepEqual(deploymentsOf(world), [`pr-${PR} inactive`, `pr-${PR} inactive`]);
});

Deno.test("a Deployment from before the setting changed ends too, and the history has both", async () => {
  const world = await running({});
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await syncIn(world, OWN);
  assert.deepEqual(deploymentsOf(world), ["showtime inactive", `pr-${PR} success`]);
  const { out } = await runIn(world, ["history", String(PR)], { run: { settings: OWN } });
  assert.match(out, /bbbbbbb/);
  assert.match(out, /deployment/i);
});

Deno.test("every status of a Deployment leads to the run's log, and the comment links the run; elsewhere neither does", async () => {
  const logs = (world: World) =>
    new Set(
      world.simulator.state().deployments.flatMap(({ statuses }) => statuses.map(({ log_url }) => log_url)),
    );
  const world = await running({});
  assert.deepEqual([...logs(world)], [RUN_PAGE]);
  assert.ok(world.comment().includes(`[this run](${RUN_PAGE})`));
  const local = makeWorld({ pull: { labels: [START] } });
  await local.sync();
  assert.deepEqual([...logs(local)], [""]);
  assert.doesNotMatch(local.comment(), /this run/);
});

Deno.test("--check-only says that a sync is needed for a status that every head needs, and --dry-run writes none", async () => {
  const world = makeWorld({ pull: { labels: ["bug"] } });
  const run = { settings: { status: { required: true } } };
  const check = async () =>
    /^sync_needed=(\w+)$/m.exec((await runIn(world, ["sync", "1234", "--check-only"], { run })).out)?.[1];
  assert.equal(await check(), "true");
  const { out } = await runIn(world, ["sync", "1234", "--dry-run"], { run });
  assert.match(out, /set the status of the head commit to success/);
  const explained = await runIn(world, ["explain", "1234"], { run });
  assert.match(explained.out, /status of a{7}0{33} is not set yet/);
  assert.deepEqual(statusesOf(world, A), []);
  await syncIn(world, run.settings);
  assert.equal(await check(), "false");
});
