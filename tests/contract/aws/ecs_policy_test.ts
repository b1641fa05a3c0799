/**
 * The policies of docs/policies, played with IAM enforced: with them every call that a command makes succeeds, and without
 * any one of their actions a call is refused that names the action.
 *
 * moto's: keys, signatures, and whether a policy allows the action of a call. It compares every policy with the resource
 * `*`, so resources and conditions are widened for it. The relay's: iam:PassRole and the tagging of what is created, with
 * resource and condition as the files have them. Not shown: the actions with which docker itself pushes to ECR, whose
 * registry moto does not have.
 */
import assert from "node:assert/strict";
import { RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { CreateRepositoryCommand, PutImageCommand } from "@aws-sdk/client-ecr";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, type PrNumber, shortSha } from "../../../src/lib/ids.ts";
import { makeEcrLogin, makeEcrStore } from "../../../src/drivers/ecs/mod.ts";
import type { DeploySpec } from "../../../src/environments/ports/platform.ts";
import {
  type AwsWorld,
  type Clients,
  type EcsHarness,
  makeAwsWorld,
  makeClients,
  makeEcsHarness,
  motoForFile,
  plainRunner,
  withEnv,
} from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

const POLICIES = new URL("../../../docs/policies/", import.meta.url);
const STATEMENTS = [
  ...await readStatements("ecs"),
  ...await readStatements("load-balancer"),
  ...await readStatements("traffic"),
  ...await readStatements("ecr"),
];
/** What only docker asks of ECR. */
const DOCKER = ["DockerPush"];
/** moto names CloudWatch's actions by the service of the signature, which is `monitoring`; IAM itself does not. */
const asMoto = (action: string) => action.replace(/^cloudwatch:/, "monitoring:");
const ACTIONS = STATEMENTS.filter(({ Sid }) => !DOCKER.includes(Sid)).flatMap(({ Action }) => listed(Action));

async function readStatements(name: string): Promise<readonly Statement[]> {
  return JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, POLICIES))).Statement;
}

