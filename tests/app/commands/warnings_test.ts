import assert from "node:assert/strict";
import { applyCleanup, type CleanupResult } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { extendPull } from "../../../src/environments/app/sync/extend.ts";
import { commentRun, commentsOf, obeyIn, writeComment } from "../../worlds/comments.ts";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  never,
  PR,
  type RunChange,
  runningLabels,
  type World,
  type WorldOptions,
} from "../../worlds/world.ts";

const STOP = "🎪 🛑 showtime-trigger-stop";
const BOX = "- [ ] keep it for another 48h";
const IN_ACTIONS: RunChange = { token: "bot-token", inActions: true, actor: "maxime" };
const WARN: RunChange = { ...IN_ACTIONS, settings: { warnMs: 4 * HOUR } };

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));

/** An environment that ends 47 hours after noon. */
function running(options: WorldOptions = {}): World {
  return makeWorld({
    platform: [environment(A)],
    ...options,
    pull: { labels: runningLabels(A), ...options.pull },
  });
}

async function clean(world: World, run: RunChange = WARN): Promise<CleanupResult> {
  const context = world.context(run);
  return await applyCleanup(
    context,
    await planCleanup(context, WHOLE_CLEANUP, never()),
    { approved: [] },
    never(),
  );
}

const warnings = (world: World) => commentsOf(world).filter(({ body }) => body.includes("showtime:warning"));

/** Ticks the box as a person in a browser does, and lets the run of the event obey it. */
async function tick(
  world: World,
  { actor = "ana", change = (body: string) => body.replace("- [ ]", "- [x]") } = {},
) {
  const [comment] = warnings(world);
  assert.ok(comment !== undefined);
  const event = await writeComment(world, { body: change(comment.body), edit: comment.id, actor });
  return await obeyIn(world.context(commentRun(event, { settings: { warnMs: 4 * HOUR } })), world);
}

quick(
  "an environment that is about to end is warned of in a comment that mentions who asked, once",
  async () => {
    const world = running();
    world.clock.advance(42 * HOUR);
    assert.deepEqual((await clean(world)).warned, []);
    world.clock.advance(2 * HOUR);
    assert.deepEqual((await clean(world)).warned, ["aaaaaaa of #1234: it ends at 2024-01-17 13:30 UTC"]);
    const [warning] = warnings(world);
    assert.equal(warning?.author, "github-actions[bot]");
    assert.match(
      warning?.body ?? "",
      /@maxime, the environment for `aaaaaaa` ends at \*\*2024-01-17 13:30 UTC\*\*/,
    );
    assert.ok(warning?.body.split("\n").includes(BOX));
    world.clock.advance(HOUR);
    assert.deepEqual((await clean(world)).warned, []);
    assert.equal(warnings(world).length, 1);
  },
);

quick("a warning costs five requests once, then one in each cleanup, and none before it is due", async () => {
  const plain = running();
  const before = (await plain.count(() => clean(plain, IN_ACTIONS))).requests;
  const world = running();
  assert.equal((await world.count(() => clean(world))).requests, before);
  world.clock.advance(44 * HOUR);
  const first = await world.count(() => clean(world));
  assert.deepEqual([first.requests - before, first.writes], [5, 3]);
  const second = await world.count(() => clean(world));
  assert.deepEqual([second.requests - before, second.writes], [1, 0]);
});

quick("the box keeps the environment for its own time-to-live, and the warning is written anew", async () => {
  const world = running();
  world.clock.advance(44 * HOUR);
  await clean(world);
  const ticked = await tick(world);
  assert.equal(ticked?.kind, "extended");
  assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 93h"), world.labels().join());
  const [warning] = warnings(world);
  assert.match(warning?.body ?? "", /ends at \*\*2024-01-19 10:30 UTC\*\*/);
  assert.ok(warning?.body.split("\n").includes(BOX));
  assert.deepEqual((await clean(world)).warned, []);
});

quick(
  "an environment that was kept is warned of again before its new end, and keeps its own time",
  async () => {
    const world = running();
    world.clock.advance(44 * HOUR);
    await clean(world);
    await tick(world);
    const [first] = warnings(world);
    world.clock.advance(45 * HOUR);
    assert.deepEqual((await clean(world)).warned, ["aaaaaaa of #1234: it ends at 2024-01-19 10:30 UTC"]);
    const [second, ...more] = warnings(world);
    assert.deepEqual(more, []);
    assert.notEqual(second?.id, first?.id, "a new comment tells people");
    assert.ok(second?.body.split("\n").includes(BOX));
  },
);

