/**
 * Where credentials come from is the SDK's own affair: each way that people use is tried with nothing of ours between. moto
 * checks keys and signatures; the servers that hand out keys are played here.
 */
import assert from "node:assert/strict";
import {
  type AwsWorld,
  type EcsHarness,
  type Env,
  makeAwsWorld,
  makeEcsHarness,
  motoForFile,
  plainRunner,
  withEnv,
} from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const EVERYTHING = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

interface Scene {
  readonly world: AwsWorld;
  readonly folder: string;
  readonly key: string;
  readonly secret: string;
  /** Lists with a new client, under these variables and no key in any. */
  list(env: Env): Promise<unknown>;
}

function scene(title: string, play: (scene: Scene) => Promise<void>, { iam = true } = {}): void {
  aws.test(title, async () => {
    if (moto === undefined) throw new Error("Making a world: moto does not run");
    const world = await makeAwsWorld({ moto, runner: plainRunner(), iam });
    const harness: EcsHarness = makeEcsHarness(world, { image: "acme/app:x" });
    const folder = await Deno.makeTempDir({ prefix: "showtime-aws-" });
    try {
      const keys = iam ? await world.addUser(EVERYTHING) : {};
      const none: Env = {
        AWS_ACCESS_KEY_ID: undefined,
        AWS_SECRET_ACCESS_KEY: undefined,
        AWS_CONFIG_FILE: `${folder}/config`,
        AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials`,
      };
      await play({
        world,
        folder,
        key: keys["AWS_ACCESS_KEY_ID"] ?? "",
        secret: keys["AWS_SECRET_ACCESS_KEY"] ?? "",
        list: (env) =>
          withEnv(
            { ...none, ...env },
            () => harness.platformWith({}).list({ repo: harness.repo }, new AbortController().signal),
          ),
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
      await harness.dispose();
    }
  });
}

/** A server that answers by path and keeps what it was asked. */
async function serving(
  pages: Readonly<Record<string, unknown>>,
  act: (at: { readonly url: string; readonly asked: readonly string[] }) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    const page = pages[pathname];
    if (page === undefined) return new Response("", { status: 404 });
    return typeof page === "string" ? new Response(page) : Response.json(page);
  });
  try {
    await act({ url: `http://127.0.0.1:${server.addr.port}`, asked });
  } finally {
    await server.shutdown();
  }
}

scene("list() uses the profile that AWS_PROFILE names", async ({ folder, key, secret, list }) => {
  await Deno.writeTextFile(
    `${folder}/credentials`,
    `[default]\naws_access_key_id = nobody\naws_secret_access_key = nothing\n` +
      `[previews]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\n`,
  );

  assert.deepEqual(await list({ AWS_PROFILE: "previews" }), []);
  await assert.rejects(list({}), { code: "aws_credentials" });
});

scene(
  "list() takes on a role by web identity, as OIDC in Actions has it",
  async ({ world, folder, list }) => {
    await Deno.writeTextFile(`${folder}/token`, "a.token.of-the-workflow");
    world.clearCalls();

    const found = await list({
      AWS_WEB_IDENTITY_TOKEN_FILE: `${folder}/token`,
      AWS_ROLE_ARN: `arn:aws:iam::${world.account}:role/previews`,
    });

    assert.deepEqual(found, []);
    assert.deepEqual(world.calls().map(({ operation }) => operation), [
      "AssumeRoleWithWebIdentity",
      "ListServices",
    ]);
  },
  { iam: false },
);

scene("list() uses the role of the container that it runs in", async ({ key, secret, list }) => {
  const pages = { "/role": { AccessKeyId: key, SecretAccessKey: secret, Token: "", Expiration: inAnHour() } };
  await serving(pages, async ({ url, asked }) => {
    assert.deepEqual(await list({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/role` }), []);
    assert.deepEqual(asked, ["GET /role"]);
  });
});

scene("list() uses the role of the instance that it runs on", async ({ key, secret, list }) => {
  const roles = "/latest/meta-data/iam/security-credentials/";
  const pages = {
    "/latest/api/token": "session",
    [roles]: "previews",
    [`${roles}previews`]: {
      Code: "Success",
      AccessKeyId: key,
      SecretAccessKey: secret,
      Token: "",
      Expiration: inAnHour(),
    },
  };
  await serving(pages, async ({ url, asked }) => {
    const found = await list({
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    });

    assert.deepEqual(found, []);
    assert.ok(asked.includes(`GET ${roles}previews`), asked.join(", "));
  });
});

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}
