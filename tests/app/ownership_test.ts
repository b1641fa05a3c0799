/** Two repositories on one platform, and a repository that was renamed: who may see, change and remove what. */
import assert from "node:assert/strict";
import { applyCleanup } from "../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../src/environments/app/cleanup/cleanup.ts";
import { listEnvironments } from "../../src/environments/app/show/list_environments.ts";
import type { PlatformEnvironment } from "../../src/environments/core/environment/environment.ts";
import { prNumber } from "../../src/lib/ids.ts";
import {
  A,
  B,
  environment,
  HOUR,
  imageOf,
  makeWorld,
  NOON,
  PR,
  REPO,
  runningLabels,
  type World,
} from "../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const ID = 39464018;
const OLD = "apache/incubator-superset";

function never(): AbortSignal {
  return new AbortController().signal;
}

function imageName(sha: string): string {
  const short = environment(A).short;
  assert.ok(short !== undefined);
  return imageOf(PR, short).replace(short, sha.slice(0, 7));
}

/** Everything of another repository that has the number and the commit of this one's pull request. */
function strangers(): PlatformEnvironment {
  return environment(A, { repo: "someone/else", repoId: 5, image: "someone/else:x" });
}

async function clean(
  world: World,
): Promise<{ readonly removed: readonly string[]; readonly kept: readonly string[] }> {
  const plan = await planCleanup(world.context(), WHOLE_CLEANUP, never());
  const approved = plan.candidates.map(({ id }) => id);
  const done = await applyCleanup(world.context(), plan, { approved }, never());
  assert.deepEqual(done.incomplete, []);
  return { removed: done.removed, kept: done.kept.map(({ what, why }) => `${what}: ${why}`) };
}

Deno.test("an environment and its image carry the id that GitHub gives with the pull request", async () => {
  const world = makeWorld({ pull: { labels: [START] } });

  await world.sync();

  assert.deepEqual(world.platform.environments.map(({ repo, repoId }) => [repo, repoId]), [[REPO, ID]]);
  const [image] = await world.images.list(never());
  assert.deepEqual([image?.builtFor, image?.builtForId], [REPO, ID]);
});

Deno.test("a start is refused before the lock where another repository's image has the name, and nothing is written", async () => {
  for (const owner of [{ builtForId: 5 }, { builtFor: REPO, builtForId: 5 }, { builtFor: "someone/else" }]) {
    const world = makeWorld({ pull: { labels: [START] } });
    world.images.plant({ image: imageName(A), createdAt: NOON, ...owner });

    const { writes } = await world.count(() =>
      assert.rejects(world.sync(), { code: "not_ours", exitCode: 3 })
    );

    assert.equal(writes, 0);
    assert.deepEqual([world.images.built, world.platform.changes], [[], []]);
    assert.deepEqual(world.labels(), [START]);
  }
});

Deno.test("an image that another repository takes during the build is a failure of the commit, with exit code 3", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.images.hooks.before("build", () => {
    world.images.plant({ image: imageName(A), createdAt: NOON, builtFor: "someone/else", builtForId: 5 });
  });

  const { exitCode, failure } = await world.sync();

  assert.deepEqual([exitCode, failure?.code], [3, "not_ours"]);
  assert.deepEqual(world.images.built, []);
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 failed"), world.labels().join());
  assert.match(world.comment(), /belongs to someone/);
});

Deno.test("an image of another repository is not deployed where a run is resumed", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 built", "🎪 🏗️ aaaaaaa"] } });
  world.images.plant({ image: imageName(A), createdAt: NOON, builtFor: "someone/else", builtForId: 5 });

  await assert.rejects(world.sync(), { code: "not_ours", exitCode: 3 });

  assert.deepEqual(world.platform.changes, []);
});

Deno.test("a stop keeps the image and the environment of another repository, removes its own labels and exits 3", async () => {
  const world = makeWorld({
    pull: { labels: runningLabels(A), state: "closed" },
    platform: [strangers()],
  });
  world.images.plant({ image: imageName(A), createdAt: NOON, builtFor: "someone/else", builtForId: 5 });

  const { exitCode, failure } = await world.sync();

  assert.deepEqual([exitCode, failure?.code], [3, "not_ours"]);
  assert.deepEqual(world.platform.changes, []);
  assert.deepEqual(world.images.stored, [imageName(A)]);
  assert.deepEqual(world.labels(), []);
  assert.doesNotMatch(world.comment(), /everything is removed/);
  assert.match(world.comment(), /belongs to someone/);
  assert.ok(world.spoken.warned.some((line) => /is kept: it belongs to someone\/else/.test(line)));
});

Deno.test("a close that removed nothing names what has the number and belongs to another repository, or to nobody", async () => {
  for (
    const [there, words] of [
      [environment(B, { repo: "someone/else", repoId: 5 }), /service stays: it belongs to someone\/else/],
      [environment(B, { repo: undefined, managed: false }), /service stays: it was not made by Showtime/],
    ] as const
  ) {
    const world = makeWorld({
      pull: { labels: ["🎪 showtime", "🎪 ccccccc 🚦 failed"], state: "closed" },
      platform: [there],
    });

    const { exitCode } = await world.sync();

    assert.equal(exitCode, 0);
    assert.ok(world.spoken.warned.some((line) => words.test(line)), world.spoken.warned.join("\n"));
    assert.doesNotMatch(world.comment(), /everything is removed/);
    assert.equal(world.platform.environments.length, 1);
  }
});

