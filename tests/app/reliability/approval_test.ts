import assert from "node:assert/strict";
import { fullSha } from "../../../src/lib/ids.ts";
import {
  COMMENT_MARKER,
  EMPTY_RECORD,
  formatRecord,
  parseRecord,
} from "../../../src/environments/core/comment/mod.ts";
import {
  deviate,
  play,
  type Scenario,
  stageOf,
  syncing,
  withQuickTimers,
} from "../../worlds/schedule/mod.ts";
import { runIn } from "../../worlds/cli_world.ts";
import {
  A,
  B,
  FORK,
  HOUR,
  makeWorld,
  MINUTE,
  NOON,
  PR,
  RUN_OF_FORK,
  type RunChange,
  type World,
} from "../../worlds/world.ts";
import { assertRests, START } from "./scenarios/rests.ts";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));
const label = (world: World, add: readonly string[], { actor }: { readonly actor: string }) =>
  world.simulator.label({ pr: PR, add: [...add], remove: [], actor });
/** The run of a workflow, with the workflow's own token. */
const inActions = (change: RunChange = {}): RunChange => ({
  token: "bot-token",
  inActions: true,
  actor: "maxime",
  ...change,
});
/** The time passes by a minute before each act, as between people. */
const later = (world: World) => world.clock.advance(MINUTE);

for (const status of ["building", "built", "deploying", "updating", "running", "failed"]) {
  quick(`X1: a "${status}" label that a bot sets on a stranger's commit gets nothing built`, async () => {
    for (const actor of ["renovate[bot]", "my-app[bot]", "github-actions[bot]"]) {
      const settings = { trustedBots: ["my-app[bot]"] };
      const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
      label(world, [`🎪 aaaaaaa 🚦 ${status}`], { actor });
      for (let run = 0; run < 2; run++) {
        await world.sync(world.context(inActions({ settings })));
        later(world);
      }
      assert.deepEqual([world.images.built, world.platform.changes], [[], []], actor);
    }
  });
}

for (
  const [writer, believed] of [["renovate[bot]", false], ["rando", false], ["my-app[bot]", true]] as const
) {
  quick(`X1: a comment's record by ${writer} is ${believed ? "" : "not "}believed`, async () => {
    const record = formatRecord({ ...EMPTY_RECORD, shas: { aaaaaaa: A } });
    const comments = [{ author: writer, body: `${COMMENT_MARKER}\n${record}` }];
    const world = makeWorld({ pull: { ...FORK, comments } });
    label(world, ["🎪 aaaaaaa 🚦 building"], { actor: "github-actions[bot]" });
    await world.sync(world.context(inActions({ settings: { trustedBots: ["my-app[bot]"] } })));
    assert.equal(world.images.built.length, believed ? 1 : 0);
  });
}

/** Writes of commits by date, as GitHub shows them, and the date in the commit that is pushed after the label. */
for (
  const [what, date] of [["an hour before", NOON - HOUR], ["at the time of", NOON], [
    "in",
    undefined,
  ]] as const
) {
  for (const force of [false, true]) {
    quick(
      `X1: a commit dated ${what} the approved one and pushed ${
        force ? "by force " : ""
      }after the label is not built`,
      async () => {
        const world = makeWorld({
          pull: FORK,
          seed: { runs: [RUN_OF_FORK], timeline_order: "commit_dates" },
        });
        later(world);
        label(world, [START], { actor: "ana" });
        later(world);
        world.simulator.push({
          pr: PR,
          sha: B,
          pusher: "rando",
          force,
          ...(date === undefined ? {} : { date }),
        });
        const { plan } = await world.sync(world.context(inActions({ actor: "ana" })));
        assert.deepEqual([plan.reason, world.images.built], ["untrusted_commit", []]);
        assert.ok(!world.labels().includes(START));
        later(world);
        label(world, [START], { actor: "ana" });
        await world.sync(world.context(inActions({ actor: "ana" })));
        assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [B], "a new trigger approves it");
      },
    );
  }
}

quick(
  "X1: a commit that went from the head by force before the label is not approved when it comes back",
  async () => {
    const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK], timeline_order: "commit_dates" } });
    for (const [sha, force] of [[B, false], [A, true]] as const) {
      later(world);
      world.simulator.push({ pr: PR, sha, pusher: "rando", force });
    }
    later(world);
    label(world, [START], { actor: "ana" });
    later(world);
    world.simulator.push({ pr: PR, sha: B, pusher: "rando" });
    const { plan } = await world.sync(world.context(inActions()));
    assert.deepEqual([plan.reason, world.images.built], ["untrusted_commit", []]);
  },
);

