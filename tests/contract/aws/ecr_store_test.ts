/**
 * Images in ECR over the wire, against moto. The relay in front of it adds what ECR does and moto does not: pages of
 * two images, and refusals in AWS's own words; it also keeps what was asked.
 */
import assert from "node:assert/strict";
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  ECRClient,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { AppError } from "../../../src/lib/errors.ts";
import { makeEcrLogin, makeEcrStore } from "../../../src/drivers/ecs/mod.ts";
import { motoForFile, withEnv } from "../../worlds/aws/mod.ts";
import { enforceIam } from "../../worlds/aws/moto.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

const ACCOUNT = "123456789012";
const REGION = "eu-central-1";
const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const TAG = "pr-{pr}-{sha}-ci";

function never(): AbortSignal {
  return new AbortController().signal;
}

interface Asked {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

type Answer = (asked: Asked) => Response | undefined;

/** What a test works with: a repository of its own, and what was asked of AWS. */
interface Bench {
  /** The repository, with its registry. */
  readonly image: string;
  readonly asked: Asked[];
  put(tag: string, note?: string): Promise<void>;
  /** Tags that the repository has, by its own word. */
  hasTag(tag: string): Promise<boolean>;
  /** From now on calls for which `answer` gives something get that, and never reach moto. */
  refuse(answer: Answer): void;
}

function awsTest(
  title: string,
  run: (bench: Bench) => Promise<void>,
  options: { repository?: boolean } = {},
): void {
  aws.test(title, async () => {
    assert.ok(moto);
    const asked: Asked[] = [];
    let answer: Answer = () => undefined;
    const relay = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const operation = request.headers.get("x-amz-target")?.split(".").at(-1) ?? "";
      const body = await request.text();
      const call = { operation, input: JSON.parse(body) };
      asked.push(call);
      const said = answer(call);
      if (said !== undefined) return said;
      const { pathname } = new URL(request.url);
      const headers = new Headers(request.headers);
      const response = await fetch(moto.url + pathname, { method: request.method, headers, body });
      return operation === "DescribeImages" && response.ok ? inPages(call, await response.json()) : response;
    });
    const url = `http://127.0.0.1:${relay.addr.port}`;
    const repository = `team/app-${crypto.randomUUID().slice(0, 8)}`;
    const client = new ECRClient({
      region: REGION,
      endpoint: moto.url,
      credentials: { accessKeyId: "fixture", secretAccessKey: "fixture" },
      requestHandler: new FetchHttpHandler({ requestTimeout: 10_000 }),
    });
    try {
      if (options.repository !== false) {
        await client.send(new CreateRepositoryCommand({ repositoryName: repository }));
      }
      await withEnv({ ...ENV, AWS_ENDPOINT_URL: url }, () =>
        run({
          image: `${HOST}/${repository}`,
          asked,
          async put(imageTag, note = imageTag) {
            const command = { repositoryName: repository, imageTag, imageManifest: manifest(note) };
            await client.send(new PutImageCommand(command));
          },
          async hasTag(imageTag) {
            const command = new BatchGetImageCommand({
              repositoryName: repository,
              imageIds: [{ imageTag }],
            });
            return ((await client.send(command)).images ?? []).length > 0;
          },
          refuse: (how) => void (answer = how),
        }));
    } finally {
      client.destroy();
      await relay.shutdown();
    }
  });
}

/** The region is that of the address, whatever the variables say. */
const ENV: Readonly<Record<string, string | undefined>> = {
  AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST",
  AWS_SECRET_ACCESS_KEY: "test-secret-access-key",
  AWS_REGION: "us-west-2",
  AWS_CONFIG_FILE: "/nonexistent/config",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_PROFILE: undefined,
  AWS_SESSION_TOKEN: undefined,
};

/** Two images a page. A token holds for the listing that it came from, and for no other. */
function inPages({ input }: Asked, whole: { readonly imageDetails: readonly unknown[] }): Response {
  if (input["imageIds"] !== undefined) return Response.json(whole);
  const { nextToken: token, ...listing } = input;
  const [start, of] = token === undefined ? [0, undefined] : JSON.parse(atob(String(token)));
  if (of !== undefined && of !== JSON.stringify(listing)) {
    return refusal("InvalidParameterException", "Invalid parameter at 'nextToken'");
  }
  const end = start + 2;
  const nextToken = btoa(JSON.stringify([end, JSON.stringify(listing)]));
  const imageDetails = whole.imageDetails.slice(start, end);
  return Response.json(end < whole.imageDetails.length ? { imageDetails, nextToken } : { imageDetails });
}

function refusal(type: string, message: string): Response {
  return Response.json({ __type: type, message }, { status: 400 });
}

function manifest(note: string): string {
  const digest = `sha256:${"0".repeat(64)}`;
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: { mediaType: "application/vnd.docker.container.image.v1+json", size: 7, digest },
    layers: [],
    annotations: { note },
  });
}

