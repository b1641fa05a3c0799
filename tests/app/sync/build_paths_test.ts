import assert from "node:assert/strict";
import { checkOnly } from "../../../src/environments/app/sync/check_only.ts";
import { explainPull } from "../../../src/environments/app/show/explain.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { EXIT } from "../../../src/lib/errors.ts";
import { A, B, hash, makeWorld, never, PR, REPO, type World, type WorldContext } from "../../worlds/world.ts";

const C = hash("ccccccc");
const START = "🎪 ⚡ showtime-trigger-start";
const SYNC = "🎪 🔄 showtime-trigger-sync";
const SERVES = "🎪 aaaaaaa ⏩ bbbbbbb";
const OPTIONS = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
const settings = { buildPaths: ["src/**", "Dockerfile"] };

async function sync(world: World, change: Parameters<World["context"]>[0] = { settings }) {
  return await world.sync(world.context(change));
}

function comparisons(world: World): number {
  return world.simulator.requests().filter(({ path }) => path.includes("/compare/")).length;
}

/** The environment of A runs, brought up by a start trigger. */
async function settled(): Promise<World> {
  const world = makeWorld({ pull: { head: { sha: A, ref: "charts", repo: REPO }, labels: [START] } });
  await sync(world);
  return world;
}

Deno.test("a push that touches no file of build.paths changes nothing on the platform, and the next sync writes nothing", async () => {
  const world = await settled();
  const before = [[...world.platform.changes], [...world.images.built]];
  world.simulator.push({ pr: PR, sha: B, changed: ["README.md", "docs/a.md"] });
  const { plan, exitCode } = await sync(world);
  assert.deepEqual([plan.rule, plan.reason, exitCode], [19, "paths_unchanged", EXIT.done]);
  assert.deepEqual([world.platform.changes, world.images.built], before);
  assert.ok(world.labels().includes(SERVES));
  assert.match(world.comment(), /serves `bbbbbbb` too: no file of `build.paths` changed/);
  assert.equal(comparisons(world), 1);
  const { requests, writes } = await world.count(async () => {
    assert.equal((await sync(world)).plan.reason, "up_to_date");
  });
  assert.deepEqual([writes, requests <= 3, comparisons(world)], [0, true, 1]);
});

Deno.test("a push that touches a file of build.paths is built, for one request more", async () => {
  const cost = async (change: Parameters<World["context"]>[0]) => {
    const world = await settled();
    world.simulator.push({ pr: PR, sha: B, changed: ["README.md", "src/a.ts"] });
    const { requests } = await world.count(() => sync(world, change));
    assert.ok(world.labels().includes("🎪 bbbbbbb 🚦 running"));
    return requests;
  };
  assert.equal(await cost({ settings }), await cost({}) + 1);
});

Deno.test("several pushes are compared with what is deployed, and the label follows the head", async () => {
  const world = await settled();
  world.simulator.push({ pr: PR, sha: B, changed: ["README.md"] });
  await sync(world);
  world.simulator.push({ pr: PR, sha: C, changed: ["CHANGES.md"] });
  assert.equal((await sync(world)).plan.reason, "paths_unchanged");
  assert.deepEqual(world.labels().filter((name) => name.includes("⏩")), ["🎪 aaaaaaa ⏩ ccccccc"]);
  const D = hash("ddddddd");
  world.simulator.push({ pr: PR, sha: D, changed: ["src/a.ts"] });
  await sync(world);
  assert.ok(world.labels().includes("🎪 ddddddd 🚦 running"));
  assert.deepEqual(world.definitions().filter((name) => name.includes("⏩")), []);
});

for (
  const [what, push] of [
    ["a rename out of build.paths", { changed: ["src/a.ts => lib/a.ts"] }],
    ["300 files outside of build.paths", {
      changed: Array.from({ length: 300 }, (_, at) => `docs/${at}.md`),
    }],
    ["a force push that touches nothing", { changed: ["README.md"], force: true }],
  ] as const
) {
  Deno.test(`${what} is built`, async () => {
    const world = await settled();
    world.simulator.push({ pr: PR, sha: B, ...push });
    assert.equal((await sync(world)).plan.reason, "new_commit");
  });
}

Deno.test("299 files outside of build.paths are not built", async () => {
  const world = await settled();
  world.simulator.push({ pr: PR, sha: B, changed: Array.from({ length: 299 }, (_, at) => `docs/${at}.md`) });
  assert.equal((await sync(world)).plan.reason, "paths_unchanged");
});

Deno.test("a push is built if GitHub does not compare the commits", async () => {
  for (const status of [403, 404]) {
    const world = await settled();
    world.simulator.push({ pr: PR, sha: B, changed: ["README.md"] });
    world.simulator.faults([{ match: "GET /repos/*/compare/*", status, times: 5 }]);
    assert.equal((await sync(world)).plan.reason, "new_commit");
  }
});

Deno.test("a sync trigger builds the head that another environment serves, and that record goes with it", async () => {
  const world = await settled();
  world.simulator.push({ pr: PR, sha: B, changed: ["README.md"] });
  await sync(world);
  world.simulator.label({ pr: PR, add: [SYNC] });
  assert.equal((await sync(world)).plan.reason, "sync_requested");
  assert.deepEqual(world.labels().filter((name) => /⏩|aaaaaaa/u.test(name)), []);
  assert.ok(world.labels().includes("🎪 bbbbbbb 🚦 running"));
});

Deno.test("a close takes the record off with everything else", async () => {
  const world = await settled();
  world.simulator.push({ pr: PR, sha: B, changed: ["README.md"] });
  await sync(world);
  world.simulator.pull({ pr: PR, state: "closed" });
  await sync(world);
  assert.deepEqual([world.labels(), world.definitions().filter((name) => name.includes("⏩"))], [[], []]);
});

Deno.test("an update in place keeps the record of the head that the environment serves", async () => {
  const world = await settled();
  world.simulator.push({ pr: PR, sha: B, changed: ["README.md"] });
  await sync(world);
  world.simulator.label({ pr: PR, add: ["🎪 conf-enable-X"] });
  assert.equal((await sync(world)).plan.reason, "settings_changed");
  assert.ok(world.labels().includes(SERVES));
  assert.equal((await sync(world)).plan.steps.length, 0);
});

Deno.test("--check-only and explain compare, write nothing and say what was found", async () => {
  const world = await settled();
  world.simulator.push({ pr: PR, sha: B, changed: ["README.md"] });
  const context: WorldContext = world.context({ settings });
  const { writes } = await world.count(async () => {
    const pairs = await checkOnly(context, PR, OPTIONS, never());
    assert.deepEqual([pairs["build_needed"], pairs["action_reason"]], ["false", "paths_unchanged"]);
    const { inputs } = await explainPull(context, PR, OPTIONS, never());
    assert.equal(
      inputs.find(({ name }) => name === "changed files")?.value,
      "since aaaaaaa, which is deployed: 1, none of build.paths",
    );
  });
  assert.equal(writes, 0);
  await sync(world);
  const pairs = await checkOnly(context, PR, OPTIONS, never());
  assert.deepEqual([pairs["sync_needed"], pairs["target_show_status"]], ["false", "running"]);
  assert.ok(pairs["environment_sha"]?.startsWith("aaaaaaa"));
});
