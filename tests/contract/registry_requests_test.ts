/** What a real registry is asked, counted: to read whose an image is, and to remove many images of one repository. */
import assert from "node:assert/strict";
import { makeRegistryStore } from "../../src/drivers/registry/mod.ts";
import { startRegistry } from "../worlds/docker/registry.ts";
import { putImage, putManifest, type Repository } from "../worlds/docker/registry_images.ts";
import { part } from "../worlds/require.ts";

const registry = await part("registry");
const TAG = "pr-{pr}-{sha}-ci";
const LABELS = { showtime_managed: "image", showtime_repo: "acme/app", showtime_repo_id: "7" };
const OWNER = { repo: "acme/app", repoId: 7 };

function never(): AbortSignal {
  return new AbortController().signal;
}

/** A store on a registry of its own, and the requests that it has sent. */
async function withStore(
  run: (at: Repository & { readonly image: string }, asked: string[]) => Promise<void>,
): Promise<void> {
  await using server = await startRegistry();
  const image = `${server.host}/team/app`;
  await run({ host: server.host, path: "team/app", image }, []);
}

function storeOf(image: string, asked: string[]) {
  return makeRegistryStore({
    image,
    tag: TAG,
    fetch: (input, init) => {
      const request = new Request(input, init);
      asked.push(`${request.method} ${new URL(request.url).pathname}`);
      return fetch(request);
    },
  });
}

registry.test("readOwner() reads the labels of an image in two requests, and in one that there is no image", async () => {
  await withStore(async ({ image, ...at }, asked) => {
    await putImage(at, { labels: LABELS, tags: ["pr-1-aaaaaaa-ci"] });
    const store = storeOf(image, asked);

    assert.deepEqual(await store.readOwner(`${image}:pr-1-aaaaaaa-ci`, never()), OWNER);
    assert.equal(asked.length, 2, asked.join("\n"));
    assert.equal(await store.readOwner(`${image}:pr-2-aaaaaaa-ci`, never()), undefined);
    assert.equal(asked.length, 3, asked.join("\n"));
  });
});

registry.test("readOwner() and list() read an index by its first platform, and no attestation that buildx added", async () => {
  await withStore(async ({ image, ...at }, asked) => {
    const attestation = await putImage(at, {
      labels: {},
      note: "attestation",
      created: "2020-01-01T00:00:00Z",
    });
    const arm = await putImage(at, { labels: LABELS, note: "arm" });
    const amd = await putImage(at, { labels: LABELS, note: "amd" });
    await putManifest(at, {
      tags: ["pr-1-aaaaaaa-ci"],
      document: {
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.index.v1+json",
        manifests: [
          {
            ...attestation,
            platform: { architecture: "unknown", os: "unknown" },
            annotations: { "vnd.docker.reference.type": "attestation-manifest" },
          },
          { ...arm, platform: { architecture: "arm64", os: "linux" } },
          { ...amd, platform: { architecture: "amd64", os: "linux" } },
        ],
      },
    });
    const store = storeOf(image, asked);

    assert.deepEqual(await store.readOwner(`${image}:pr-1-aaaaaaa-ci`, never()), OWNER);
    assert.equal(asked.length, 3, asked.join("\n"));
    assert.deepEqual(await store.list(never()), [{
      image: `${image}:pr-1-aaaaaaa-ci`,
      createdAt: Date.UTC(2026, 0, 15, 14, 30),
      builtFor: "acme/app",
      builtForId: 7,
    }]);
  });
});

registry.test("remove() of many images looks each other tag up once, not once for each image", async () => {
  await withStore(async ({ image, ...at }, asked) => {
    const tags = Array.from({ length: 30 }, (_, index) => `pr-${index + 1}-aaaaaaa-ci`);
    for (const tag of tags) await putImage(at, { labels: LABELS, tags: [tag], note: tag });
    const doomed = tags.slice(0, 10);
    const store = storeOf(image, asked);

    for (const tag of doomed) {
      assert.deepEqual(await store.remove(`${image}:${tag}`, never()), { kind: "removed" });
    }

    // For each image: its digest, the list of tags, the deletion, the proof; and 29 other tags once in all.
    assert.equal(asked.length, 10 * 4 + 29, asked.join("\n"));
    assert.deepEqual((await store.list(never()))?.length, 20);
  });
});

registry.test("remove() keeps an image that got a further tag after the digests were read", async () => {
  await withStore(async ({ image, ...at }, asked) => {
    for (const tag of ["pr-1-aaaaaaa-ci", "pr-2-aaaaaaa-ci"]) {
      await putImage(at, { labels: LABELS, tags: [tag], note: tag });
    }
    const store = storeOf(image, asked);
    await store.remove(`${image}:pr-1-aaaaaaa-ci`, never());
    await putImage(at, { labels: LABELS, tags: ["latest"], note: "pr-2-aaaaaaa-ci" });

    assert.deepEqual(await store.remove(`${image}:pr-2-aaaaaaa-ci`, never()), {
      kind: "kept",
      reason: "the same image is tagged latest",
    });
    assert.equal(await store.exists(`${image}:latest`, never()), true);
  });
});
