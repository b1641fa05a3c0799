/** Which builds log in to ECR. AWS is moto; the docker command is one that writes down what it is called with. */
import assert from "node:assert/strict";
import type { GlobalFlags } from "../../../src/cli/wiring_types.ts";
import { imageRepository, loadConfig } from "../../../src/config/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import type { Images } from "../../../src/environments/ports/images.ts";
import { makeImages } from "../../../src/wiring/images.ts";
import { Parts } from "../../../src/wiring/parts.ts";
import { motoForFile, withEnv } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

const HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const PASSWORD = "123456789012-auth-token";
const FLAGS: GlobalFlags = {
  repo: undefined,
  platform: undefined,
  config: undefined,
  json: false,
  quiet: false,
  verbose: false,
  color: false,
  dryRun: false,
  dryRunGithub: false,
  dryRunAws: false,
  dryRunDocker: false,
  awsSleepSeconds: undefined,
};
/** Tells its calls to the file "log" beside it: it gets no variable of ours. */
const DOCKER = `#!/bin/sh
printf '%s\\n' "$*" >> "\${0%/*}/log"
if [ "$1" = login ]; then printf 'reads %s\\n' "$(cat)" >> "\${0%/*}/log"; fi
`;

interface Bench {
  readonly images: Images;
  readonly secrets: readonly string[];
  readonly told: readonly string[];
  build(): Promise<void>;
  /** What the docker command was called with, and what it read when it was told to log in. */
  calls(): Promise<readonly string[]>;
}

/** Runs with what a configuration of this `build` section makes. */
async function withImages(build: string, run: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-wiring-" });
  const log = `${folder}/log`;
  await Deno.writeTextFile(`${folder}/docker`, DOCKER, { mode: 0o755 });
  const env = {
    AWS_ENDPOINT_URL: moto?.url,
    AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST",
    AWS_SECRET_ACCESS_KEY: "test-secret-access-key",
    AWS_CONFIG_FILE: `${folder}/config`,
    AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials`,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PROFILE: undefined,
    PATH: `${folder}:${Deno.env.get("PATH")}`,
  };
  const [secrets, told]: [string[], string[]] = [[], []];
  const calls = async () => (await Deno.readTextFile(log).catch(() => "")).split("\n").slice(0, -1);
  try {
    await withEnv(env, async () => {
      const { signal } = new AbortController();
      const text = `version: 1\nplatform: docker\nbuild: ${build}\n`;
      const { config } = loadConfig({ file: { path: "showtime.yml", text }, env: {}, flags: {} });
      const repository = imageRepository(config, "acme/app");
      const parts = new Parts({ env: {}, signal, keepSecret: (value) => secrets.push(value) });
      const images = await makeImages(parts, {
        config,
        repository,
        flags: FLAGS,
        dryPlatform: false,
        tell: (line) => told.push(line),
        buildPlatform: () => Promise.resolve("linux/amd64"),
      });
      const request = {
        repo: "acme/app",
        pr: prNumber(1),
        sha: fullSha("abcdef0123456789abcdef0123456789abcdef01"),
        image: `${repository}:pr-1-abcdef0-ci`,
        onLine: () => {},
      };
      await run({ images, secrets, told, build: () => images.build(request, signal), calls });
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const LOGGED_IN = [`login --username AWS --password-stdin ${HOST}`, `reads ${PASSWORD}`];

aws.test("makeImages() with an ECR address logs in before each build, and keeps what it logs in with secret", async () => {
  await withImages(`{ image: ${HOST}/team/app, push: always }`, async ({ build, calls, secrets }) => {
    await build();
    const first = await calls();
    await build();

    assert.deepEqual(first.slice(0, 2), LOGGED_IN);
    assert.ok(first.slice(2).some((line) => line.startsWith("buildx build ") && line.includes(HOST)));
    assert.equal((await calls()).filter((line) => line === LOGGED_IN[0]).length, 2);
    assert.ok(secrets.includes(PASSWORD));
    assert.ok(secrets.includes(btoa(`AWS:${PASSWORD}`)));
  });
});

aws.test("makeImages() with an ECR address looks for images in ECR", async () => {
  await withImages(`{ image: ${HOST}/team/app, push: always }`, async ({ images, calls }) => {
    const { signal } = new AbortController();

    await assert.rejects(images.exists(`${HOST}/team/app:pr-1-abcdef0-ci`, signal), {
      code: "repository_not_found",
    });
    assert.deepEqual(await images.list(signal), []);
    // Only images that builds left without a tag are on the engine.
    assert.deepEqual(await calls(), [
      "image ls --quiet --no-trunc --filter dangling=true --filter label=showtime_managed=image",
    ]);
  });
});

aws.test("makeImages() does not build where AWS gives no login for the push", async () => {
  await withImages(`{ image: ${HOST}/team/app, push: always }`, async ({ build, calls }) => {
    Deno.env.delete("AWS_ACCESS_KEY_ID");

    await assert.rejects(build(), (error) => error instanceof AppError && error.code === "aws_credentials");
    assert.deepEqual(await calls(), []);
  });
});

aws.test("makeImages() logs in for a cache in ECR, and builds without it where there is no login", async () => {
  const cached = `{ image: acme/app, push: never, cache_from: ["type=registry,ref=${HOST}/cache:main"] }`;
  await withImages(cached, async ({ build, calls, told }) => {
    await build();

    assert.deepEqual((await calls()).slice(0, 2), LOGGED_IN);
    assert.deepEqual(told, []);
  });
  await withImages(cached, async ({ build, calls, told }) => {
    Deno.env.delete("AWS_ACCESS_KEY_ID");
    await build();

    const made = await calls();
    assert.deepEqual(made.filter((line) => line.startsWith("login")), []);
    assert.equal(made.filter((line) => line.startsWith("buildx build ")).length, 1);
    assert.match(told.join("\n"), /continues without its cache\. .*there are no AWS credentials/);
  });
});

aws.test("makeImages() logs in nowhere where nothing goes to ECR", async () => {
  const others = [
    `{ image: acme/app, push: always }`,
    `{ image: "127.0.0.1:1/app", push: always, cache_from: ["type=registry,ref=acme/cache:x"] }`,
    `{ image: ${HOST}/team/app, push: never }`,
    `{ image: ${HOST}.evil.example/team/app, push: always }`,
  ];
  for (const build of others) {
    await withImages(build, async (bench) => {
      await bench.build();

      const made = await bench.calls();
      assert.deepEqual(made.filter((line) => line.startsWith("login")), []);
      assert.equal(made.filter((line) => line.startsWith("buildx build ")).length, 1);
      assert.equal(bench.secrets.includes(PASSWORD), false);
    });
  }
});
