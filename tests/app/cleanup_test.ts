import assert from "node:assert/strict";
import { applyCleanup } from "../../src/environments/app/cleanup/apply_cleanup.ts";
import {
  type CleanupOptions,
  planCleanup,
  WHOLE_CLEANUP,
} from "../../src/environments/app/cleanup/cleanup.ts";
import { AppError } from "../../src/lib/errors.ts";
import { prNumber, type ServiceName } from "../../src/lib/ids.ts";
import {
  A,
  B,
  environment,
  hash,
  HOUR,
  imageOf,
  makeWorld,
  MINUTE,
  never,
  NOON,
  PR,
  runningLabels,
  seedPull,
  type World,
} from "../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
/** Plans a cleanup. `cap` is the configured cap on ages, in milliseconds. */
async function plan(
  world: World,
  { cap, ...change }: Partial<CleanupOptions> & { readonly cap?: number } = {},
) {
  const ports = world.context(cap === undefined ? {} : { settings: { maxAgeMs: cap } });
  return await planCleanup(ports, { ...WHOLE_CLEANUP, ...change }, never());
}

async function clean(
  world: World,
  change: Partial<CleanupOptions> = {},
  options: { readonly approve?: boolean } = {},
) {
  const context = world.context();
  const planned = await planCleanup(context, { ...WHOLE_CLEANUP, ...change }, never());
  const approved = options.approve === true ? planned.candidates.map((each) => each.id) : [];
  return { planned, done: await applyCleanup(context, planned, { approved }, never()) };
}

/** A world in which A runs, an hour old. */
function running(options: { readonly ttl?: string; readonly extra?: readonly string[] } = {}): World {
  const labels = [
    ...runningLabels(A, options.ttl === undefined ? {} : { ttl: options.ttl }),
    ...options.extra ?? [],
  ];
  return makeWorld({ pull: { labels }, platform: [environment(A)] });
}

Deno.test("planCleanup() finds what has outlived its time-to-live, and nothing before", async () => {
  const world = running({ ttl: "2h" });
  assert.deepEqual((await plan(world)).candidates, []);
  world.clock.advance(HOUR);
  const { candidates } = await plan(world);
  assert.deepEqual(candidates.map((each) => [each.id, each.needsApproval]), [[
    `expired:${PR}:aaaaaaa`,
    false,
  ]]);
});

Deno.test("R1: planCleanup() writes nothing and lists the platform before the pull requests", async () => {
  const world = running({ ttl: "1h" });
  let listed = -1;
  world.platform.hooks.before("list", () => {
    listed = world.simulator.requests().length;
  });
  const { writes, requests } = await world.count(() => plan(world));
  assert.deepEqual([writes, listed, requests], [0, 0, 2]);
});

for (
  const [what, ttl, change, expected] of [
    ["keeps close for ever", "close", {}, 0],
    ["keeps close under the configured cap", "close", { cap: HOUR }, 0],
    ["ends close where --max-age says so", "close", { askedMaxAgeMs: HOUR }, 1],
    ["caps a time-to-live by the configured age", "48h", { cap: HOUR }, 1],
    ["caps a time-to-live by --max-age", "48h", { askedMaxAgeMs: HOUR }, 1],
    ["lets --max-age outweigh the configured age", "48h", { askedMaxAgeMs: 9 * HOUR, cap: HOUR }, 0],
    ["takes one age for all", "48h", { olderThanMs: HOUR }, 1],
    ["takes one age for all, a longer one too", "30m", { olderThanMs: 2 * HOUR }, 0],
    ["leaves close under one age for all", "close", { olderThanMs: HOUR }, 0],
  ] as const
) {
  Deno.test(`planCleanup() ${what}`, async () => {
    assert.equal((await plan(running({ ttl }), change)).candidates.length, expected);
  });
}

Deno.test("planCleanup() counts from the platform's tag where the creation label is missing, and keeps what has no age", async () => {
  const labels = runningLabels(A, { ttl: "30m" }).filter((name) => !name.includes("📅"));
  const known = makeWorld({ pull: { labels }, platform: [environment(A)] });
  assert.equal((await plan(known)).candidates[0]?.kind, "expired");
  const unknown = makeWorld({ pull: { labels }, platform: [environment(A, { createdAt: undefined })] });
  const { candidates, kept } = await plan(unknown);
  assert.deepEqual([candidates, kept.map((each) => each.what)], [[], [`aaaaaaa of #${PR}`]]);
});

