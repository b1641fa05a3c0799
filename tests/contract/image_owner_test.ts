import assert from "node:assert/strict";
import { fullSha, prNumber, shortSha } from "../../src/lib/ids.ts";
import { AppError } from "../../src/lib/errors.ts";
import { type BuildSettings, type ImagesOptions, makeImages } from "../../src/drivers/docker/mod.ts";
import { makeRegistryStore } from "../../src/drivers/registry/mod.ts";
import { makeShell } from "../../src/drivers/shell/mod.ts";
import type { ImageOwner } from "../../src/environments/core/environment/image_owner.ts";
import type { Images } from "../../src/environments/ports/images.ts";
import { runDocker, tryDocker, writeTestContext } from "../worlds/docker/images.ts";
import { startRegistry } from "../worlds/docker/registry.ts";
import { part } from "../worlds/require.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const registry = busybox.missing === undefined ? await part("registry") : busybox;
const runId = crypto.randomUUID().slice(0, 8);
const SHA = fullSha("c1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
const OWN = { repo: "acme/app", repoId: 7 };

function never(): AbortSignal {
  return new AbortController().signal;
}

/** An image name of one test, with images of what it builds; everything is removed at the end. */
interface Scene {
  readonly config: BuildSettings;
  readonly image: string;
  readonly images: Images;
  build(owner: ImageOwner): Promise<void>;
  /** Puts an image of a person under the name, with these labels. */
  plant(labels: Readonly<Record<string, string>>): Promise<string>;
  id(): Promise<string>;
}

function scenario(
  title: string,
  run: (scene: Scene) => Promise<void>,
  options: { readonly tag?: string; readonly needs?: typeof docker } = {},
): void {
  (options.needs ?? busybox).test(title, async () => await withScene(options, run));
}

async function withScene(
  options: { readonly tag?: string; readonly image?: string; readonly made?: Partial<ImagesOptions> },
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const context = await writeTestContext();
  const pr = prNumber(100_000_000 + Math.floor(Math.random() * 800_000_000));
  const config: BuildSettings = {
    image: options.image ?? `showtime-test/owner-${runId}`,
    tag: options.tag ?? "pr-{pr}-{sha}-ci",
    context,
    file: "Dockerfile",
    args: {},
    cacheFrom: [],
    cacheTo: [],
    timeoutMs: 60_000,
    push: "auto",
  };
  const image = `${config.image}:${config.tag.replace("{pr}", String(pr)).replace("{sha}", shortSha(SHA))}`;
  const images = makeImages({
    shell: makeShell(),
    config,
    platformIsLocal: true,
    ci: false,
    dockerLoad: false,
    ...options.made,
  });
  try {
    await run({
      config,
      image,
      images,
      async build(owner) {
        await Deno.writeTextFile(`${context}/www/note`, crypto.randomUUID());
        await images.build({ ...owner, pr, sha: SHA, image, onLine: () => {} }, never());
      },
      async plant(labels) {
        await Deno.writeTextFile(`${context}/www/note`, crypto.randomUUID());
        const words = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
        await runDocker(["build", "--quiet", "--tag", image, ...words, context]);
        return await runDocker(["image", "inspect", "--format", "{{.Id}}", image]);
      },
      id: () => runDocker(["image", "inspect", "--format", "{{.Id}}", image]),
    });
  } finally {
    await tryDocker(["image", "rm", "--force", image]);
    const rest = ["image", "ls", "--quiet", "--filter", "dangling=true", "--filter", `label=pr=${pr}`];
    for (const id of (await runDocker(rest)).split("\n")) if (id !== "") await tryDocker(["image", "rm", id]);
    await Deno.remove(context, { recursive: true });
  }
}

function isRefusal(words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.exitCode], ["not_ours", 3]);
    assert.match(error.message, words);
    return true;
  };
}

const ID = { showtime_repo_id: "8" };
const NAME = { showtime_managed: "image", showtime_repo: "acme/other" };

for (
  const [title, labels, owner, words] of [
    ["another repository's id", { ...ID, showtime_repo: "acme/other" }, OWN, /belongs to acme\/other$/],
    ["another id under the same name", { ...ID, showtime_repo: "acme/app" }, OWN, /of that name \(id 8\)$/],
    ["only another id", ID, OWN, /another repository \(id 8\)$/],
    ["an id that cannot be read", { showtime_repo_id: "7; rm" }, OWN, /belongs to another repository/],
    ["another repository's name and no id", NAME, OWN, /belongs to acme\/other$/],
    ["another id, even if its environment uses the image", ID, { ...OWN, inUse: true }, /id 8/],
  ] as const
) {
  scenario(`an image with ${title} is neither overwritten nor used nor removed`, async (scene) => {
    const planted = await scene.plant(labels);

    await assert.rejects(scene.images.checkOwner(scene.image, owner, never()), isRefusal(words));
    await assert.rejects(scene.build(owner), isRefusal(words));
    const removal = await scene.images.remove(scene.image, owner, never());

    assert.deepEqual([removal.kind, removal.kind === "kept" && removal.notOurs], ["kept", true]);
    assert.equal(await scene.id(), planted);
  });
}