function listed(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** The policies, in the names of this world, without one action. */
function policyFor(world: AwsWorld, without?: string): unknown {
  const role = world.executionRole;
  return {
    Version: "2012-10-17",
    Statement: STATEMENTS.flatMap(({ Action, Condition, ...rest }) => {
      const actions = listed(Action).filter((action) => action !== without).map(asMoto);
      if (actions.length === 0) return [];
      return actions.includes("iam:PassRole")
        ? [{ ...rest, Action: actions, Resource: role, Condition }]
        : [{ ...rest, Action: actions, Resource: "*" }];
    }),
  };
}

/** Everything that commands ask of AWS, each call by its own name: what is refused is gathered. */
async function playAll(
  harness: EcsHarness,
  { pr, image }: { readonly pr: PrNumber; readonly image: string },
) {
  const refused: string[] = [];
  const never = new AbortController().signal;
  const { platform, repo } = harness;
  const sha = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
  const service = formatServiceName(pr, shortSha(sha));
  const owner = { repo, epoch: 100 };
  const spec: DeploySpec = {
    ...owner,
    pr,
    sha,
    image: "acme/app:x",
    settings: { size: "standard", flags: {}, login: undefined, url: `http://pr-${pr}.preview.example` },
    requestedBy: "ana",
    createdAt: Date.UTC(2026, 0, 15),
    expiresAt: undefined,
  };
  const quiet = { onProgress: () => {} };
  const attempt = async (act: () => Promise<unknown>) => {
    try {
      const result = await act();
      if (typeof result === "object" && result !== null && "reason" in result) {
        refused.push(String(result.reason));
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push(error.message);
    }
  };
  const store = makeEcrStore({ image, tag: "pr-{pr}-{sha}-ci" });
  const tagged = `${image}:pr-${pr}-a1b2c3d-ci`;
  await attempt(makeLogin(image));
  await attempt(() => store.exists(tagged, never));
  await attempt(() => platform.deploy(spec, quiet, never));
  await attempt(() => platform.list({ repo, pr, probe: true }, never));
  await attempt(() => platform.addresses([keyOfService(service)], never));
  await attempt(() => platform.reach([keyOfService(service)], never));
  await attempt(() =>
    platform.newestRequests([keyOfService(service)], { since: Date.now() - 3_600_000 }, never)
  );
  await attempt(() =>
    platform.deploy({ ...spec, epoch: 101, settings: { ...spec.settings, flags: { A: true } } }, quiet, never)
  );
  await attempt(() => platform.settle(keyOfService(service), { repo, epoch: 101 }, never));
  await attempt(async () => {
    for await (const _ of platform.logs(keyOfService(service), { tail: 1, follow: false }, never));
  });
  await attempt(async () => {
    for (const { id } of await platform.leftovers({ repo }, never)) {
      await platform.removeLeftover(id, { repo }, never);
    }
  });
  const sleeping = { repo, epoch: 101, page: "asleep" };
  await attempt(() =>
    platform.sleep(keyOfService(service), { ...sleeping, cause: "person", since: 0 }, never)
  );
  await attempt(() => platform.wake(keyOfService(service), { ...sleeping, ...quiet, at: 0 }, never));
  // The rule leads from another host now, so it changes.
  const url = `http://pr-${pr}.elsewhere.example`;
  await attempt(() =>
    platform.deploy({ ...spec, epoch: 102, settings: { ...spec.settings, url } }, quiet, never)
  );
  await attempt(() => platform.destroy(keyOfService(service), { repo, epoch: 102 }, never));
  await attempt(() => store.list(never));
  await attempt(() => store.remove(tagged, never));
  return refused;

  function makeLogin(at: string): () => Promise<unknown> {
    const login = makeEcrLogin({ image: at, keepSecret: () => {} });
    return async () => ({ user: (await login(never)).username });
  }
}

/** What a run that died left: a revision of ours without a service. */
async function plantLeftover({ ecs }: Clients, harness: EcsHarness): Promise<void> {
  const { world } = harness;
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${world.cluster}-pr-${harness.freshPr()}`,
      containerDefinitions: [{ name: "app", image: "acme/app:x", memory: 128 }],
      tags: Object.entries({ showtime_managed: "true", showtime_repo: world.repo, sha: "a".repeat(40) })
        .map(([key, value]) => ({ key, value })),
    }),
  );
}

async function plantImage(
  { ecr }: Clients,
  { pr, repository }: { readonly pr: PrNumber; readonly repository: string },
) {
  await ecr.send(
    new PutImageCommand({
      repositoryName: repository,
      imageTag: `pr-${pr}-a1b2c3d-ci`,
      imageManifest: JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.docker.distribution.manifest.v2+json",
        config: { digest: `sha256:${"0".repeat(64)}`, size: pr },
        layers: [],
      }),
    }),
  );
}

/** One world in which every call is checked against its user's policy. */
async function onGuardedAws(
  act: (scene: {
    readonly world: AwsWorld;
    readonly play: (without?: string) => Promise<readonly string[]>;
  }) => Promise<void>,
): Promise<void> {
  if (moto === undefined) throw new Error("Making a world: moto does not run");
  const world = await makeAwsWorld({
    moto,
    runner: plainRunner(),
    iam: true,
    delays: { drainMs: 60, healthMs: 40 },
  });
  const repository = "previews";
  const image = `${world.account}.dkr.ecr.${world.region}.amazonaws.com/${repository}`;
  const harness = makeEcsHarness(world, { image: "acme/app:x" });
  // Straight to moto: the world's own path is not the one that its requests are signed with.
  const keys = await world.addUser({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  const hands = makeClients({
    endpoint: moto.url,
    region: world.region,
    credentials: {
      accessKeyId: keys["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: keys["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  });
  try {
    await hands.ecr.send(new CreateRepositoryCommand({ repositoryName: repository }));
    const { listener } = await world.addLoadBalancer();
    const loadBalancer = { listener, certificateCheck: true };
    const askUrl = () => Promise.resolve({ ok: true, answer: "200", kind: "status" as const });
    await act({
      world,
      async play(without) {
        const pr = harness.freshPr();
        await plantLeftover(hands, harness);
        await plantImage(hands, { pr, repository });
        const env = await world.addUser(policyFor(world, without));
        // Clients keep the credentials that they were made with.
        return await withEnv(
          env,
          () =>
            playAll({ ...harness, platform: harness.platformWith({ loadBalancer }, { askUrl }) }, {
              pr,
              image,
            }),
        );
      },
    });
  } finally {
    hands.destroy();
    await harness.dispose();
  }
}

aws.test("the policies of docs/policies are enough for every call that commands make, and each action is needed", async (t) => {
  assert.ok(ACTIONS.length > 15, `${ACTIONS.length} actions`);
  await onGuardedAws(async ({ play }) => {
    await t.step("all of them: nothing is refused", async () => {
      assert.deepEqual(await play(), []);
    });
    for (const action of ACTIONS) {
      await t.step(`without ${action}: what is refused names it`, async () => {
        const refused = await play(action);

        assert.ok(refused.length > 0, "nothing was refused");
        assert.ok(
          refused.some((each) => each.includes(`the permission ${asMoto(action)}`)),
          refused.join("\n"),
        );
      });
    }
  });
});