Deno.test("applyCleanup() removes an expired environment with all that belongs to it and leaves a person's labels", async () => {
  const mine = ["🎪 🧊 showtime-freeze", "🎪 conf-enable-X", "bug"];
  const world = running({ ttl: "1h", extra: mine });
  world.images.plant({ image: imageOf(PR, environment(A).short ?? fail()), createdAt: NOON - HOUR });
  const { done } = await clean(world);
  assert.deepEqual(done, {
    removed: [`aaaaaaa of #${PR}`],
    mended: [],
    extended: [],
    warned: [],
    slept: [],
    kept: [],
    incomplete: [],
  });
  assert.deepEqual([world.platform.environments, world.images.stored], [[], []]);
  assert.deepEqual(world.labels(), [...mine].sort());
  assert.deepEqual(world.definitions().filter((name) => /aaaaaaa|lock/.test(name)), []);
  assert.match(world.comment(), /`aaaaaaa` expired/);
});

Deno.test("applyCleanup() finds nothing the second time and writes nothing", async () => {
  const world = running({ ttl: "1h" });
  await clean(world);
  assert.deepEqual((await world.count(() => clean(world, {}, { approve: true }))).writes, 0);
});

Deno.test("applyCleanup() removes expired environments of a blocked pull request", async () => {
  const world = running({ ttl: "1h", extra: ["🎪 🔒 showtime-blocked"] });
  await clean(world);
  assert.deepEqual([world.platform.environments, world.labels()], [[], ["🎪 🔒 showtime-blocked"]]);
});

for (
  const [what, change] of [
    ["a new commit", (world: World) => world.simulator.push({ pr: PR, sha: B, pusher: "ana" })],
    ["a trigger", (world: World) => world.simulator.label({ pr: PR, add: [START], actor: "ana" })],
    [
      "another status",
      (world: World) =>
        world.simulator.label({ pr: PR, add: ["🎪 aaaaaaa 🚦 updating"], remove: ["🎪 aaaaaaa 🚦 running"] }),
    ],
    [
      "a longer time-to-live",
      (world: World) =>
        world.simulator.label({ pr: PR, add: ["🎪 aaaaaaa ⌛ 90h"], remove: ["🎪 aaaaaaa ⌛ 1h"] }),
    ],
  ] as const
) {
  Deno.test(`R1: applyCleanup() leaves an environment alone that got ${what} meanwhile`, async () => {
    const world = running({ ttl: "1h" });
    const context = world.context();
    const planned = await planCleanup(context, WHOLE_CLEANUP, never());
    change(world);
    const done = await applyCleanup(context, planned, { approved: [] }, never());
    assert.deepEqual([done.removed, done.kept.map((each) => each.what)], [[], [`aaaaaaa of #${PR}`]]);
    assert.deepEqual([world.platform.environments.length, world.platform.changes], [1, []]);
  });
}

Deno.test("R1: applyCleanup() gives a status back where a push comes between the mark and the removal", async () => {
  const world = running({ ttl: "1h" });
  const context = world.context();
  const planned = await planCleanup(context, WHOLE_CLEANUP, never());
  let looks = 0;
  world.platform.hooks.before("list", () => {
    // The second look under the lock is the last one before the platform is written to.
    if (++looks === 2) world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  });
  const done = await applyCleanup(context, planned, { approved: [] }, never());
  assert.deepEqual([done.removed, world.platform.environments.length], [[], 1]);
  assert.deepEqual(world.labels(), [...runningLabels(A, { ttl: "1h" })].sort());
  assert.match(world.spoken.warned.join("\n"), /showtime sync 1234/);
});

Deno.test("applyCleanup() leaves a pull request alone that another run holds", async () => {
  const lock = "v1 n=anotherrun r=101/1 x=1705329600 u=ana";
  const world = running({ ttl: "1h" });
  const context = world.context();
  const planned = await planCleanup(context, WHOLE_CLEANUP, never());
  await context.forge.createLock({ name: `🎪 lock pr-${PR}`, color: "6a737d", description: lock }, never());
  const done = await applyCleanup(world.context(), planned, { approved: [] }, never());
  assert.deepEqual([done.removed, done.kept.length, world.platform.changes], [[], 1, []]);
  assert.match(done.kept[0]?.why ?? "", /run 101/);
});