Deno.test("a close that removed its own environment says that everything is removed, whoever else has the number", async () => {
  const world = makeWorld({
    pull: { labels: runningLabels(A), state: "closed" },
    platform: [environment(A, { repoId: ID }), environment(B, { repo: "someone/else", repoId: 5 })],
  });

  const { exitCode } = await world.sync();

  assert.equal(exitCode, 0);
  assert.deepEqual(world.platform.environments.map(({ repo }) => repo), ["someone/else"]);
  assert.match(world.comment(), /everything is removed/);
});

for (
  const [title, marks, requests] of [
    ["an id", { repo: OLD, repoId: ID }, 0],
    ["no id and a name that GitHub redirects", { repo: OLD, repoId: undefined }, 1],
  ] as const
) {
  const seed = { former_names: [OLD] };

  Deno.test(`a renamed repository closes, lists and cleans up its environment with ${title}`, async () => {
    const closed = makeWorld({
      pull: { labels: runningLabels(A), state: "closed" },
      platform: [environment(A, marks)],
      seed,
    });
    const { exitCode } = await closed.sync();
    assert.deepEqual([exitCode, closed.platform.environments, closed.labels()], [0, [], []]);

    const listed = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A, marks)], seed });
    const { environments } = await listEnvironments(listed.context(), never());
    assert.deepEqual(environments.map(({ pr, status }) => [pr, status]), [[PR, "running"]]);

    const expired = makeWorld({
      pull: { labels: [] },
      platform: [environment(A, { ...marks, createdAt: NOON - 900 * HOUR, expiresAt: NOON - 800 * HOUR })],
      seed,
    });
    await clean(expired);
    assert.deepEqual(expired.platform.environments, []);
  });

  Deno.test(`a sync with nothing to do asks GitHub ${requests} more times about an environment with ${title}`, async () => {
    const count = async (change: Partial<PlatformEnvironment>) => {
      const world = makeWorld({
        pull: { labels: runningLabels(A) },
        platform: [environment(A, change)],
        seed,
      });
      await world.sync();
      return await world.count(() => world.sync());
    };
    const own = await count({ repoId: ID });
    const renamed = await count(marks);

    assert.deepEqual([renamed.requests - own.requests, renamed.writes], [requests, 0]);
    assert.ok(renamed.requests <= 3, String(renamed.requests));
  });
}

Deno.test("cleanup leaves environments and images of another id alone, under the same name too", async () => {
  const old = { createdAt: NOON - 900 * HOUR, expiresAt: NOON - 800 * HOUR };
  const other = { repo: REPO, repoId: 5 };
  const world = makeWorld({
    platform: [environment(B, { pr: prNumber(77), ...other, ...old })],
  });
  world.images.plant(
    { image: imageName("ccccccc"), createdAt: NOON - HOUR, builtFor: REPO, builtForId: 5 },
    { image: imageName("ddddddd"), createdAt: NOON - HOUR, builtFor: OLD, builtForId: ID },
  );

  const { removed } = await clean(world);

  assert.deepEqual(removed, [`image ${imageName("ddddddd")}`]);
  assert.equal(world.platform.environments.length, 1);
  assert.deepEqual(world.images.stored, [imageName("ccccccc")]);
});

Deno.test("cleanup keeps an image whose owner only its removal shows, and names it", async () => {
  const world = makeWorld();
  const image = imageName("ccccccc");
  world.images.plant({ image, createdAt: NOON - HOUR, builtForId: 5 });
  const list = world.images.list.bind(world.images);
  // Docker Hub and ECR list no labels.
  world.images.list = async (signal) =>
    (await list(signal)).map(({ image, createdAt }) => ({ image, createdAt }));

  const { removed, kept } = await clean(world);

  assert.deepEqual(removed, []);
  assert.deepEqual(kept, [`image ${image}: it belongs to another repository (id 5)`]);
  assert.deepEqual(world.images.stored, [image]);
});

Deno.test("cleanup removes what killed builds left without a tag, of its own repository and after the grace period", async () => {
  const world = makeWorld();
  const id = (digit: string) => `sha256:${digit.repeat(64)}`;
  const own = { untaggedOf: PR, builtFor: REPO, builtForId: ID };
  world.images.plant(
    { image: id("a"), createdAt: NOON - HOUR, ...own },
    { image: id("b"), createdAt: NOON - HOUR / 4, ...own },
    { image: id("c"), createdAt: NOON - HOUR, untaggedOf: PR, builtFor: "someone/else", builtForId: 5 },
    { image: id("d"), createdAt: NOON - HOUR, untaggedOf: PR },
    { image: id("e"), createdAt: undefined, ...own },
  );

  const { removed, kept } = await clean(world);

  assert.deepEqual(removed, [`image aaaaaaaaaaaa without a tag, of #${PR}`]);
  assert.deepEqual(kept, [
    `image bbbbbbbbbbbb without a tag, of #${PR}: A build that was ended left it, but it is younger than 30 minutes`,
    `image eeeeeeeeeeee without a tag, of #${PR}: A build that was ended left it, but its age is not known`,
  ]);
  assert.deepEqual(world.images.stored, [id("b"), id("c"), id("d"), id("e")]);
});