quick("showtime extend writes the warning anew too", async () => {
  const world = running();
  world.clock.advance(44 * HOUR);
  await clean(world);
  await extendPull(
    world.context({ settings: { warnMs: 4 * HOUR } }),
    PR,
    { kind: "duration", amount: 24, unit: "h" },
    never(),
  );
  const [warning, ...more] = warnings(world);
  assert.deepEqual(more, []);
  assert.match(warning?.body ?? "", /ends at \*\*2024-01-18 10:30 UTC\*\*/);
});

for (
  const [what, change] of [
    ["another line as well", (body: string) => body.replace("- [ ]", "- [x]").replace("ends at", "ended at")],
    [
      "another time in the box",
      (body: string) => body.replace("- [ ] keep it for another 48h", "- [x] keep it for another 99w"),
    ],
    [
      "the commit in the marker",
      (body: string) => body.replace("- [ ]", "- [x]").replace("sha=aaaaaaa", "sha=bbbbbbb"),
    ],
    ["nothing but a word", (body: string) => body.replace("environment", "thing")],
  ] as const
) {
  quick(`an edit of a warning that changes ${what} counts for nothing`, async () => {
    const world = running();
    world.clock.advance(44 * HOUR);
    await clean(world);
    assert.equal(await tick(world, { change }), undefined);
    assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 48h"));
  });
}

quick("a tick with other line breaks, as browsers send them, counts", async () => {
  const world = running();
  world.clock.advance(44 * HOUR);
  await clean(world);
  const change = (body: string) => body.replace("- [ ]", "- [X]").replaceAll("\n", "\r\n").trimEnd();
  assert.equal((await tick(world, { change }))?.kind, "extended");
});

quick("a tick counts only by a person with write permission, in a comment that Showtime wrote", async () => {
  const world = running();
  world.clock.advance(44 * HOUR);
  await clean(world);
  const [comment] = warnings(world);
  assert.ok(comment !== undefined);
  const body = comment.body.replace("- [ ]", "- [x]");
  const event = await writeComment(world, { body, edit: comment.id, actor: "ana" });
  // Roles can change between the tick and its run.
  const sender = { id: 5, login: "tri", bot: false };
  const lost = obeyIn(world.context(commentRun({ ...event, sender })), world);
  await assert.rejects(lost, { code: "not_authorized" });
  assert.match(warnings(world)[0]?.body ?? "", /> ⚠️ It was not kept: .*tri has the role/);
  assert.ok(warnings(world)[0]?.body.split("\n").includes(BOX), "the box can be ticked again");
  const forged = await writeComment(world, { body: comment.body, actor: "rando" });
  const edited = await writeComment(world, { body, edit: forged.id, actor: "rando" });
  const ignored = await obeyIn(world.context(commentRun({ ...edited, sender: event.sender })), world);
  assert.deepEqual(ignored, { kind: "ignored", why: "Showtime did not write that comment" });
  const bot = { id: 6, login: "renovate[bot]", bot: true };
  assert.equal(await obeyIn(world.context(commentRun({ ...event, sender: bot })), world), undefined);
  assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 48h"));
});

quick("a tick in the warning of an environment that people are not sent to any more is refused", async () => {
  const world = running();
  world.clock.advance(44 * HOUR);
  await clean(world);
  const [comment] = warnings(world);
  assert.ok(comment !== undefined);
  const body = comment.body.replace("- [ ]", "- [x]");
  const event = await writeComment(world, { body, edit: comment.id, actor: "ana" });
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await world.sync(world.context(WARN));
  assert.deepEqual(warnings(world), [], "the warning goes with its environment");
  const ignored = await obeyIn(world.context(commentRun(event)), world);
  assert.deepEqual(ignored, { kind: "ignored", why: "The warning is gone" });
});

for (
  const [what, change] of [
    ["stopped", (world: World) => world.simulator.label({ pr: PR, add: [STOP], actor: "ana" })],
    ["closed", (world: World) => world.simulator.pull({ pr: PR, state: "closed" })],
  ] as const
) {
  quick(`a warning goes when its pull request is ${what}`, async () => {
    const world = running();
    world.clock.advance(44 * HOUR);
    await clean(world);
    change(world);
    await world.sync(world.context(WARN));
    assert.deepEqual(warnings(world), []);
    assert.equal((await world.count(() => world.sync(world.context(WARN)))).writes, 0);
  });
}

quick("an environment that sleeps is warned of too, and its box keeps it", async () => {
  const labels = runningLabels(A).map((name) => name.replace("running", "asleep"));
  const sleeping = { ...environment(A), healthy: false, address: undefined, sleep: { marked: false } };
  const world = running({ platform: [sleeping], pull: { labels } });
  world.clock.advance(44 * HOUR);
  assert.equal((await clean(world)).warned.length, 1);
  assert.equal((await tick(world))?.kind, "extended");
  assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 93h"), world.labels().join());
});