Deno.test("R2: planCleanup() removes nothing of a kind whose listing failed", async () => {
  const down = () => {
    throw new AppError("platform_unreachable", "Listing environments: nobody answers");
  };
  const world = running({ ttl: "1h" });
  world.platform.hooks.before("list", down);
  const blind = await plan(world);
  assert.deepEqual([blind.candidates, blind.incomplete.length], [[], 1]);
  world.platform.hooks.before("list", undefined);
  world.simulator.faults([{ match: "graphql:pullRequests", status: 500, times: 99 }]);
  const half = await plan(world);
  assert.deepEqual(half.candidates, []);
  assert.match(half.incomplete.join("\n"), /could not be listed/);
});

Deno.test("applyCleanup() removes everything of a closed pull request without a question", async () => {
  const extra = ["🎪 🧊 showtime-freeze", "🎪 🔒 showtime-blocked"];
  const world = makeWorld({
    pull: { state: "closed", labels: [...runningLabels(A), ...extra] },
    platform: [environment(A)],
  });
  const { planned, done } = await clean(world);
  assert.deepEqual(planned.candidates.map((each) => [each.kind, each.needsApproval]), [["closed", false]]);
  assert.deepEqual([done.incomplete, world.platform.environments], [[], []]);
  assert.deepEqual(world.labels(), ["🎪 🔒 showtime-blocked"]);
});

Deno.test("applyCleanup() leaves a pull request alone that was opened again", async () => {
  const world = makeWorld({
    pull: { state: "closed", labels: runningLabels(A) },
    platform: [environment(A)],
  });
  const context = world.context();
  const planned = await planCleanup(context, WHOLE_CLEANUP, never());
  world.simulator.pull({ pr: PR, state: "open" });
  const done = await applyCleanup(context, planned, { approved: [] }, never());
  assert.deepEqual([done.removed, world.platform.environments.length], [[], 1]);
});

Deno.test("R3: applyCleanup() asks before it removes orphans, and keeps what is younger than the grace period", async () => {
  const nobody = prNumber(77);
  const old = environment(A, { pr: nobody });
  const world = makeWorld({ platform: [old, environment(B, { pr: nobody, createdAt: NOON - 29 * MINUTE })] });
  const asked = await clean(world);
  assert.deepEqual(asked.planned.candidates.map((each) => [each.id, each.needsApproval]), [[
    `orphan:${old.service}`,
    true,
  ]]);
  assert.deepEqual([asked.done.removed, asked.done.kept.length, world.platform.changes], [[], 2, []]);
  const agreed = await clean(world, {}, { approve: true });
  assert.equal(agreed.done.removed.length, 1);
  assert.deepEqual(world.platform.environments.map((each) => each.short), [environment(B).short]);
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
});

Deno.test("R3: planCleanup() reports what lacks our tag and does not see other repositories", async () => {
  const world = makeWorld({
    platform: [environment(A, { managed: false }), environment(B, { repo: "other/repo" })],
  });
  const { candidates, kept } = await plan(world, { askedMaxAgeMs: MINUTE });
  assert.deepEqual([candidates, kept.length], [[], 1]);
  assert.match(kept[0]?.why ?? "", /never deleted/);
});

for (
  const [scheme, of] of [
    ["pr-<n>-service", { service: `pr-${PR}-service` as ServiceName, short: undefined }],
    ["pr-<n>-<sha7>", {
      service: `pr-${PR}-${environment(A).short}` as ServiceName,
      short: environment(A).short,
      bare: true,
    }],
  ] as const
) {
  const legacy = environment(A, {
    ...of,
    sha: undefined,
    managed: false,
    legacy: true,
    repo: undefined,
    epoch: 0,
  });

  Deno.test(`applyCleanup() removes a service of the older scheme ${scheme} where somebody agrees`, async () => {
    const world = makeWorld({ platform: [legacy] });
    assert.deepEqual((await clean(world)).done.removed, []);
    assert.equal((await clean(world, {}, { approve: true })).done.removed.length, 1);
    assert.deepEqual(world.platform.environments, []);
  });

  Deno.test(`a stop and a close remove a service of the older scheme ${scheme}`, async () => {
    for (const end of ["stop", "close"]) {
      const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A), legacy] });
      if (end === "close") world.simulator.pull({ pr: PR, state: "closed" });
      else world.simulator.label({ pr: PR, add: ["🎪 🛑 showtime-trigger-stop"], actor: "ana" });
      await world.sync(world.context());
      assert.deepEqual(world.platform.environments, [], end);
    }
  });
}

