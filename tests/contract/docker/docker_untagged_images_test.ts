/** Images that have no tag, because a build was killed before it tagged them or another took their tag. */
import assert from "node:assert/strict";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { type BuildSettings, makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeRegistryStore } from "../../../src/drivers/registry/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { Images } from "../../../src/environments/ports/images.ts";
import { runDocker, tryDocker, writeTestContext } from "../../worlds/docker/images.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const SHAS = ["a", "b"].map((digit) => fullSha(digit.repeat(40)));
const OWN = { repo: "acme/app", repoId: 7 };

function never(): AbortSignal {
  return new AbortController().signal;
}

interface Scene {
  readonly pr: number;
  readonly images: Images;
  readonly config: BuildSettings;
  /** Builds an image, and dies before it is tagged; returns its id. */
  dieInBuild(owner: { readonly repo: string; readonly repoId?: number }, commit?: number): Promise<string>;
  /** Builds an image by hand, without a tag and with these labels; returns its id. */
  byHand(labels: Readonly<Record<string, string>>): Promise<string>;
  isThere(id: string): Promise<boolean>;
  /** Ids of this scene's images that list() names. */
  listed(): Promise<readonly string[]>;
}

function scenario(title: string, run: (scene: Scene) => Promise<void>): void {
  busybox.test(title, async () => {
    const context = await writeTestContext();
    const pr = 100_000_000 + Math.floor(Math.random() * 800_000_000);
    const config: BuildSettings = {
      image: `showtime-test/untagged-${pr}`,
      tag: "pr-{pr}-{sha}-ci",
      context,
      file: "Dockerfile",
      args: {},
      cacheFrom: [],
      cacheTo: [],
      timeoutMs: 60_000,
      push: "never",
    };
    const real = makeShell();
    const imagesOn = (shell: typeof real) =>
      makeImages({ shell, config, platformIsLocal: true, ci: false, dockerLoad: false });
    const images = imagesOn(real);
    const made: string[] = [];
    const newest = async (labels: readonly string[]) => {
      const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
      const [id = ""] = (await runDocker(["image", "ls", "--quiet", "--no-trunc", ...filters])).split("\n");
      made.push(id);
      return id;
    };
    const change = () => Deno.writeTextFile(`${context}/www/note`, crypto.randomUUID());
    try {
      await run({
        pr,
        images,
        config,
        async dieInBuild(owner, commit = 0) {
          await change();
          let dead = false;
          const dying = imagesOn({
            async run(command, signal) {
              if (dead) throw new Error("this run was killed");
              const result = await real.run(command, signal);
              dead = command.args[0] === "build";
              return result;
            },
          });
          const sha = SHAS[commit] ?? SHAS[0] ?? fullSha("");
          const image = `${config.image}:pr-${pr}-${sha.slice(0, 7)}-ci`;
          await assert.rejects(
            dying.build({ ...owner, pr: prNumber(pr), sha, image, onLine: () => {} }, never()),
            /this run was killed/,
          );
          return await newest([`pr=${pr}`, `sha=${sha}`, `showtime_repo=${owner.repo}`]);
        },
        async byHand(labels) {
          await change();
          const words = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
          const id = await runDocker(["build", "--quiet", ...words, context]);
          made.push(id);
          return id;
        },
        isThere: async (id) => (await tryDocker(["image", "inspect", id])).code === 0,
        listed: async () =>
          ((await images.list(never())) ?? []).filter((each) => each.untaggedOf === pr)
            .map((each) => each.image).sort(),
      });
    } finally {
      const containers = await runDocker(["ps", "--all", "--quiet", "--filter", `label=pr=${pr}`]);
      for (const id of containers.split("\n")) if (id !== "") await runDocker(["rm", "--force", id]);
      for (const id of made) await tryDocker(["image", "rm", "--force", id]);
      for (const sha of SHAS) {
        await tryDocker(["image", "rm", "--force", `${config.image}:pr-${pr}-${sha.slice(0, 7)}-ci`]);
      }
      await Deno.remove(context, { recursive: true });
    }
  });
}

