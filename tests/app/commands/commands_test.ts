import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { commentRun, commentsOf, obeyIn, reactionsTo, say, writeComment } from "../../worlds/comments.ts";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import {
  A,
  B,
  environment,
  FORK,
  HOUR,
  makeWorld,
  MINUTE,
  PR,
  RUN_OF_FORK,
  runningLabels,
  type World,
} from "../../worlds/world.ts";

const BLOCKED = "🎪 🔒 showtime-blocked";
const FREEZE = "🎪 🧊 showtime-freeze";
const START = "🎪 ⚡ showtime-trigger-start";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));
const running = () => makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
const later = (world: World) => world.clock.advance(MINUTE);

/** Says it, and returns the refusal. */
async function refused(world: World, body: string, actor = "ana"): Promise<AppError> {
  let thrown: unknown;
  await say(world, { body, actor }).catch((error) => thrown = error);
  assert.ok(thrown instanceof AppError, `${body} is not refused`);
  assert.ok([2, 3].includes(thrown.exitCode), thrown.message);
  return thrown;
}

quick(
  "/showtime start by a person with write permission brings the head up, and is acknowledged",
  async () => {
    const world = makeWorld();
    later(world);
    const obeyed = await say(world, { body: "/showtime start", actor: "ana" });
    assert.ok(obeyed?.kind === "synced");
    assert.equal(obeyed.result.plan.reason, "start_requested");
    assert.deepEqual(world.platform.environments.map(({ sha, requestedBy }) => [sha, requestedBy]), [[
      A,
      "ana",
    ]]);
    assert.deepEqual(reactionsTo(world, "/showtime start"), ["eyes", "rocket"]);
  },
);

quick("a command costs three requests more than the label of the same meaning", async () => {
  const bot = { token: "bot-token", inActions: true, actor: "ana" };
  const labelled = makeWorld();
  labelled.simulator.label({ pr: PR, add: [START], actor: "ana" });
  const byLabel = await labelled.count(() => labelled.sync(labelled.context(bot)));
  const told = makeWorld();
  const event = await writeComment(told, { body: "/showtime start", actor: "ana" });
  const byComment = await told.count(() => obeyIn(told.context(commentRun(event)), told));
  assert.equal(byComment.requests - byLabel.requests, 3);
});

quick("/showtime start rebuilds what runs, as the label does", async () => {
  const world = running();
  later(world);
  const obeyed = await say(world, { body: "/showtime start\nplease", actor: "ana" });
  assert.ok(obeyed?.kind === "synced");
  assert.equal(obeyed.result.plan.reason, "rebuild_requested");
});

quick("/showtime stop removes everything", async () => {
  const world = running();
  await say(world, { body: "/showtime STOP", actor: "ana" });
  assert.deepEqual([world.platform.environments, world.labels()], [[], []]);
  assert.deepEqual(reactionsTo(world, "/showtime STOP"), ["eyes", "rocket"]);
});

quick("/showtime extend writes the time-to-live", async () => {
  const world = running();
  const obeyed = await say(world, { body: "/showtime extend 3d", actor: "ana" });
  assert.ok(obeyed?.kind === "extended");
  assert.equal(obeyed.extension.applied.length, 1);
  assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 73h"), world.labels().join());
});

quick(
  "/showtime freeze sets the label, and unfreeze takes it off and brings the newest commit up",
  async () => {
    const world = running();
    await say(world, { body: "/showtime freeze", actor: "ana" });
    assert.ok(world.labels().includes(FREEZE));
    later(world);
    world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
    await world.sync();
    assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A]);
    later(world);
    await say(world, { body: "/showtime unfreeze", actor: "ana" });
    assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [B]);
    assert.ok(!world.labels().includes(FREEZE));
    assert.deepEqual(reactionsTo(world, "/showtime unfreeze"), ["eyes", "rocket"]);
  },
);