Deno.test("applyCleanup() removes definitions that nobody needs, and no others", async () => {
  const litter = Array.from(
    { length: 120 },
    (_, index) => `🎪 ${hash(`c${index.toString().padStart(6, "0")}`).slice(0, 7)} 🚦 running`,
  );
  const label = (name: string) => ({ name, color: "ffffff", description: null });
  const world = makeWorld({
    seed: {
      labels: [...litter, "🎪 feedface rocks", "🎪 showtime", "deadbee", "🎪 aaaaaaa 🚦 failed"].map(label),
      pulls: [seedPull(PR, { labels: runningLabels(A) }), seedPull(8, { labels: ["🎪 eeeeeee 🚦 running"] })],
    },
    platform: [environment(A)],
  });
  const limited = await plan(world, { labelLimit: 7 });
  assert.equal(limited.candidates.filter((each) => each.kind === "label").length, 7);
  const { writes } = await world.count(() => clean(world));
  assert.equal(writes, 3);
  assert.deepEqual(world.definitions().filter((name) => /c0\d{5}/.test(name)), []);
  const left = [
    "🎪 feedface rocks",
    "🎪 showtime",
    "deadbee",
    "🎪 aaaaaaa 🚦 failed",
    "🎪 eeeeeee 🚦 running",
  ];
  assert.deepEqual(left.filter((name) => !world.definitions().includes(name)), []);
});

Deno.test("applyCleanup() removes dead locks and no living ones", async () => {
  const description = (run: number, minutes: number) =>
    `v1 n=abcdefgh${run} r=${run}/1 x=${(NOON + minutes * MINUTE) / 1000}`;
  const lock = (pr: number, text: string) => ({
    name: `🎪 lock pr-${pr}`,
    color: "6a737d",
    description: text,
  });
  const world = makeWorld({
    seed: {
      labels: [
        lock(1, description(101, 5)),
        lock(2, description(102, 5)),
        lock(3, description(101, -1)),
        lock(4, "by hand"),
      ],
      runs: [{ id: 101, run_attempt: 1, status: "in_progress" }, {
        id: 102,
        run_attempt: 1,
        status: "completed",
      }],
    },
  });
  const { planned, done } = await clean(world);
  assert.deepEqual(done.removed.toSorted(), ["the lock of #2", "the lock of #3"]);
  assert.deepEqual(planned.kept.map((each) => each.what), ["the lock of #4"]);
  assert.deepEqual(world.definitions(), ["🎪 lock pr-1", "🎪 lock pr-4"]);
});

Deno.test("applyCleanup() removes what environments left on the platform where somebody agrees, and only what is old enough", async () => {
  const world = makeWorld();
  const remains = [
    { id: "old", what: "task definition x-pr-1:1", pr: prNumber(1), createdAt: NOON - HOUR },
    { id: "young", what: "task definition x-pr-1:2", pr: prNumber(1), createdAt: NOON - MINUTE },
    { id: "ageless", what: "task definition x-pr-1:3", pr: prNumber(1), createdAt: undefined },
  ];
  world.platform.remains.push(...remains);

  const asked = await clean(world);
  const agreed = await clean(world, {}, { approve: true });

  assert.deepEqual(asked.done.removed, []);
  assert.deepEqual(agreed.done.removed, ["task definition x-pr-1:1"]);
  assert.deepEqual(world.platform.remains.map(({ id }) => id), ["young", "ageless"]);
  assert.match(
    agreed.done.kept.map(({ what, why }) => `${what} ${why}`).join("\n"),
    /:2 .*30 minutes\n.*:3 .*age is not known/,
  );
});

Deno.test("planCleanup() leaves alone what is left of a pull request that a run works on", async () => {
  const lock = { name: `🎪 lock pr-${PR}`, color: "6a737d", description: "by hand" };
  const world = makeWorld({ seed: { labels: [lock] } });
  world.platform.remains.push({ id: "old", what: "task definition x:1", pr: PR, createdAt: NOON - HOUR });

  const { candidates, kept } = await plan(world);

  assert.deepEqual(candidates, []);
  assert.match(kept.map(({ why }) => why).join(), /a run works on that pull request/);
});

