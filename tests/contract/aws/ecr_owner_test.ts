/**
 * Whose an image in ECR is, over the wire, against moto. The relay in front of it adds the downloads that moto does not
 * have: addresses of configurations, and the store that they lead to.
 */
import assert from "node:assert/strict";
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { clientOptions } from "../../../src/drivers/ecs/sdk/client.ts";
import { makeEcrStore } from "../../../src/drivers/ecs/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { motoForFile, withEnv } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

const REGION = "eu-central-1";
const HOST = `123456789012.dkr.ecr.${REGION}.amazonaws.com`;
const TAG = "pr-{pr}-{sha}-ci";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const ENV: Readonly<Record<string, string | undefined>> = {
  AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST",
  AWS_SECRET_ACCESS_KEY: "test-secret-access-key",
  AWS_CONFIG_FILE: "/nonexistent/config",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_PROFILE: undefined,
  AWS_SESSION_TOKEN: undefined,
};

function never(): AbortSignal {
  return new AbortController().signal;
}

function digestOf(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

interface Bench {
  readonly image: string;
  /** Names of the calls of AWS, and the paths of downloads. */
  readonly asked: string[];
  /** The configurations by digest. */
  readonly configs: Map<string, unknown>;
  /** Puts an image whose configuration has that digest, or an index of these manifests. */
  put(
    tag: string,
    what: { readonly config: string } | { readonly manifests: readonly unknown[] },
  ): Promise<string>;
  /** Answers a call of AWS or a download in place of the real one. */
  answer: ((name: string) => Response | undefined) | undefined;
}

function scenario(title: string, run: (bench: Bench) => Promise<void>): void {
  aws.test(title, async () => {
    assert.ok(moto);
    const repositoryName = `team/app-${crypto.randomUUID().slice(0, 8)}`;
    const client = new ECRClient({
      region: REGION,
      endpoint: moto.url,
      credentials: { accessKeyId: "fixture", secretAccessKey: "fixture" },
      requestHandler: new FetchHttpHandler({ requestTimeout: 10_000 }),
    });
    const bench: Bench = {
      image: `${HOST}/${repositoryName}`,
      asked: [],
      configs: new Map(),
      answer: undefined,
      async put(imageTag, what) {
        const index = "manifests" in what;
        const document = index
          ? { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", ...what }
          : {
            schemaVersion: 2,
            mediaType: MANIFEST,
            config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: what.config, size: 2 },
            layers: [],
          };
        const put = await client.send(
          new PutImageCommand({ repositoryName, imageTag, imageManifest: JSON.stringify(document) }),
        );
        return put.image?.imageId?.imageDigest ?? "";
      },
    };
    const relay = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => relayed(bench, request, moto.url),
    );
    try {
      await client.send(new CreateRepositoryCommand({ repositoryName }));
      const url = `http://127.0.0.1:${relay.addr.port}`;
      await withEnv({ ...ENV, AWS_ENDPOINT_URL: url }, () => run(bench));
    } finally {
      client.destroy();
      await relay.shutdown();
    }
  });
}

async function relayed(bench: Bench, request: Request, moto: string): Promise<Response> {
  const { pathname, origin } = new URL(request.url);
  const operation = request.headers.get("x-amz-target")?.split(".").at(-1) ?? pathname;
  bench.asked.push(operation);
  const said = bench.answer?.(operation);
  if (said !== undefined) return said;
  const body = await request.text();
  if (operation === "GetDownloadUrlForLayer") {
    const { layerDigest } = JSON.parse(body);
    return Response.json({ layerDigest, downloadUrl: `${origin}/layers/${layerDigest}?signature=secret` });
  }
  if (pathname.startsWith("/layers/")) {
    assert.equal(request.headers.get("authorization"), null);
    const config = bench.configs.get(pathname.slice("/layers/".length));
    return config === undefined ? new Response("", { status: 404 }) : Response.json(config);
  }
  const headers = new Headers(request.headers);
  return await fetch(moto + pathname, { method: request.method, headers, body });
}

function configOf(labels: Readonly<Record<string, string>> | undefined): unknown {
  return { architecture: "amd64", os: "linux", config: labels === undefined ? {} : { Labels: labels } };
}

const LABELS = { showtime_managed: "image", showtime_repo: "acme/app", showtime_repo_id: "7" };

