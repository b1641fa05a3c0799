import assert from "node:assert/strict";
import { runDocker, tryDocker } from "../../worlds/docker/images.ts";
import { startRegistry } from "../../worlds/docker/registry.ts";
import { part } from "../../worlds/require.ts";
import { A, containersOf, imagesOf, onStage, type Stage, START, statusOf, STOP } from "../../worlds/stage.ts";

const docker = await part("docker");
const registry = docker.missing === undefined ? await part("registry") : docker;
const busybox = registry.missing === undefined ? await part("busybox") : registry;
const needs = [docker, registry, busybox].find(({ missing }) => missing !== undefined) ?? docker;

const UNIQUE = crypto.randomUUID().slice(0, 8);
const FIRST = { repo: `e2e/first-${UNIQUE}`, seed: { repository_id: 4711 } };

function configOf(image: string, push: "auto" | "always" = "auto"): string {
  return `version: 1
platform: docker
build: { image: "${image}", push: ${push} }
environment:
  health: { timeout: 20s, interval: 200ms }
`;
}

/** Plays two repositories with one pull request number, one commit and one image name, on one engine. */
async function onBoth(
  second: { readonly repo: string; readonly seed: Readonly<Record<string, unknown>> },
  options: { readonly config: string; readonly labels?: readonly string[] },
  act: (stages: { readonly first: Stage; readonly second: Stage }) => Promise<void>,
): Promise<void> {
  const { config, labels = [START] } = options;
  await onStage({ ...FIRST, labels: [START], config }, async (first) => {
    await onStage({ ...second, labels, config, pr: first.pr }, async (stage) => {
      await Deno.writeTextFile(`${stage.folder}/www/version`, "of the second");
      await act({ first, second: stage });
    });
  });
}

/** Id of the image, and the owner that its label names. */
async function imageOf(image: string): Promise<string> {
  return await runDocker([
    "image",
    "inspect",
    "--format",
    '{{.Id}} {{index .Config.Labels "showtime_repo_id"}}',
    image,
  ]);
}

for (
  const [title, second] of [
    ["of another name", { repo: `e2e/second-${UNIQUE}`, seed: { repository_id: 4712 } }],
    ["of the same name and another id", { repo: FIRST.repo, seed: { repository_id: 4712 } }],
  ] as const
) {
  needs.test(`a second repository ${title} neither overwrites an image nor removes anything of the first`, async () => {
    const config = configOf(`e2e-shared-${UNIQUE}`);
    await onBoth(second, { config }, async ({ first, second }) => {
      const image = `e2e-shared-${UNIQUE}:pr-${first.pr}-${A.slice(0, 7)}-ci`;
      const created = await first.sync();
      assert.equal(created.code, 0, created.err);
      assert.equal((await containersOf(first.pr, first.repo)).length, 1);
      const before = [await imageOf(image), await containersOf(first.pr, first.repo), await first.labels()];

      const started = await second.run(["start", String(second.pr), "--json"]);

      assert.equal(started.code, 3, started.err);
      const { error } = JSON.parse(started.out);
      assert.equal(error.code, "not_ours");
      assert.match(error.message, /e2e-shared-.* belongs to /);
      assert.match(before[0]?.toString() ?? "", / 4711$/);
      assert.deepEqual(
        [await imageOf(image), await containersOf(first.pr, first.repo), await first.labels()],
        before,
      );
      assert.ok(!(await second.labels()).some((name) => name.includes("🚦")), (await second.labels()).join());

      // A run of an older version may have recorded an environment of the second.
      await second.label({ add: ["🎪 showtime", "🎪 aaaaaaa 🚦 running", "🎪 🎯 aaaaaaa"] });
      const stopped = await second.run(["stop", String(second.pr), "--force", "--json"]);

      assert.equal(stopped.code, 3, stopped.err);
      assert.equal(JSON.parse(stopped.out).error.code, "not_ours");
      assert.deepEqual((await second.labels()).filter((name) => name.startsWith("🎪")), []);
      assert.match(await second.comment(), /belongs to/);
      assert.doesNotMatch(await second.comment(), /everything is removed/);
      assert.deepEqual(
        [await imageOf(image), await containersOf(first.pr, first.repo), await first.labels()],
        before,
      );
      assert.equal(await statusOf(await first.address()), 200);

      await first.label({ add: [STOP] });
      const ended = await first.sync();
      assert.equal(ended.code, 0, ended.err);
      assert.deepEqual([await containersOf(first.pr, first.repo), await imagesOf(first.pr)], [[], []]);
    });
  });
}