for (
  const [title, labels, owner] of [
    ["of the same id under a former name", { showtime_repo_id: "7", showtime_repo: "acme/old" }, OWN],
    ["of a name that GitHub redirects, without an id", { ...NAME }, { ...OWN, formerRepos: ["Acme/Other"] }],
    ["of the same name, for a repository without an id", { ...NAME, ...ID }, { repo: "acme/other" }],
    ["without labels, under a tag of superset-showtime", {}, OWN],
  ] as const
) {
  scenario(`an image ${title} is replaced, carries the id and is removed`, async (scene) => {
    const planted = await scene.plant(labels);

    await scene.build(owner);

    assert.notEqual(await scene.id(), planted);
    assert.equal(
      await runDocker([
        "image",
        "inspect",
        "--format",
        '{{index .Config.Labels "showtime_repo_id"}}',
        scene.image,
      ]),
      "repoId" in owner ? "7" : "",
    );
    assert.deepEqual(await scene.images.remove(scene.image, owner, never()), { kind: "removed" });
  });
}

scenario(
  "an image without labels under a tag of one's own pattern is taken only if an environment uses it",
  async (scene) => {
    const planted = await scene.plant({});

    await assert.rejects(scene.build(OWN), isRefusal(/carries no label that names its repository/));
    const removal = await scene.images.remove(scene.image, { ...OWN, inUse: false }, never());
    assert.deepEqual(removal, {
      kind: "kept",
      reason: "it carries no label that names its repository",
      notOurs: true,
    });
    assert.equal(await scene.id(), planted);

    await scene.build({ ...OWN, inUse: true });
    assert.notEqual(await scene.id(), planted);
  },
  { tag: "preview-{pr}-{sha}" },
);

scenario("a name that another repository takes during the build stays that repository's", async (scene) => {
  await scene.images.checkOwner(scene.image, OWN, never());
  const real = makeShell();
  let planted = "";
  const images = makeImages({
    shell: {
      async run(command, signal) {
        const result = await real.run(command, signal);
        if (command.args[0] === "build") planted = await scene.plant(ID);
        return result;
      },
    },
    config: scene.config,
    platformIsLocal: true,
    ci: false,
    dockerLoad: false,
  });

  await assert.rejects(
    images.build(
      { ...OWN, pr: prNumber(1), sha: SHA, image: scene.image, onLine: () => {} },
      never(),
    ),
    isRefusal(/id 8/),
  );

  assert.notEqual(planted, "");
  assert.equal(await scene.id(), planted);
});

registry.test("a registry's image of another repository is neither overwritten nor removed, without a local copy too", async () => {
  await using server = await startRegistry();
  const image = `${server.host}/team/app`;
  const tag = "pr-{pr}-{sha}-ci";
  const made = { platformIsLocal: false, store: makeRegistryStore({ image, tag }) };
  await withScene({ image, made }, async (scene) => {
    const name = scene.image.split(":").at(-1);
    const digest = async () => {
      const answer = await fetch(`http://${server.host}/v2/team/app/manifests/${name}`, {
        method: "HEAD",
        headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
      });
      return answer.headers.get("docker-content-digest");
    };
    await scene.build({ repo: "acme/other", repoId: 8 });
    const before = await digest();
    await runDocker(["image", "rm", scene.image]);

    await assert.rejects(scene.images.checkOwner(scene.image, OWN, never()), isRefusal(/acme\/other$/));
    await assert.rejects(scene.build(OWN), isRefusal(/acme\/other$/));
    const removal = await scene.images.remove(scene.image, OWN, never());

    assert.deepEqual(removal, { kind: "kept", reason: "it belongs to acme/other", notOurs: true });
    assert.ok(before !== null);
    assert.equal(await digest(), before);
    assert.notEqual((await tryDocker(["image", "inspect", scene.image])).code, 0);

    const renamed = { repo: "acme/renamed", repoId: 8 };
    await scene.build(renamed);
    assert.notEqual(await digest(), before);
    assert.deepEqual(await scene.images.remove(scene.image, renamed, never()), { kind: "removed" });
  });
});
