import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha } from "../../../src/lib/ids.ts";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import { runIn } from "../../worlds/cli_world.ts";
import {
  A,
  B,
  environment,
  FORK,
  HOUR,
  makeWorld,
  MINUTE,
  never,
  NOON,
  PR,
  RUN_OF_FORK,
  type RunChange,
  runningLabels,
  type World,
} from "../../worlds/world.ts";
import { START, STOP } from "./scenarios/rests.ts";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));
/** Begins like {@link A}. */
const TWIN = fullSha("aaaaaaa".padEnd(40, "b"));
const label = (world: World, add: readonly string[], { actor }: { readonly actor: string }) =>
  world.simulator.label({ pr: PR, add: [...add], remove: [], actor });

for (const [what, lose] of [["runs", false], ["is lost", true]] as const) {
  quick(
    `X1: a stranger's commit with the first digits of the approved one, which ${what}, is not built`,
    async () => {
      const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
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
      const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
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
    assert.match(err, /begin with it/);
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

/** GitHub does not tell anybody's permission. */
const UNREADABLE: RunChange["wire"] = async (request, send) =>
  (await request.clone().text()).includes("collaborators(")
    ? new Response("{}", { status: 502, headers: { "content-type": "application/json" } })
    : await send(request);

quick(
  "X2: a status by somebody whose permission cannot be read destroys nothing, is kept, and is judged later",
  async () => {
    const running = "🎪 aaaaaaa 🚦 running";
    const stopping = "🎪 aaaaaaa 🚦 stopping";
    for (const actor of ["tri", "ana"]) {
      const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
      world.simulator.label({ pr: PR, add: [stopping], remove: [running], actor });
      const unread = await world.sync(world.context({ wire: UNREADABLE }));
      assert.equal(world.platform.environments.length, 1);
      assert.ok(world.labels().includes(stopping) && world.labels().includes(running));
      assert.match(unread.plan.because.join(" "), /could not be read/);
      await world.sync();
      assert.equal(world.platform.environments.length, actor === "tri" ? 1 : 0);
      assert.ok(!world.labels().includes(stopping));
    }
  },
);

quick(
  "X1: no label that Showtime writes is believed from who may not build: it is taken off, the true one stays",
  async () => {
    const forged = [
      "🎪 aaaaaaa 📅 2099-01-01T00-00",
      "🎪 aaaaaaa ⌛ 1m",
      "🎪 aaaaaaa 🌐 1.2.3.4:80",
      "🎪 aaaaaaa 🤡 eve",
      "🎪 🎯 bbbbbbb",
      "🎪 🏗️ bbbbbbb",
    ];
    const labels = runningLabels(A);
    for (const taken of [[], labels.filter((name) => /📅|⌛|🌐|🤡|🎯/u.test(name))]) {
      const world = makeWorld({ pull: { labels }, platform: [environment(A)] });
      world.simulator.label({ pr: PR, add: forged, remove: taken, actor: "tri" });
      const { out } = await runIn(world, ["url", String(PR)]);
      assert.equal(out.trim(), taken.length === 0 ? "http://10.0.0.1:8080" : "");
      const context = world.context();
      await applyCleanup(
        context,
        await planCleanup(context, WHOLE_CLEANUP, never()),
        { approved: [] },
        never(),
      );
      assert.equal(world.platform.environments.length, 1);
      await world.sync();
      assert.deepEqual(world.labels(), [...labels].sort());
      assert.doesNotMatch(world.comment(), /1\.2\.3\.4|2099/);
      assert.deepEqual((await world.sync()).plan.steps, []);
    }
  },
);

quick("X1: a creation in the future keeps no environment alive, whoever wrote it", async () => {
  const labels = runningLabels(A, { created: "2099-01-01T00-00", ttl: "30m" });
  for (const createdAt of [NOON - HOUR, undefined]) {
    const world = makeWorld({ pull: { labels }, platform: [environment(A, { createdAt })] });
    const plan = await planCleanup(world.context(), WHOLE_CLEANUP, never());
    assert.equal(plan.candidates.length, createdAt === undefined ? 0 : 1);
    assert.equal(plan.kept.length, createdAt === undefined ? 1 : 0, "what has no age is reported");
  }
});

quick("X1: a time-to-live of the pull request without an end needs somebody who may build", async () => {
  for (
    const [actor, ttl, kept] of [["tri", "close", "48h"], ["ana", "close", "close"], ["tri", "24h", "24h"]]
  ) {
    const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
    label(world, [`🎪 ⌛ ${ttl}`], { actor: actor ?? "" });
    const { plan } = await world.sync();
    assert.ok(world.labels().includes(`🎪 aaaaaaa ⌛ ${kept}`), `${actor} ${ttl}`);
    assert.equal(/is ignored/.test(plan.because.join(" ")), ttl !== kept);
    assert.ok(world.labels().includes(`🎪 ⌛ ${ttl}`));
  }
});

quick(
  "I6: a sync that finds nothing to do asks for all origins in one request, and for its own in none",
  async () => {
    for (const [actor, budget] of [["maxime", 1], ["github-actions[bot]", 1], ["ana", 2]] as const) {
      const world = makeWorld({ platform: [environment(A)] });
      label(world, runningLabels(A), { actor });
      const { requests, writes } = await world.count(() => world.sync());
      assert.deepEqual([requests, writes], [budget, 0], actor);
    }
  },
);

/** GitHub tells that labels were set, and no account any more that set them. */
const GONE: RunChange["wire"] = async (request, send) => {
  const response = await send(request);
  const text = JSON.stringify(
    JSON.parse(await response.text()),
    (_, value) => value?.__typename === "LabeledEvent" ? { ...value, actor: null } : value,
  );
  return new Response(text, { status: response.status, headers: response.headers });
};

quick(
  "X2: a trigger by an account that is gone is refused, whoever's run it is, and the comment says why",
  async () => {
    const world = makeWorld({ pull: FORK });
    label(world, [START], { actor: "ana" });
    world.simulator.push({ pr: PR, sha: TWIN, pusher: "rando" });
    const { plan, exitCode } = await world.sync(
      world.context({ inActions: true, actor: "maxime", wire: GONE }),
    );
    assert.deepEqual([plan.reason, exitCode, world.images.built], ["not_authorized", 3, []]);
    assert.match(world.comment(), /account that set it does not exist any more/);
    assert.ok(!world.labels().includes(START));
  },
);

quick(
  "X1: a refused trigger beside one that counts is taken off and told, and what counts is said and done at once",
  async () => {
    const world = makeWorld();
    label(world, [STOP], { actor: "tri" });
    label(world, [START], { actor: "ana" });
    const { out } = await runIn(world, ["sync", String(PR), "--check-only"]);
    assert.match(out, /^build_needed=true$/m);
    assert.match(out, /^auth_status=authorized$/m);
    const { exitCode, plan } = await world.sync();
    assert.deepEqual([exitCode, plan.reason], [0, "start_requested"]);
    assert.deepEqual(world.platform.environments.map(({ short }) => short), ["aaaaaaa"]);
    assert.ok(!world.labels().includes(STOP));
    assert.match(world.comment(), /tri has the role/);
    const { code } = await runIn(world, ["start", String(PR)], { run: { inActions: true, actor: "tri" } });
    assert.equal(code, 3);
  },
);

quick("X1: a job that comes late does not take off a trigger that was set anew since", async () => {
  const world = makeWorld({ pull: FORK });
  const event = {
    action: "labeled",
    headSha: fullSha(A),
    sender: "ana",
    label: START,
    at: world.clock.now(),
  };
  label(world, [START], { actor: "ana" });
  world.clock.advance(MINUTE);
  world.simulator.label({ pr: PR, add: [], remove: [START], actor: "ana" });
  world.simulator.push({ pr: PR, sha: B, pusher: "rando" });
  world.clock.advance(MINUTE);
  label(world, [START], { actor: "ana" });
  await world.sync(world.context({ inActions: true, actor: "ana", event }));
  assert.deepEqual(world.platform.environments.map(({ short }) => short), ["bbbbbbb"]);
});

/** The labels are read as they were before one was taken off, the timeline as it is after. */
const STALE: RunChange["wire"] = async (request, send) => {
  const response = await send(request);
  const taken = { __typename: "UnlabeledEvent", createdAt: "2024-01-15T14:30:00Z", label: { name: START } };
  const text = JSON.stringify(
    JSON.parse(await response.text()),
    (key, value) => key === "timelineItems" ? { ...value, nodes: [...value.nodes, taken] } : value,
  );
  return new Response(text, { status: response.status, headers: response.headers });
};

quick("X1: a trigger that a stale read still shows is not the wish of who runs now", async () => {
  const world = makeWorld({ pull: FORK });
  label(world, [START], { actor: "tri" });
  const { plan } = await world.sync(world.context({ inActions: true, actor: "maxime", wire: STALE }));
  assert.deepEqual([plan.reason, world.images.built], ["not_authorized", []]);
});