needs.test("a second repository with the same name in a registry pushes nothing, and its stop keeps the image", async () => {
  await using store = await startRegistry();
  const config = configOf(`${store.host}/team/app`, "always");
  const second = { repo: `e2e/second-${UNIQUE}`, seed: { repository_id: 4712 } };
  const digestOf = async (tag: string) => {
    const answer = await fetch(`http://${store.host}/v2/team/app/manifests/${tag}`, {
      headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
    });
    await answer.body?.cancel();
    return answer.headers.get("docker-content-digest");
  };
  await onBoth(second, { config }, async ({ first, second }) => {
    const tag = `pr-${first.pr}-${A.slice(0, 7)}-ci`;
    assert.equal((await first.sync()).code, 0);
    const before = await digestOf(tag);

    const started = await second.sync();

    assert.equal(started.code, 3, started.err);
    assert.match(started.err, /belongs to e2e\/first-/);
    assert.ok(before !== null);
    assert.equal(await digestOf(tag), before);

    await second.label({ add: [STOP, "🎪 showtime", "🎪 aaaaaaa 🚦 failed"] });
    const stopped = await second.sync();

    assert.equal(stopped.code, 3, stopped.err);
    assert.equal(await digestOf(tag), before);
    assert.deepEqual((await second.labels()).filter((name) => name.startsWith("🎪")), []);
  });
});

needs.test("a renamed repository keeps its environment: the close under the new name removes everything", async () => {
  const config = configOf(`e2e-renamed-${UNIQUE}`);
  const renamed = {
    repo: `e2e/renamed-${UNIQUE}`,
    seed: { repository_id: 4711, former_names: [FIRST.repo] },
  };
  await onBoth(renamed, { config, labels: [] }, async ({ first, second }) => {
    assert.equal((await first.sync()).code, 0);
    await second.label({ add: await first.labels() });
    const listed = await second.run(["list", "--json"]);
    assert.deepEqual(
      JSON.parse(listed.out).environments.map((
        each: { status: string; pr: number },
      ) => [each.pr, each.status]),
      [[first.pr, "running"]],
    );

    await second.simulator.control("pull", { pr: second.pr, state: "closed" });
    const closed = await second.sync();

    assert.equal(closed.code, 0, closed.err);
    assert.deepEqual([await containersOf(first.pr, first.repo), await imagesOf(first.pr)], [[], []]);
    assert.deepEqual(await second.labels(), []);
    assert.match(await second.comment(), /everything is removed/);
  });
});

needs.test("a close that finds only another repository's environment says so, and does not claim that all is removed", async () => {
  const config = configOf(`e2e-close-${UNIQUE}`);
  const other = { repo: `e2e/other-${UNIQUE}`, seed: { repository_id: 4713 } };
  await onBoth(
    other,
    { config, labels: ["🎪 showtime", "🎪 bbbbbbb 🚦 running"] },
    async ({ first, second }) => {
      assert.equal((await first.sync()).code, 0);
      const before = await containersOf(first.pr, first.repo);
      await second.simulator.control("pull", { pr: second.pr, state: "closed" });

      const closed = await second.sync();

      assert.equal(closed.code, 0, closed.err);
      assert.match(closed.err, new RegExp(`pr-${first.pr}-aaaaaaa-service stays: it belongs to e2e/first-`));
      assert.match(await second.comment(), /stays: it belongs to/);
      assert.doesNotMatch(await second.comment(), /everything is removed/);
      assert.deepEqual(await containersOf(first.pr, first.repo), before);
    },
  );
});

needs.test("cleanup of a second repository removes what its own killed builds left, and nothing of the first", async () => {
  const name = `e2e-cleanup-${UNIQUE}`;
  const second = { repo: `e2e/second-${UNIQUE}`, seed: { repository_id: 4712 } };
  await onBoth(second, { config: configOf(name), labels: [] }, async ({ first, second }) => {
    assert.equal((await first.sync()).code, 0);
    const image = `${name}:pr-${first.pr}-${A.slice(0, 7)}-ci`;
    const untagged = async (id: number) => {
      await Deno.writeTextFile(`${second.folder}/www/version`, `untagged ${id}`);
      const labels = ["showtime_managed=image", `pr=${first.pr}`, `showtime_repo_id=${id}`];
      const words = labels.flatMap((label) => ["--label", label]);
      return await runDocker(["build", "--quiet", ...words, second.folder]);
    };
    const [own, other] = [await untagged(4712), await untagged(4711)];
    const isThere = async (what: string) => (await tryDocker(["image", "inspect", what])).code === 0;
    try {
      const early = await second.run(["cleanup", "--force", "--json"]);
      assert.equal(early.code, 0, early.err);
      assert.match(early.out, /younger than 30 minutes/);
      assert.deepEqual([await isThere(own), await isThere(other), await isThere(image)], [true, true, true]);

      await second.simulator.control("clock", { advance: "300h" });
      // Nothing uses the image of the first any more.
      await runDocker(["rm", "--force", ...await containersOf(first.pr, first.repo)]);
      const late = await second.run(["cleanup", "--force", "--json"]);

      assert.equal(late.code, 0, late.err);
      assert.match(late.out, new RegExp(`without a tag, of #${first.pr}`));
      assert.deepEqual([await isThere(own), await isThere(other), await isThere(image)], [false, true, true]);
    } finally {
      for (const each of [own, other]) await tryDocker(["image", "rm", each]);
    }
  });
});
