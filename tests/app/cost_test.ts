import assert from "node:assert/strict";
import { viewEnvironment, viewSight } from "../../src/environments/app/show/environment_view.ts";
import { costWords, rateWords, totalWords } from "../../src/environments/app/show/cost_words.ts";
import { limitsLockFinding, pricesFinding } from "../../src/environments/app/doctor/doctor_limits.ts";
import { listEnvironments, type Listing } from "../../src/environments/app/show/list_environments.ts";
import { DEFAULT_OPTIONS } from "../../src/environments/app/sync/make_policy.ts";
import { planOnce, syncPull } from "../../src/environments/app/sync/sync_pull.ts";
import { takeCensus } from "../../src/environments/core/plan/limits/census.ts";
import { prNumber } from "../../src/lib/ids.ts";
import type { CostSettings } from "../../src/environments/core/cost/settings.ts";
import { renderBoard } from "../../src/server/pages/board_page.ts";
import { renderEnvironment, renderEnvironmentTable } from "../../src/cli/render/mod.ts";
import { makeStyle } from "../../src/cli/render/style.ts";
import {
  A,
  environment,
  HOUR,
  makeWorld,
  never,
  PR,
  REPO,
  runningLabels,
  type World,
} from "../worlds/world.ts";

const PLAIN = makeStyle({ color: false, links: false, tty: false, ask: false, columns: 80 });
const START = "🎪 ⚡ showtime-trigger-start";
const cost: CostSettings = {
  perHour: { standard: 0.0341 },
  shared: 0.0325,
  source: "prices of us-west-2, 2026-09-20",
  budget: 50,
};
const OPTIONS = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };

/** An environment that was created an hour ago, and another size without a price. */
function running(size = "standard"): World {
  return makeWorld({
    pull: { labels: runningLabels(A) },
    platform: [environment(A, { settings: { size, flags: {}, login: "admin/admin" } })],
  });
}

Deno.test("status has the cost so far, the price of an hour and of a day, and where the prices are from", async () => {
  const context = running().context({ settings: { cost } });
  const { observed } = await planOnce(context, PR, OPTIONS, never());
  const [view] = viewSight(context, observed);
  assert.deepEqual(view?.cost, { per_hour: 0.0341, so_far: 0.0341, currency: "USD", prices: cost.source });
  const words = "about $0.034 so far; about $0.034 an hour, $0.82 a day (prices of us-west-2, 2026-09-20)";
  assert.equal(costWords(view ?? {}), words);
  const lines = renderEnvironment(view ?? assert.fail(), { style: PLAIN, now: context.forge.now() });
  assert.ok(lines.includes(`   cost          ${words}`), lines.join("\n"));
});