scenario(
  "list() names what a killed build left, with its repository and age, and remove() takes it",
  async (scene) => {
    const left = await scene.dieInBuild(OWN);

    const [found, ...more] = (await scene.images.list(never()) ?? []).filter(({ untaggedOf }) =>
      untaggedOf === scene.pr
    );

    assert.deepEqual(more, []);
    assert.deepEqual([found?.image, found?.builtFor, found?.builtForId], [left, "acme/app", 7]);
    // Images that are pushed leave the same on the engine that builds them.
    const pushing = makeImages({
      shell: makeShell(),
      config: { ...scene.config, image: "127.0.0.1:1/team/app", push: "always" },
      store: makeRegistryStore({ image: "127.0.0.1:1/team/app", tag: scene.config.tag }),
      platformIsLocal: false,
      ci: false,
      dockerLoad: false,
    });
    assert.ok(Math.abs((found?.createdAt ?? 0) - Date.now()) < 5 * 60_000);
    assert.deepEqual(await pushing.remove(left, OWN, never()), { kind: "removed" });
    assert.equal(await scene.isThere(left), false);
    assert.deepEqual(await scene.images.remove(left, OWN, never()), { kind: "absent" });
  },
);

scenario("list() leaves out what a container uses, and what lacks Showtime's labels", async (scene) => {
  const serving = await scene.dieInBuild(OWN);
  await runDocker(["create", "--label", `pr=${scene.pr}`, serving]);
  const stranger = await scene.byHand({ pr: String(scene.pr) });
  const half = await scene.byHand({ pr: String(scene.pr), showtime_repo_id: "7", showtime_managed: "true" });

  assert.deepEqual(await scene.listed(), []);
  for (const id of [serving, stranger, half]) assert.equal(await scene.isThere(id), true);
});

scenario("remove() by id keeps what got a tag meanwhile, and what is another repository's", async (scene) => {
  const tagged = await scene.dieInBuild(OWN);
  const image = `${scene.config.image}:pr-${scene.pr}-aaaaaaa-ci`;
  await runDocker(["tag", tagged, image]);
  const other = await scene.dieInBuild({ repo: "acme/other", repoId: 8 }, 1);

  assert.deepEqual(await scene.images.remove(tagged, OWN, never()), {
    kind: "kept",
    reason: "it has a tag by now",
  });
  const refused = await scene.images.remove(other, OWN, never());
  assert.deepEqual([refused.kind, refused.kind === "kept" && refused.notOurs], ["kept", true]);
  for (const id of [tagged, other]) assert.equal(await scene.isThere(id), true);
});

for (const when of ["the next build", "the removal of an image"] as const) {
  scenario(
    `${when} of the pull request takes what its killed builds left, of each commit, and nothing else`,
    async (scene) => {
      const before = [await scene.dieInBuild(OWN), await scene.dieInBuild(OWN, 1)];
      const renamed = await scene.dieInBuild({ repo: "acme/old", repoId: 7 });
      const kept = [
        await scene.dieInBuild({ repo: "acme/app", repoId: 8 }),
        await scene.byHand({ pr: String(scene.pr), showtime_repo_id: "7" }),
        await scene.byHand({ pr: "1", showtime_repo_id: "7", showtime_managed: "image" }),
      ];
      const sha = SHAS[0] ?? fullSha("");
      const image = `${scene.config.image}:pr-${scene.pr}-aaaaaaa-ci`;

      if (when === "the next build") {
        const request = { ...OWN, pr: prNumber(scene.pr), sha, image, onLine: () => {} };
        await scene.images.build(request, never());
      } else await scene.images.remove(image, OWN, never());

      for (const id of [...before, renamed]) assert.equal(await scene.isThere(id), false, id);
      for (const id of kept) assert.equal(await scene.isThere(id), true, id);
    },
  );
}
