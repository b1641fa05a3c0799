import assert from "node:assert/strict";
import { checkOnly } from "../../../src/environments/app/sync/check_only.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import type { RunEvent } from "../../../src/environments/core/plan/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import {
  A,
  B,
  environment,
  makeWorld,
  never,
  PR,
  runningLabels,
  type World,
  type WorldOptions,
} from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const FREEZE = "🎪 🧊 showtime-freeze";
const BLOCKED = "🎪 🔒 showtime-blocked";
/** The age of the state that stale reads show. */
const STALE_MS = 5_000;

/** Lets the world's time pass while `act` runs. */
async function passing<T>(world: World, act: () => Promise<T>, stepMs = 100): Promise<T> {
  const ticking = setInterval(() => world.clock.advance(stepMs), 1);
  try {
    return await act();
  } finally {
    clearInterval(ticking);
  }
}

/** Makes a world, lets an hour pass, then `change` happens. Reads are stale from then on, `times` times. */
function staleWorld(
  options: WorldOptions,
  { change, times = 4 }: { readonly change: (world: World) => void; readonly times?: number },
): World {
  const world = makeWorld(options);
  world.clock.advance(3_600_000);
  change(world);
  world.simulator.faults([{ match: "graphql:pullRequest", stale_ms: STALE_MS, times }]);
  return world;
}

const eventOf = (world: World, change: Partial<RunEvent>): RunEvent => ({
  action: undefined,
  headSha: A,
  sender: "ana",
  label: undefined,
  open: true,
  at: Math.floor(world.clock.now() / 1000) * 1000,
  ...change,
});

const inActions = (world: World, change: Partial<RunEvent>) =>
  world.context({
    actor: "ana",
    inActions: true,
    run: { id: 101, attempt: 1 },
    event: eventOf(world, change),
  });

const RUNNING = { pull: { labels: runningLabels(A) }, platform: [environment(A)] };
const label = (world: World, change: { readonly add?: string[]; readonly remove?: string[] }) =>
  world.simulator.label({ pr: PR, add: [], remove: [], actor: "ana", ...change });

const CASES: readonly {
  readonly title: string;
  readonly options: WorldOptions;
  readonly change: (world: World) => void;
  readonly event: Partial<RunEvent>;
  readonly reason: string;
  readonly runs: readonly string[];
}[] = [
  {
    title: "a push",
    options: RUNNING,
    change: (world) => world.simulator.push({ pr: PR, sha: B, pusher: "ana" }),
    event: { action: "synchronize", headSha: B },
    reason: "new_commit",
    runs: ["bbbbbbb"],
  },
  {
    title: "a label that was set",
    options: {},
    change: (world) => label(world, { add: [START] }),
    event: { action: "labeled", label: START },
    reason: "start_requested",
    runs: ["aaaaaaa"],
  },
  {
    title: "a label that was removed",
    options: {
      pull: { labels: [...runningLabels(A), FREEZE], head: { sha: B, ref: "b", repo: "apache/superset" } },
      platform: [environment(A)],
    },
    change: (world) => label(world, { remove: [FREEZE] }),
    event: { action: "unlabeled", label: FREEZE, headSha: B },
    reason: "new_commit",
    runs: ["bbbbbbb"],
  },
  {
    title: "a block that was taken off",
    options: { pull: { labels: [START, BLOCKED] } },
    change: (world) => label(world, { remove: [BLOCKED] }),
    event: { action: "unlabeled", label: BLOCKED },
    reason: "start_requested",
    runs: ["aaaaaaa"],
  },
  {
    title: "a close",
    options: RUNNING,
    change: (world) => world.simulator.pull({ pr: PR, state: "closed" }),
    event: { action: "closed", open: false },
    reason: "pr_closed",
    runs: [],
  },
  {
    title: "a reopening",
    options: { pull: { labels: [START], state: "closed" } },
    change: (world) => world.simulator.pull({ pr: PR, state: "open" }),
    event: { action: "reopened", open: true },
    reason: "start_requested",
    runs: ["aaaaaaa"],
  },
];