scenario(
  "readOwner() of ECR reads the labels in the configuration that the manifest names, in three requests",
  async (bench) => {
    const store = makeEcrStore({ image: bench.image, tag: TAG });
    bench.configs.set(digestOf("a"), configOf(LABELS));
    await bench.put("pr-1-abcdef0-ci", { config: digestOf("a") });

    const owner = await store.readOwner(`${bench.image}:pr-1-abcdef0-ci`, never());

    assert.deepEqual(owner, { repo: "acme/app", repoId: 7 });
    assert.deepEqual(bench.asked, ["BatchGetImage", "GetDownloadUrlForLayer", `/layers/${digestOf("a")}`]);
    assert.equal(await store.readOwner(`${bench.image}:pr-2-abcdef0-ci`, never()), undefined);
    assert.equal(bench.asked.length, 4);
    const elsewhere = `${HOST}/no-such-repository`;
    const missing = makeEcrStore({ image: elsewhere, tag: TAG });
    assert.equal(await missing.readOwner(`${elsewhere}:pr-1-abcdef0-ci`, never()), undefined);
  },
);

scenario(
  "readOwner() of ECR reads an index by its first platform, and an image without labels as nobody's",
  async (bench) => {
    const store = makeEcrStore({ image: bench.image, tag: TAG });
    bench.configs.set(digestOf("a"), configOf(LABELS));
    bench.configs.set(digestOf("b"), configOf(undefined));
    const platform = await bench.put("of-a-platform", { config: digestOf("a") });
    const attestation = await bench.put("pr-2-abcdef0-ci", { config: digestOf("b") });
    await bench.put("pr-1-abcdef0-ci", {
      manifests: [
        {
          mediaType: MANIFEST,
          digest: attestation,
          size: 2,
          platform: { os: "unknown", architecture: "unknown" },
        },
        { mediaType: MANIFEST, digest: platform, size: 2, platform: { os: "linux", architecture: "arm64" } },
      ],
    });

    assert.deepEqual(await store.readOwner(`${bench.image}:pr-1-abcdef0-ci`, never()), {
      repo: "acme/app",
      repoId: 7,
    });
    assert.deepEqual(await store.readOwner(`${bench.image}:pr-2-abcdef0-ci`, never()), {
      repo: undefined,
      repoId: undefined,
    });
  },
);

for (
  const [title, answer, code] of [
    ["a missing right to the manifest", { BatchGetImage: "AccessDeniedException" }, "permission"],
    ["a missing right to the download", { GetDownloadUrlForLayer: "AccessDeniedException" }, "permission"],
    ["a store that refuses", { "/layers/": "403" }, "aws_unreachable"],
  ] as const
) {
  scenario(`readOwner() of ECR takes ${title} for no missing owner`, async (bench) => {
    await bench.put("pr-1-abcdef0-ci", { config: digestOf("a") });
    const [[asked = "", said = ""] = []] = Object.entries(answer);
    bench.answer = (name) => {
      if (!name.startsWith(asked)) return undefined;
      if (said === "403") return new Response("", { status: 403 });
      return Response.json({ __type: said, message: "not allowed" }, { status: 400 });
    };
    const store = makeEcrStore({ image: bench.image, tag: TAG });

    await assert.rejects(store.readOwner(`${bench.image}:pr-1-abcdef0-ci`, never()), (error) => {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.code, code, error.message);
      assert.doesNotMatch(error.message, /signature/);
      return true;
    });
  });
}

function stalled(): Response {
  return new Response(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("{")) }));
}

scenario(
  "readOwner() of ECR does not wait for a download that stalls once the caller stops",
  async (bench) => {
    await bench.put("pr-1-abcdef0-ci", { config: digestOf("a") });
    const stop = new AbortController();
    const reason = new Error("stopped");
    bench.answer = (name) => {
      if (!name.startsWith("/layers/")) return undefined;
      setTimeout(() => stop.abort(reason), 50);
      return stalled();
    };
    const store = makeEcrStore({ image: bench.image, tag: TAG });

    await assert.rejects(store.readOwner(`${bench.image}:pr-1-abcdef0-ci`, stop.signal), reason);
  },
);

scenario("a call of AWS whose answer stalls after its headers, or has no end, ends", async (bench) => {
  const chunk = new TextEncoder().encode("x".repeat(1024 * 1024));
  const endless = () => new Response(new ReadableStream({ pull: (c) => c.enqueue(chunk) }));
  for (
    const [body, timeoutMs, words] of [[stalled, 300, /time/i], [endless, 30_000, /exceeds 32 MiB/]] as const
  ) {
    bench.answer = body;
    const client = new ECRClient({ ...clientOptions(REGION, { timeoutMs }), maxAttempts: 1 });
    const started = performance.now();

    await assert.rejects(client.send(new DescribeImagesCommand({ repositoryName: "x" })), words);

    assert.ok(performance.now() - started < 10_000);
    client.destroy();
  }
});