quick("a warning goes when its environment expires", async () => {
  const world = running();
  world.clock.advance(44 * HOUR);
  await clean(world);
  world.clock.advance(4 * HOUR);
  assert.deepEqual((await clean(world)).removed, ["aaaaaaa of #1234"]);
  assert.deepEqual(warnings(world), []);
});

quick("a warning that a run left behind goes with the next run", async () => {
  const body =
    "<!-- showtime:warning sha=bbbbbbb ends=2024-01-17T13:30:00Z ttl=48h -->\n\n⏰ The environment\n";
  const world = running({ pull: { comments: [{ author: "github-actions[bot]", body }] } });
  await world.sync(world.context({ token: "bot-token" }));
  assert.deepEqual(warnings(world), []);
});

quick("a warning that a stranger wrote is none", async () => {
  const body = "<!-- showtime:warning sha=aaaaaaa ends=2024-01-17T13:30:00Z ttl=48h -->\n";
  const world = running({ pull: { comments: [{ author: "rando", body }] } });
  world.clock.advance(44 * HOUR);
  assert.equal((await clean(world)).warned.length, 1);
  assert.equal(warnings(world).length, 2);
});

quick("an environment beyond the first hundred comments is warned of once", async () => {
  const comments = Array.from({ length: 150 }, (_, index) => ({ author: "rando", body: `Comment ${index}` }));
  const world = running({ pull: { comments } });
  world.clock.advance(44 * HOUR);
  assert.equal((await clean(world)).warned.length, 1);
  assert.equal((await clean(world)).warned.length, 0);
  world.simulator.label({ pr: PR, add: [STOP], actor: "ana" });
  await world.sync(world.context(WARN));
  assert.deepEqual(warnings(world), []);
});

quick("where a label or max_age decides the end, the warning has no box and says what decides", async () => {
  const labelled = running({ pull: { labels: [...runningLabels(A), "🎪 ⌛ 48h"] } });
  labelled.clock.advance(44 * HOUR);
  await clean(labelled);
  assert.match(warnings(labelled)[0]?.body ?? "", /The label "🎪 ⌛ 48h" decides/);
  assert.ok(!warnings(labelled)[0]?.body.includes("[ ]"));
  const capped = running();
  capped.clock.advance(44 * HOUR);
  await clean(capped, { ...WARN, settings: { warnMs: 4 * HOUR, maxAgeMs: 48 * HOUR } });
  assert.match(warnings(capped)[0]?.body ?? "", /`max_age` ends it then/);
});

quick("a tick offers and gives no more than max_age allows", async () => {
  const world = running();
  world.clock.advance(44 * HOUR);
  const settings = { warnMs: 4 * HOUR, maxAgeMs: 60 * HOUR };
  await clean(world, { ...WARN, settings });
  const [comment] = warnings(world);
  assert.match(comment?.body ?? "", /keep it for another 15h/);
  world.clock.advance(HOUR);
  const body = comment?.body.replace("- [ ]", "- [x]") ?? "";
  const event = await writeComment(world, { body, edit: comment?.id ?? 0, actor: "ana" });
  assert.equal((await obeyIn(world.context(commentRun(event, { settings })), world))?.kind, "extended");
  assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 60h"), world.labels().join());
});

quick("an environment that lives for a short time is warned of in the second half of its life", async () => {
  const labels = runningLabels(A, { ttl: "4h" });
  const world = running({ pull: { labels } });
  assert.deepEqual((await clean(world)).warned, []);
  world.clock.advance(1.5 * HOUR);
  assert.equal((await clean(world)).warned.length, 1);
});

quick(
  "with ttl_from: deployed a rebuild starts the time-to-live anew, on the label and on the platform",
  async () => {
    for (
      const [ttlFrom, label] of [["deployed", "2024-01-17T10-30"], ["created", "2024-01-15T13-30"]] as const
    ) {
      const world = running();
      world.clock.advance(44 * HOUR);
      world.simulator.label({ pr: PR, add: ["🎪 ⚡ showtime-trigger-start"], actor: "ana" });
      const settings = { ttlFrom };
      await world.sync(world.context({ ...IN_ACTIONS, settings }));
      assert.ok(world.labels().includes(`🎪 aaaaaaa 📅 ${label}`), world.labels().join());
      world.clock.advance(4 * HOUR);
      const { removed } = await clean(world, { ...IN_ACTIONS, settings });
      assert.equal(removed.length, ttlFrom === "created" ? 1 : 0, ttlFrom);
    }
  },
);