for (
  const [body, actor, words] of [
    ["/showtime start", "tri", /tri has the role "triage"/],
    ["/showtime start", "rando", /rando has the role "read"/],
    [
      "/showtime strat",
      "ana",
      /"strat" is not a command; did you mean "start"\? The commands are start, stop/,
    ],
    ["/showtime stop now", "ana", /"stop" takes no argument, and "now" was given/],
    ["/showtime extend", "ana", /"extend" needs a time such as 90m/],
    ["/showtime extend two days", "ana", /"two days" is not one/],
    ["/showtime extend 90d", "ana", /90d is above max_age/],
    ["/showtime", "ana", /needs a command/],
    ["/showtime sleep", "tri", /tri has the role "triage"/],
    ["/showtime wake", "rando", /rando has the role "read"/],
  ] as const
) {
  quick(`"${body}" by ${actor} is refused with the reason in the comment, and changes nothing`, async () => {
    const world = running();
    const before = world.labels();
    const error = await refused(world, body, actor);
    assert.match(error.message, words);
    assert.ok(reactionsTo(world, body).includes("confused"));
    assert.ok(!reactionsTo(world, body).includes("rocket"));
    const comment = world.comment().replaceAll(/[\\\u200b]/g, "");
    assert.match(comment.split("\n").find((line) => line.startsWith("> ")) ?? "", words);
    assert.deepEqual([world.labels(), world.platform.changes], [before, []]);
    assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
  });
}

quick("a refusal of the same stranger is told once", async () => {
  const world = running();
  await refused(world, "/showtime start", "rando");
  const [, told] = commentsOf(world);
  const { writes } = await world.count(() => refused(world, "/showtime start", "rando"));
  assert.equal(writes, 1, "the reaction");
  assert.deepEqual(commentsOf(world)[1], told);
});

quick("a command on a blocked pull request is refused, because no label keeps it for later", async () => {
  const world = makeWorld({ pull: { labels: [BLOCKED] } });
  const error = await refused(world, "/showtime start");
  assert.match(error.message, /blocks the pull request/);
  assert.deepEqual(reactionsTo(world, "/showtime start"), ["eyes", "confused"]);
  assert.deepEqual(world.images.built, []);
});

quick("a start on a closed pull request is refused, and a stop there does no harm", async () => {
  const world = makeWorld({ pull: { state: "closed" } });
  assert.match((await refused(world, "/showtime start")).message, /it is closed/);
  await say(world, { body: "/showtime stop", actor: "ana" });
  assert.deepEqual(reactionsTo(world, "/showtime stop"), ["eyes", "rocket"]);
});

for (
  const [what, body] of [
    ["quoted", "> /showtime stop"],
    ["in a code block", "```\n/showtime stop\n```"],
    ["in an indented code block", "    /showtime stop"],
    ["in the second line", "Please\n/showtime stop"],
    ["within a line", "Write /showtime stop"],
    ["as the beginning of a word", "/showtimes stop"],
    ["in code", "`/showtime stop`"],
  ] as const
) {
  quick(`a command ${what} is none`, async () => {
    const world = running();
    const event = await writeComment(world, { body, actor: "ana" });
    const { requests } = await world.count(() => obeyIn(world.context(commentRun(event)), world));
    assert.equal(requests, 0);
  });
}

quick("an edited comment, a bot's comment and one that another account caused are no commands", async () => {
  const world = running();
  const { id } = await writeComment(world, { body: "Hello", actor: "ana" });
  assert.equal(await say(world, { body: "/showtime stop", actor: "ana", edit: id }), undefined);
  assert.equal(await say(world, { body: "/showtime stop", actor: "renovate[bot]" }), undefined);
  const event = await writeComment(world, { body: "/showtime stop", actor: "rando" });
  const forged = { ...event, sender: { id: 1, login: "ana", bot: false } };
  assert.equal(await obeyIn(world.context(commentRun(forged)), world), undefined);
  assert.equal(world.platform.environments.length, 1);
});

quick("a stranger's commit is built if it was the head before the comment", async () => {
  const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
  later(world);
  await say(world, { body: "/showtime start", actor: "ana" });
  assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A]);
});