Deno.test("time asleep does not cost: not so far, not in the sum, and not in the budget", async () => {
  const world = running();
  const context = world.context({ settings: { cost } });
  await syncPull(
    context,
    PR,
    { ...OPTIONS, request: { trigger: "sleep", force: false }, planOnly: false },
    never(),
  );
  world.clock.advance(10 * HOUR);
  const { observed } = await planOnce(context, PR, OPTIONS, never());
  const [view] = viewSight(context, observed);
  assert.deepEqual([view?.status, view?.cost?.per_hour, view?.cost?.so_far], ["asleep", 0.0341, 0.0341]);
  assert.equal(
    costWords(view ?? {}),
    "about $0.034 so far; about $0.034 an hour, $0.82 a day while it is awake (prices of us-west-2, 2026-09-20)",
  );
  const { total } = await listEnvironments(context, never());
  assert.match(total ?? "", /^All environments cost about \$0\.033 an hour.*; 1 asleep, without a cost \(/);
  const [counted] = takeCensus({
    asking: prNumber(1),
    platform: world.platform.environments,
    pulls: new Map([[PR, observed.observation.labels]]),
  });
  assert.deepEqual([counted?.pr, counted?.awake], [PR, false]);
});

Deno.test("an environment that sleeps since an unknown time has no cost so far", () => {
  const context = running().context({ settings: { cost } });
  const sleeping = { ...environment(A), healthy: false, address: undefined, sleep: { marked: false } };
  const of = { pr: PR, short: sleeping.short, labels: undefined, labeled: undefined, open: true };
  const view = viewEnvironment(context, { ...of, deployed: sleeping, sha: A });
  assert.deepEqual([view.cost?.per_hour, view.cost?.so_far], [0.0341, null]);
});

Deno.test("a size without a price has no cost, and says what to set", async () => {
  const context = running("huge").context({ settings: { cost: { ...cost, source: "no prices are known" } } });
  const { observed } = await planOnce(context, PR, OPTIONS, never());
  const [view] = viewSight(context, observed);
  assert.deepEqual([view?.cost?.per_hour, view?.cost?.so_far], [null, null]);
  assert.equal(costWords(view ?? {}), "not known: no prices are known");
});

Deno.test("nothing shows a cost where it is not configured", async () => {
  const context = running().context();
  const { observed } = await planOnce(context, PR, OPTIONS, never());
  const [view] = viewSight(context, observed);
  assert.ok(view !== undefined && !("cost" in view));
  const listing = await listEnvironments(context, never());
  assert.equal(listing.total, undefined);
  const table = renderEnvironmentTable(listing.environments, { style: PLAIN, now: 0, wide: true });
  assert.doesNotMatch(table.join("\n"), /COST/);
  assert.equal(rateWords(undefined, "standard"), undefined);
});

Deno.test("list has a column with the cost and a sum with what all share", async () => {
  const context = running().context({ settings: { cost } });
  const { environments, total } = await listEnvironments(context, never());
  const [head, row] = renderEnvironmentTable(environments, { style: PLAIN, now: 0, wide: true });
  assert.match(`${head}\n${row}`, /SIZE +COST +PLATFORM.*\n.*standard +~\$0\.034 +docker/);
  assert.equal(
    total,
    "All environments cost about $0.067 an hour, $1.6 a day, $49 a month of $50 in the budget, " +
      "$0.033 an hour of it for the load balancer that all share (prices of us-west-2, 2026-09-20)",
  );
  const narrow = renderEnvironmentTable(environments, { style: PLAIN, now: 0, wide: false });
  assert.doesNotMatch(narrow.join("\n"), /COST/);
  assert.match(
    totalWords(cost, [{}]) ?? "",
    /^All environments cost about \$0\.033 an hour/,
  );
});

Deno.test("the comment has the price of an hour and a day, which do not grow old with it", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await world.sync(world.context({ settings: { cost: { ...cost, budget: undefined } } }));
  assert.match(world.comment(), /\| Cost \| about &#36;0\.034 an hour, &#36;0\.82 a day while it is awake/);
  const free = makeWorld({ pull: { labels: [START] } });
  await free.sync(
    free.context({ settings: { cost: { ...cost, perHour: { standard: 0 }, budget: undefined } } }),
  );
  assert.doesNotMatch(free.comment(), /Cost/);
});

Deno.test("the board has the cost of each environment and their sum", async () => {
  const context = running().context({ settings: { cost } });
  const listing = await listEnvironments(context, never());
  const boardOf = ({ environments, incomplete, total }: Listing) => {
    const board = {
      environments: environments.map((view) => ({ repository: REPO, view, note: "" })),
      incomplete,
      totals: total === undefined ? [] : [total],
      now: context.forge.now() + HOUR,
    };
    const list = () => Promise.resolve(board);
    const source = { repositories: [REPO], setting: [], list, stop: undefined, extend: undefined };
    return String(renderBoard(source, board));
  };
  const page = boardOf(listing);
  assert.match(page, /<th scope="col">Cost<\/th>/);
  assert.match(page, /<td title="[^"]*us-west-2[^"]*">about \$0\.034<\/td>/);
  assert.match(page, /All environments cost about .* Logs, images and data transfer are not in it\./);
  const without = await listEnvironments(running().context(), never());
  assert.doesNotMatch(boardOf(without), /Cost|\$/);
});

Deno.test("doctor warns of prices that are not known, and of a lock of the limits that no run wrote", () => {
  assert.deepEqual(pricesFinding(undefined), []);
  assert.equal(pricesFinding("no prices of X86_64 in mars-1 are known")[0]?.status, "warning");
  const lock = (description: string) => [{ name: "🎪 LOCK limits", nodeId: "1", description }];
  const now = 1_700_000_000_000;
  assert.deepEqual(limitsLockFinding([{ name: "🎪 lock pr-1", nodeId: "1", description: "" }], { now }), []);
  assert.deepEqual(limitsLockFinding(lock("v1 n=deadbeef00 x=1700000300 d=count"), { now }), []);
  assert.match(limitsLockFinding(lock("mine"), { now })[0]?.fix ?? "", /Delete the label/);
});