for (const { title, options, change, event, reason, runs } of CASES) {
  Deno.test(`syncPull() reads again until GitHub shows ${title} of its own event`, async () => {
    const world = staleWorld(options, { change });

    const { plan, exitCode } = await passing(world, () => world.sync(inActions(world, event)));

    assert.equal(plan.reason, reason);
    assert.equal(exitCode, 0);
    assert.deepEqual(world.platform.environments.map(({ short }) => String(short)), runs);
  });

  Deno.test(`syncPull() ends with stale_read where GitHub does not show ${title} for 15 seconds`, async () => {
    const world = staleWorld(options, { change });
    const before = world.clock.now();
    const sent = world.simulator.requests().length;
    // An hour old at every read.
    world.simulator.faults([{ match: "graphql:pullRequest", stale_ms: 3_500_000, times: 1000 }]);

    const labels = world.labels();
    const failure = await passing(world, () => world.sync(inActions(world, event))).then(
      () => undefined,
      (e) => e,
    );

    assert.ok(failure instanceof AppError, String(failure));
    assert.deepEqual([failure.code, failure.exitCode], ["stale_read", 5]);
    assert.match(
      failure.message,
      /^Reading pull request #1234: GitHub shows an older state than this run knows: /,
    );
    assert.ok(world.clock.now() - before >= 15_000 && world.clock.now() - before < 25_000);
    assert.ok(world.simulator.requests().length - sent <= 8);
    assert.deepEqual(world.labels(), labels);
    assert.ok(world.simulator.requests().every(({ write }) => !write));
  });
}

Deno.test("syncPull() believes what it reads where its event is of another day", async () => {
  const world = makeWorld(RUNNING);
  const event = { action: "labeled", label: START, headSha: B, at: world.clock.now() - 3 * 86_400_000 };

  const { requests } = await world.count(async () => {
    const { plan } = await world.sync(inActions(world, event));
    assert.equal(plan.reason, "up_to_date");
  });

  assert.equal(requests, 1);
});

Deno.test("checkOnly() reads again too, so that the workflow's decision knows the event", async () => {
  const world = staleWorld({}, { change: (each) => label(each, { add: [START] }) });
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };

  const facts = await passing(
    world,
    () => checkOnly(inActions(world, { action: "labeled", label: START }), PR, options, never()),
  );

  assert.equal(facts["action_reason"], "start_requested");
});

Deno.test("syncPull() waits for a pull request that its event is about and that GitHub does not show yet", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.clock.advance(1_000);
  world.simulator.pull({ pr: PR, title: "New" });
  let hidden = 2;
  const context = world.context({
    actor: "ana",
    inActions: true,
    event: eventOf(world, { action: "opened" }),
    wire: async (request, send) => {
      const text = await request.clone().text();
      if (!text.includes("pullRequest(number") || hidden-- <= 0) return await send(request);
      return Response.json({
        data: {
          repository: { id: "R_1", pullRequest: null },
          viewer: { login: "maxime", __typename: "User" },
        },
        errors: [{ type: "NOT_FOUND", path: ["repository", "pullRequest"], message: "Could not resolve" }],
      });
    },
  });

  const { plan } = await passing(world, () => world.sync(context));

  assert.equal(plan.reason, "start_requested");
});

/** Makes every read of the pull request stale whose number, counted from 1, is in `which`. */
function staleReads(world: World, which: (count: number) => boolean, staleMs: number) {
  let count = 0;
  return async (request: Request, send: (request: Request) => Promise<Response>) => {
    const text = await request.clone().text();
    if (!text.includes("pullRequest(number") || !which(++count)) return await send(request);
    world.simulator.faults([{ match: "*", stale_ms: staleMs }]);
    try {
      return await send(request);
    } finally {
      world.simulator.faults([]);
    }
  };
}

for (let nth = 2; nth <= 7; nth++) {
  Deno.test(`syncPull() whose read ${nth} shows the state before its own writes does its work once`, async () => {
    const world = makeWorld({ pull: { labels: [START] } });
    world.clock.advance(3_600_000);
    // Builds take time, so that the writes of a run are at different seconds.
    world.images.hooks.before("build", () => world.clock.advance(2_000));
    world.platform.hooks.before("deploy", () => world.clock.advance(2_000));
    const wire = staleReads(world, (count) => count === nth, 60_000);

    const result = await passing(world, () => world.sync(world.context({ wire })));

    assert.equal(result.exitCode, 0);
    assert.equal(result.plan.reason, "start_requested");
    assert.equal(world.images.built.length, 1);
    assert.equal(world.platform.changes.length, 1);
    assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
    assert.ok(!world.labels().includes(START));
    assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
    const claims = world.simulator.requests().filter(({ method, path }) =>
      method === "POST" && path.endsWith("/labels")
    );
    assert.equal(claims.length, 1, "the lock is taken once");
  });
}

Deno.test("syncPull() whose reads stay older than its own writes ends with stale_read, and the next run finishes", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.clock.advance(3_600_000);
  world.images.hooks.before("build", () => world.clock.advance(2_000));
  const wire = staleReads(world, (count) => count > 2, 120_000);

  const failure = await passing(world, () => world.sync(world.context({ wire }))).then(
    () => undefined,
    (e) => e,
  );

  assert.ok(failure instanceof AppError, String(failure));
  assert.equal(failure.code, "stale_read");
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
  const { plan } = await passing(world, () => world.sync());
  assert.equal(plan.reason, "resumed");
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
});