quick("X1: a run of the branch from before the pull request was opened approves nothing", async () => {
  const early = { ...RUN_OF_FORK, head_sha: B, created_at: new Date(NOON - HOUR).toISOString() };
  const world = makeWorld({ pull: FORK, seed: { runs: [early], timeline_order: "commit_dates" } });
  later(world);
  label(world, [START], { actor: "ana" });
  later(world);
  world.simulator.push({ pr: PR, sha: B, pusher: "rando", date: NOON - HOUR });
  assert.equal((await world.sync(world.context(inActions()))).plan.reason, "untrusted_commit");
});

for (
  const [what, change] of [
    ["of another branch", { head_branch: "other" }],
    ["of another fork", { head_repository: "eve/superset" }],
    ["of another commit", { head_sha: B }],
    ["that is younger than the label", { created_at: new Date(NOON + HOUR).toISOString() }],
  ] as const
) {
  quick(`X1: a workflow run ${what} shows nothing about the head`, async () => {
    const world = makeWorld({ pull: FORK, seed: { runs: [{ ...RUN_OF_FORK, ...change }] } });
    later(world);
    label(world, [START], { actor: "ana" });
    const { plan } = await world.sync(world.context(inActions()));
    assert.deepEqual([plan.reason, world.images.built], ["untrusted_commit", []]);
  });
}

quick(
  "X1: a commit that no workflow run shows waits, everybody is told what is missing, and a command or a new trigger approves it",
  async () => {
    for (const again of ["command", "trigger"] as const) {
      const world = makeWorld({ pull: FORK });
      later(world);
      label(world, [START], { actor: "ana" });
      const { code, out } = await runIn(world, ["sync", String(PR)]);
      const why = /no workflow run of it is known to be older/;
      assert.equal(code, 0);
      assert.match(out, why);
      assert.match(out, new RegExp(`showtime start ${PR} --sha ${A}`));
      assert.match(world.comment(), why);
      assert.deepEqual(world.images.built, []);
      later(world);
      if (again === "command") await runIn(world, ["start", String(PR), "--sha", A]);
      else {
        label(world, [START], { actor: "ana" });
        await world.sync(world.context(inActions()));
      }
      assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A], again);
    }
  },
);

/** GitHub refuses to show workflow runs. */
const HIDDEN: RunChange["wire"] = (request, send) =>
  new URL(request.url).pathname.endsWith("/actions/runs")
    ? Promise.resolve(
      new Response(JSON.stringify({ message: "Resource not accessible by integration" }), {
        status: 403,
        headers: { "content-type": "application/json" },
      }),
    )
    : send(request);

quick(
  "X2: workflow runs that the token may not read approve nothing, and the comment names the right",
  async () => {
    const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
    label(world, [START], { actor: "ana" });
    const { plan } = await world.sync(world.context(inActions({ wire: HIDDEN })));
    assert.deepEqual([plan.reason, world.images.built], ["untrusted_commit", []]);
    assert.match(world.comment(), /actions: read/);
  },
);

quick("X2: workflow runs that cannot be read for the moment leave the trigger for the next run", async () => {
  const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
  label(world, [START], { actor: "ana" });
  const broken: RunChange["wire"] = (request, send) =>
    new URL(request.url).pathname.endsWith("/actions/runs")
      ? Promise.resolve(new Response("Bad Gateway", { status: 502 }))
      : send(request);
  await assert.rejects(world.sync(world.context(inActions({ wire: broken }))), { code: "forge_unreachable" });
  assert.ok(world.labels().includes(START));
  await world.sync(world.context(inActions()));
  assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A]);
});

quick(
  "I6: workflow runs are asked for once, only for a trigger that decides, and a creation stays in its budget",
  async () => {
    const asks = (world: World) =>
      world.simulator.requests().filter(({ path }) => path.endsWith("/actions/runs")).length;
    const event = { action: "labeled", headSha: A, sender: "ana", label: START, at: NOON };
    for (
      const [what, pull, run, wanted] of [
        ["a fork", FORK, inActions(), 1],
        ["a fork whose payload says it", FORK, inActions({ event }), 0],
        ["a branch of the repository", {}, inActions(), 0],
      ] as const
    ) {
      const world = makeWorld({ pull, seed: { runs: [RUN_OF_FORK] } });
      label(world, [START], { actor: "ana" });
      const { requests } = await world.count(() => world.sync(world.context(run)));
      assert.equal(asks(world), wanted, what);
      assert.ok(requests <= 16, `${what}: ${requests} requests`);
      assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A], what);
      assert.equal((await world.count(() => world.sync(world.context(inActions())))).requests <= 3, true);
      assert.equal(asks(world), wanted, `${what}, with nothing to do`);
    }
  },
);