Deno.test("planCleanup() removes none of what was left where it cannot list it all", async () => {
  const world = makeWorld();
  world.platform.leftovers = () =>
    Promise.reject(new AppError("aws_unreachable", "Listing families: AWS does not answer"));

  const { candidates, incomplete } = await plan(world);

  assert.deepEqual(candidates, []);
  assert.match(incomplete.join(), /could not be listed, so none of it is removed: Listing families/);
});

Deno.test("applyCleanup() removes images that nothing uses where somebody agrees", async () => {
  const image = (pr: number, digits: string) => `apache/superset:pr-${pr}-${digits}-ci`;
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
  world.images.plant(
    { image: image(PR, "aaaaaaa"), createdAt: NOON - HOUR },
    { image: image(PR, "bbbbbbb"), createdAt: NOON - HOUR },
    { image: image(PR, "ccccccc"), createdAt: NOON - MINUTE },
    { image: image(PR, "ddddddd"), createdAt: undefined },
  );
  assert.deepEqual((await clean(world)).done.removed, []);
  assert.deepEqual((await clean(world, {}, { approve: true })).done.removed, [
    `image ${image(PR, "bbbbbbb")}`,
  ]);
  assert.deepEqual(world.images.stored, ["aaaaaaa", "ccccccc", "ddddddd"].map((digits) => image(PR, digits)));
});

Deno.test("cleanup removes images by their strict name, labelled or not, and leaves other repositories theirs", async () => {
  const image = (digits: string) => `apache/superset:pr-${PR}-${digits}-ci`;
  const world = makeWorld();
  world.images.plant(
    { image: image("aaaaaaa"), createdAt: NOON - HOUR, builtFor: undefined },
    { image: image("bbbbbbb"), createdAt: NOON - HOUR, builtFor: "someone/else" },
    { image: image("ccccccc"), createdAt: NOON - HOUR, builtFor: "Apache/Superset" },
  );

  const { done } = await clean(world, {}, { approve: true });

  assert.deepEqual(done.removed, [`image ${image("aaaaaaa")}`, `image ${image("ccccccc")}`]);
  assert.deepEqual(done.kept, []);
});

Deno.test("planCleanup() leaves images alone that another repository's environments use, and never touches those", async () => {
  const [used, pattern] = ["apache/superset:pr-77-ccccccc-ci", "apache/superset:pr-78-bbbbbbb-ci"];
  const world = makeWorld({
    platform: [
      environment(B, { pr: prNumber(77), repo: "someone/else", image: used }),
      environment(B, { pr: prNumber(78), repo: "someone/else", image: undefined }),
    ],
  });
  world.images.plant(
    { image: used, createdAt: NOON - HOUR },
    { image: pattern, createdAt: NOON - HOUR },
    { image: "apache/superset:pr-79-ddddddd-ci", createdAt: NOON - HOUR },
  );

  const { candidates } = await plan(world);

  assert.deepEqual(candidates.map(({ id }) => id), ["image:apache/superset:pr-79-ddddddd-ci"]);
});

Deno.test("applyCleanup() takes the marker off a pull request whose environments are gone", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 showtime", "bug"] } });
  await clean(world);
  assert.deepEqual(world.labels(), ["bug"]);
});

Deno.test("R4: planCleanup() reads a thousand pull requests in as many requests as there are pages", async () => {
  const pulls = Array.from(
    { length: 1001 },
    (_, index) => seedPull(index + 1, { labels: index % 5 === 0 ? runningLabels(A) : [] }),
  );
  const world = makeWorld({ seed: { pulls }, platform: [] });
  const { requests } = await world.count(() => plan(world));
  // Three pages of 201 that carry the marker, one of definitions.
  assert.equal(requests, 4);
});

Deno.test("applyCleanup() goes on where one removal fails, and says so", async () => {
  const world = makeWorld({
    seed: {
      pulls: [
        seedPull(1, { labels: runningLabels(A, { ttl: "1h" }) }),
        seedPull(2, { labels: runningLabels(A, { ttl: "1h" }) }),
      ],
    },
    platform: [environment(A, { pr: prNumber(1) }), environment(A, { pr: prNumber(2) })],
  });
  let calls = 0;
  world.platform.hooks.before("destroy", () => {
    if (++calls === 1) throw new AppError("platform_unreachable", "Removing a service: nobody answers");
  });
  const { done } = await clean(world);
  assert.deepEqual([done.removed, done.incomplete.length], [["aaaaaaa of #2"], 1]);
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
});

function fail(): never {
  throw new Error("An environment of a commit has a short SHA");
}