for (
  const [what, force, date] of [
    ["", false, undefined],
    ["by force ", true, undefined],
    ["with an older date ", false, -HOUR],
    ["by force with an older date ", true, -HOUR],
  ] as const
) {
  quick(
    `X1: a commit pushed ${what}after the comment is not built, and a new command approves it`,
    async () => {
      const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK], timeline_order: "commit_dates" } });
      later(world);
      const event = await writeComment(world, { body: "/showtime start", actor: "ana" });
      later(world);
      const dated = date === undefined ? {} : { date: event.at + date };
      world.simulator.push({ pr: PR, sha: B, pusher: "rando", force, ...dated });
      const run = obeyIn(world.context(commentRun(event)), world);
      await assert.rejects(run, { code: "commit_not_approved" });
      assert.deepEqual([world.images.built, world.platform.changes], [[], []]);
      assert.deepEqual(reactionsTo(world, "/showtime start"), ["eyes", "confused"]);
      assert.match(world.comment(), /Write the command again/);
      later(world);
      await say(world, { body: "/showtime start", actor: "ana" });
      assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [B]);
    },
  );
}

quick(
  "X1: a commit that left the head by force before the comment is not approved when it comes back",
  async () => {
    const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK], timeline_order: "commit_dates" } });
    for (const [sha, force] of [[B, false], [A, true]] as const) {
      later(world);
      world.simulator.push({ pr: PR, sha, pusher: "rando", force });
    }
    later(world);
    const event = await writeComment(world, { body: "/showtime start", actor: "ana" });
    later(world);
    world.simulator.push({ pr: PR, sha: B, pusher: "rando" });
    await assert.rejects(obeyIn(world.context(commentRun(event)), world), { code: "commit_not_approved" });
    assert.deepEqual(world.images.built, []);
  },
);

quick(
  "the same event again changes nothing: not a rebuild, not a stop of what was started since",
  async () => {
    for (const body of ["/showtime start", "/showtime stop"]) {
      const world = running();
      later(world);
      const event = await writeComment(world, { body, actor: "ana" });
      await obeyIn(world.context(commentRun(event)), world);
      later(world);
      if (body.endsWith("stop")) await say(world, { body: "/showtime start", actor: "ana" });
      const built = world.images.built.length;
      const obeyed = await obeyIn(world.context(commentRun(event)), world);
      assert.deepEqual(obeyed, { kind: "ignored", why: "The command was obeyed before" });
      assert.deepEqual([world.images.built.length, world.platform.environments.length], [built, 1], body);
    }
  },
);

quick("a command whose comment was deleted meanwhile is not obeyed", async () => {
  const world = running();
  const event = await writeComment(world, { body: "/showtime stop", actor: "ana" });
  const obeyed = await obeyIn(world.context(commentRun({ ...event, id: 999_999 })), world);
  assert.equal(obeyed?.kind, "ignored");
  assert.equal(world.platform.environments.length, 1);
});

quick("a command waits for the run that holds the pull request, and is done after it", async () => {
  const world = makeWorld();
  const { forge } = world.context();
  const description = `v1 n=deadbeef00 r=101/1 x=${Math.floor(world.clock.now() / 1000) + 300} u=ana`;
  const lock = { name: `🎪 lock pr-${PR}`, color: "6A737D", description };
  await forge.createLock(lock, new AbortController().signal);
  const event = await writeComment(world, { body: "/showtime start", actor: "ana" });
  const done = obeyIn(world.context(commentRun(event)), world);
  let settled = false;
  done.finally(() => settled = true);
  while (!settled) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (world.clock.wakesAt !== undefined) world.clock.advance(15_000);
  }
  assert.equal((await done)?.kind, "synced");
  assert.ok(
    world.spoken.said.some((line) => line.startsWith("The command waits: Working on pull request #1234")),
  );
  assert.deepEqual(reactionsTo(world, "/showtime start"), ["eyes", "rocket"]);
});

quick("reactions that GitHub refuses fail no command", async () => {
  const world = makeWorld();
  world.simulator.faults([{ match: "POST /repos/*/reactions", status: 403, times: 9 }]);
  await say(world, { body: "/showtime start", actor: "ana" });
  assert.equal(world.platform.environments.length, 1);
  assert.match(world.spoken.warned.join(), /issues \(write\)/);
});