/** A run for a stranger's commit that was approved. */
const CREATING: Scenario = {
  name: "creating_for_a_stranger",
  make: () => {
    const world = makeWorld({ pull: { ...FORK, labels: ["bug"] }, seed: { runs: [RUN_OF_FORK] } });
    label(world, [START], { actor: "ana" });
    const stage = stageOf(world);
    stage.actors.set("a", syncing(stage, "a", inActions({ run: { id: 101, attempt: 1 } })));
    return Promise.resolve(stage);
  },
  check: async ({ stage: { world } }) => {
    world.clock.advance(11 * MINUTE);
    await world.sync(world.context(inActions()));
    assertRests(world, "aaaaaaa");
    assert.equal((await world.count(() => world.sync(world.context(inActions())))).writes, 0);
  },
};

Deno.test("C1: a run for a stranger's approved commit that died before or after any request is finished by the next", async () => {
  const { steps } = await play(CREATING, () => undefined);
  assert.ok(steps.length > 6, `${steps.length} requests`);
  for (const at of steps.keys()) {
    for (const fate of ["kill", "killed"] as const) await play(CREATING, deviate("a", { at: at + 1, fate }));
  }
});

quick(
  "X1: a payload's head does not count where the timeline shows that the commit came after the label",
  async () => {
    const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
    later(world);
    label(world, [START], { actor: "ana" });
    const at = world.clock.now();
    later(world);
    world.simulator.push({ pr: PR, sha: B, pusher: "rando" });
    const event = { action: "labeled", headSha: fullSha(B), sender: "ana", label: START, at };
    const { plan } = await world.sync(world.context(inActions({ actor: "ana", event })));
    assert.deepEqual([plan.reason, world.images.built], ["untrusted_commit", []]);
  },
);

quick(
  "C4: the record with the whole hash stands in the comment before the trigger is taken off",
  async () => {
    const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
    label(world, [START], { actor: "ana" });
    const dead = new Error("the process is gone");
    const wire: RunChange["wire"] = async (request, send) => {
      const text = await request.clone().text();
      const response = await send(request);
      // The process dies right after the request that takes the trigger off.
      if (text.includes("removeLabelsFromLabelable")) throw dead;
      return response;
    };
    await assert.rejects(world.sync(world.context(inActions({ wire }))));
    assert.ok(!world.labels().includes(START));
    const writes = world.simulator.requests().flatMap(({ operations }) => operations);
    const [comment, removal] = [writes.indexOf("addComment"), writes.indexOf("removeLabelsFromLabelable")];
    assert.ok(comment >= 0 && comment < removal, writes.join());
    const shas = parseRecord(world.comment()).shas ?? {};
    assert.deepEqual(Object.values(shas), [A]);

    world.clock.advance(11 * MINUTE);
    assert.equal((await world.sync(world.context(inActions()))).plan.reason, "resumed");
    assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A]);
  },
);

quick(
  "X1: a run that died before its record is written decides anew by the trigger, which is still there",
  async () => {
    for (const pushed of [false, true]) {
      const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK], timeline_order: "commit_dates" } });
      later(world);
      label(world, [START], { actor: "ana" });
      const dead = new Error("the process is gone");
      let gone = false;
      const wire: RunChange["wire"] = async (request, send) => {
        const text = await request.clone().text();
        if (text.includes("addComment")) gone = true;
        if (gone) throw dead;
        return await send(request);
      };
      await assert.rejects(world.sync(world.context(inActions({ wire }))));
      assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 building") && world.labels().includes(START));
      world.clock.advance(11 * MINUTE);
      if (pushed) world.simulator.push({ pr: PR, sha: B, pusher: "rando", date: NOON - HOUR });
      await world.sync(world.context(inActions()));
      await world.sync(world.context(inActions()));
      assert.deepEqual(world.platform.environments.map(({ sha }) => sha), pushed ? [] : [A]);
      assert.equal(world.images.built.length, pushed ? 0 : 1);
    }
  },
);

quick("I6: a command on which no trigger depends does not ask for workflow runs", async () => {
  const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
  label(world, [START], { actor: "ana" });
  const asks = () => world.simulator.requests().filter(({ path }) => path.endsWith("/actions/runs")).length;
  for (const [argv, wanted] of [[["status"], 0], [["history"], 0], [["explain"], 1]] as const) {
    await runIn(world, [...argv, String(PR)]);
    assert.equal(asks(), wanted, argv.join());
  }
});