/** Everything a store does, one after the other. */
async function failuresOf(image: string): Promise<unknown[]> {
  const store = makeEcrStore({ image, tag: TAG });
  const login = makeEcrLogin({ image, keepSecret: () => {} });
  const one = `${image}:pr-1-abcdef0-ci`;
  return await Promise.all([
    store.exists(one, never()),
    store.remove(one, never()),
    store.list(never()),
    login(never()),
  ].map((each: Promise<unknown>) => each.catch((error: unknown) => error)));
}

function isAppError(error: unknown, code: string): AppError {
  assert.ok(error instanceof AppError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

awsTest("makeEcrStore() finds an image by its tag, removes it, and then it is absent", async (bench) => {
  const store = makeEcrStore({ image: bench.image, tag: TAG });
  const image = `${bench.image}:pr-1-abcdef0-ci`;
  await bench.put("pr-1-abcdef0-ci");

  assert.equal(await store.exists(image, never()), true);
  assert.equal(await store.exists(`${bench.image}:pr-1-abcdef1-ci`, never()), false);
  assert.deepEqual(await store.remove(image, never()), { kind: "removed" });
  assert.equal(await bench.hasTag("pr-1-abcdef0-ci"), false);
  assert.equal(await store.exists(image, never()), false);
  assert.deepEqual(await store.remove(image, never()), { kind: "absent" });
});

awsTest(
  "makeEcrStore() names account and repository in every call, and asks in the region of the address",
  async (bench) => {
    await bench.put("pr-1-abcdef0-ci");

    // moto keeps regions apart: in AWS_REGION there is no such repository.
    assert.deepEqual((await failuresOf(bench.image)).filter((each) => each instanceof Error), []);

    const repositoryName = bench.image.slice(HOST.length + 1);
    const [token, ...rest] = [...bench.asked].sort((a, b) => b.operation.localeCompare(a.operation));
    assert.deepEqual(token, { operation: "GetAuthorizationToken", input: { registryIds: [ACCOUNT] } });
    assert.deepEqual(rest.map(({ operation }) => operation), [
      "DescribeImages",
      "DescribeImages",
      "BatchDeleteImage",
    ]);
    for (const { input } of rest) {
      assert.deepEqual([input["registryId"], input["repositoryName"]], [ACCOUNT, repositoryName]);
    }
  },
);

awsTest("list() reads every page, and gives one entry for each tag of ours", async (bench) => {
  const ours = [1, 2, 3, 4, 5].map((pr) => `pr-${pr}-abcdef0-ci`);
  for (const tag of ours) await bench.put(tag);
  for (const tag of ["latest", "pr-x-abcdef0-ci", "pr-6-abcdef0"]) await bench.put(tag);
  // The same image under two more names, one of them ours; and an image that a rebuild took its name from.
  await bench.put("pr-7-abcdef0-ci", "latest");
  await bench.put("pr-1-abcdef0-ci", "rebuilt");

  const listed = await makeEcrStore({ image: bench.image, tag: TAG }).list(never());

  const expected = [...ours, "pr-7-abcdef0-ci"].map((tag) => `${bench.image}:${tag}`);
  assert.deepEqual(listed?.map(({ image }) => image).sort(), expected);
  for (const { createdAt } of listed ?? []) {
    assert.ok(Math.abs((createdAt ?? 0) - Date.now()) < 5 * 60_000, String(createdAt));
  }
  const calls = bench.asked.filter(({ operation }) => operation === "DescribeImages");
  assert.ok(calls.length >= 4, String(calls.length));
  assert.equal(calls.filter(({ input }) => input["nextToken"] === undefined).length, 1);
  for (const { input } of calls) assert.deepEqual(input["filter"], { tagStatus: "TAGGED" });
});

awsTest("list() that misses a page fails instead of giving the rest", async (bench) => {
  for (const pr of [1, 2, 3]) await bench.put(`pr-${pr}-abcdef0-ci`);
  bench.refuse(({ input }) =>
    input["nextToken"] === undefined ? undefined : refusal("AccessDeniedException", "no")
  );

  const error = await makeEcrStore({ image: bench.image, tag: TAG }).list(never()).catch((thrown) => thrown);

  isAppError(error, "permission");
});

awsTest("remove() takes the tag off, and leaves the image to what else names it", async (bench) => {
  const store = makeEcrStore({ image: bench.image, tag: TAG });
  await bench.put("pr-1-abcdef0-ci", "same");
  await bench.put("production", "same");

  assert.deepEqual(await store.remove(`${bench.image}:pr-1-abcdef0-ci`, never()), { kind: "removed" });

  assert.equal(await bench.hasTag("pr-1-abcdef0-ci"), false);
  assert.equal(await bench.hasTag("production"), true);
  assert.deepEqual(await store.list(never()), []);
});

awsTest("remove() keeps what ECR keeps, and says why", async (bench) => {
  const store = makeEcrStore({ image: bench.image, tag: TAG });
  const imageTag = "pr-1-abcdef0-ci";
  const answers: readonly (readonly [unknown, RegExp])[] = [
    [
      { failureCode: "ImageReferencedByManifestList", failureReason: "x" },
      /^another image in the repository/,
    ],
    [{ failureCode: "KmsError", failureReason: "x" }, /key/],
    [
      { failureCode: "UpstreamUnavailable", failureReason: "try later" },
      /\(UpstreamUnavailable: try later\)$/,
    ],
  ];
  for (const [failure, words] of answers) {
    bench.refuse(() =>
      Response.json({ imageIds: [], failures: [{ imageId: { imageTag }, ...Object(failure) }] })
    );
    const removal = await store.remove(`${bench.image}:${imageTag}`, never());
    assert.equal(removal.kind, "kept");
    assert.match(removal.kind === "kept" ? removal.reason : "", words);
  }

  // An answer that neither confirms nor refuses is no deletion.
  bench.refuse(() => Response.json({}));
  assert.equal((await store.remove(`${bench.image}:${imageTag}`, never())).kind, "kept");
});

awsTest(
  "makeEcrStore() without the repository says that it has to be created; nothing is in it to list or remove",
  async (bench) => {
    const [exists, remove, list] = await failuresOf(bench.image);

    const error = isAppError(exists, "repository_not_found");
    assert.equal(error.exitCode, 2);
    const name = bench.image.slice(HOST.length + 1);
    assert.ok(
      error.message.includes(`the account ${ACCOUNT} has no ECR repository "${name}" in ${REGION}`),
      error.message,
    );
    assert.ok(error.hint?.includes(`aws ecr create-repository --region ${REGION} --repository-name ${name}`));
    assert.deepEqual(remove, { kind: "absent" });
    assert.deepEqual(list, []);
  },
  { repository: false },
);

awsTest(
  "makeEcrStore() names the permission that is missing; what may not be deleted is kept",
  async (bench) => {
    bench.refuse(({ operation }) =>
      refusal(
        "AccessDeniedException",
        `User: arn:aws:sts::1:assumed-role/ci/x is not authorized to perform: ecr:${operation} on resource: y because no identity-based policy allows the ecr:${operation} action`,
      )
    );

    const [exists, remove, list, login] = await failuresOf(bench.image);

    assert.match(isAppError(exists, "permission").message, /lack the permission ecr:DescribeImages$/);
    assert.match(isAppError(list, "permission").message, /lack the permission ecr:DescribeImages$/);
    assert.match(isAppError(login, "permission").message, /lack the permission ecr:GetAuthorizationToken$/);
    assert.deepEqual(remove, {
      kind: "kept",
      reason: "the AWS credentials lack the permission ecr:BatchDeleteImage",
    });
  },
);

awsTest("makeEcrStore() is refused by moto's own check of keys and policies", async (bench) => {
  assert.ok(moto);
  await enforceIam(moto, true);
  try {
    const [exists, remove, list, login] = await failuresOf(bench.image);

    for (const error of [exists, list, login]) isAppError(error, "permission");
    assert.deepEqual(Object(remove).kind, "kept");
  } finally {
    await enforceIam(moto, false);
  }
});

awsTest("makeEcrStore() with expired credentials, or with none, says how to get some", async (bench) => {
  bench.refuse(() =>
    refusal("ExpiredTokenException", "The security token included in the request is expired")
  );
  for (const error of await failuresOf(bench.image)) {
    assert.match(isAppError(error, "aws_credentials").message, /have expired$/);
  }

  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) Deno.env.delete(name);
  for (const error of await failuresOf(bench.image)) {
    assert.equal(isAppError(error, "aws_credentials").exitCode, 2);
    assert.match(Object(error).message, /there are no AWS credentials/);
  }
});

awsTest("makeEcrStore() ends with what the signal says", async (bench) => {
  const ending = new AbortController();
  const reason = new Error("told to end");
  const store = makeEcrStore({ image: bench.image, tag: TAG });
  bench.refuse(() => {
    ending.abort(reason);
    return undefined;
  });

  await assert.rejects(store.list(ending.signal), (error) => error === reason);
  await assert.rejects(store.exists(`${bench.image}:x`, ending.signal), (error) => error === reason);
});

awsTest(
  "makeEcrLogin() gives name and password for the registry, and tells the secrets first",
  async (bench) => {
    const secrets: string[] = [];

    const login = await makeEcrLogin({ image: bench.image, keepSecret: (value) => secrets.push(value) })(
      never(),
    );

    const password = `${ACCOUNT}-auth-token`;
    assert.deepEqual([login.registry, login.username, login.password], [HOST, "AWS", password]);
    assert.match(login.hint ?? "", /ecr:PutImage/);
    assert.deepEqual(secrets, [btoa(`AWS:${password}`), password]);
  },
);

awsTest("makeEcrLogin() tells a token that it cannot read as a secret too", async (bench) => {
  const secrets: string[] = [];
  bench.refuse(() => Response.json({ authorizationData: [{ authorizationToken: "no-base64!" }] }));
  const login = makeEcrLogin({ image: bench.image, keepSecret: (value) => secrets.push(value) });

  const error = isAppError(await login(never()).catch((thrown) => thrown), "aws_failed");

  assert.doesNotMatch(error.message, /no-base64/);
  assert.deepEqual(secrets, ["no-base64!"]);
});
