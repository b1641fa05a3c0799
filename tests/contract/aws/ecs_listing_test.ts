/**
 * What is found on ECS, over the wire: in a cluster of many, of another tool, with wrong input, while it changes, and
 * under a template. moto answers the calls; each test says what the relay before it adds.
 */
import assert from "node:assert/strict";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import type { PlatformEnvironment } from "../../../src/environments/core/environment/environment.ts";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { fullSha, prNumber, type ServiceName, shortSha } from "../../../src/lib/ids.ts";
import { readTemplate } from "../../../src/drivers/ecs/mod.ts";
import { idleRunner, motoForFile, withEnv } from "../../worlds/aws/mod.ts";
import {
  type EcsScene,
  failureOf,
  IMAGE,
  never,
  playEcsScene,
  type SceneOptions,
  SHA_A,
  statusOf,
  until,
} from "../../worlds/aws/ecs_scene.ts";
import { part } from "../../worlds/require.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

function scene(
  title: string,
  play: (scene: EcsScene) => Promise<void>,
  options: SceneOptions = {},
): void {
  aws.test(title, () => playEcsScene({ ...options, moto }, play));
}

/** Makes services as whoever else would, a few at once. */
async function plantAll(
  { world }: EcsScene,
  services: readonly (readonly [name: string, tags: Readonly<Record<string, string>>])[],
  { desiredCount = 0 }: { readonly desiredCount?: number } = {},
): Promise<void> {
  const { ecs } = world.aside;
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${world.cluster}-planted`,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: [{
        name: "app",
        image: `${IMAGE}:fine`,
        memory: 512,
        portMappings: [{ containerPort: 8080 }],
      }],
    }),
  );
  const [subnets, securityGroups] = [[...world.subnets], [...world.securityGroups]];
  const make = ([serviceName, tags]: (typeof services)[number]) =>
    ecs.send(
      new CreateServiceCommand({
        cluster: world.cluster,
        serviceName,
        taskDefinition: taskDefinition?.taskDefinitionArn,
        desiredCount,
        launchType: "FARGATE",
        networkConfiguration: {
          awsvpcConfiguration: { subnets, securityGroups, assignPublicIp: "ENABLED" },
        },
        propagateTags: "SERVICE",
        ...(Object.keys(tags).length === 0
          ? {}
          : { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) }),
      }),
    );
  for (let i = 0; i < services.length; i += 8) await Promise.all(services.slice(i, i + 8).map(make));
}

function nameOf(pr: number): ServiceName {
  return formatServiceName(prNumber(pr), shortSha(SHA_A));
}

function tagsOf(pr: number, repo: string): Readonly<Record<string, string>> {
  return {
    showtime_managed: "true",
    pr: String(pr),
    sha: SHA_A,
    github_user: "octo cat",
    showtime_created: "1768487400",
    showtime_expires: "1768573800",
    showtime_epoch: "7",
    showtime_repo: repo,
    showtime_repo_id: "4711",
    showtime_size: "large",
    showtime_flags: "ALPHA+ BETA-",
    showtime_image: `${IMAGE}:pr-${pr}-ci`,
  };
}

function numbered(count: number, from: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

scene(
  "list() finds exactly ours among 250 services, and addresses() theirs, with few calls",
  async (scene) => {
    // moto's: services and their tags. The relay's: pages, how many may be described at once, who drains; the tasks.
    const { world, platform, harness } = scene;
    const { repo } = harness;
    // Forty have a name of our form: four calls describe them, three list the names of all.
    const [ours, gone] = [numbered(36, 1), 501];
    await plantAll(scene, [
      ...numbered(210, 1).map((n) => [`web-${n}`, {}] as const),
      ...numbered(2, 601).map((pr) => [nameOf(pr), tagsOf(pr, "someone/else")] as const),
      [nameOf(gone), tagsOf(gone, repo)],
    ]);
    await plantAll(scene, [
      ...ours.map((pr) => [nameOf(pr), tagsOf(pr, repo)] as const),
      ["pr-700-service", { pr: "700" }],
    ], { desiredCount: 1 });
    await world.aside.ecs.send(
      new DeleteServiceCommand({ cluster: world.cluster, service: nameOf(gone), force: true }),
    );
    const all = [...ours, 700];
    await until(
      async () =>
        (await platform.list({ repo }, never())).filter(({ healthy }) => healthy).length === all.length,
      "every task runs",
    );
    world.clearCalls();

    const found = await platform.list({ repo }, never());

    assert.deepEqual(found.map(({ pr }) => pr), all);
    assert.deepEqual(world.callCounts(), { ListServices: 3, DescribeServices: 4 });
    assert.deepEqual(found.filter(({ legacy }) => legacy).map(({ service }) => service), ["pr-700-service"]);
    const [{ startedAt, ...first } = assert.fail()] = found;
    assert.deepEqual(first, listed(1, repo));
    assert.ok((startedAt ?? 0) > 1_768_487_400_000, `${startedAt}`);

    for (const count of [3, all.length]) {
      const asked = found.slice(0, count);
      world.clearCalls();
      const addresses = await platform.addresses(asked, never());
      assert.equal(addresses.length, count);
      assert.equal(new Set(addresses).size, count);
      for (const address of addresses) assert.match(address ?? "none", /^127\.\d+\.\d+\.\d+:8080$/);
      assert.ok(sum(world.callCounts()) <= 5, JSON.stringify(world.callCounts()));
    }
  },
  { runner: idleRunner(), drainingMs: 600_000 },
);

function listed(pr: number, repo: string): PlatformEnvironment {
  return {
    platform: "ecs",
    pr: prNumber(pr),
    sha: SHA_A,
    short: shortSha(SHA_A),
    service: nameOf(pr),
    address: undefined,
    healthy: true,
    condition: "1 of 1 task running",
    image: `${IMAGE}:pr-${pr}-ci`,
    settings: { size: "large", flags: { ALPHA: true, BETA: false }, login: undefined },
    requestedBy: "octo cat",
    createdAt: 1_768_487_400_000,
    expiresAt: 1_768_573_800_000,
    epoch: 7,
    repo,
    repoId: 4711,
    managed: true,
    legacy: false,
    unsettled: false,
  };
}

scene("list() reads every page, where the last one holds a single service", async (scene) => {
  // moto's: services and tags. The relay's: pages of a hundred, ten described at once.
  const { platform, harness, world } = scene;
  const { repo } = harness;
  for (const [before, count] of [[0, 11], [11, 101]] as const) {
    await plantAll(scene, numbered(count - before, before + 1).map((pr) => [nameOf(pr), tagsOf(pr, repo)]));
    world.clearCalls();

    const found = await platform.list({ repo }, never());
    const one = await platform.list({ repo, pr: prNumber(count) }, never());

    assert.deepEqual(found.map(({ pr }) => pr), numbered(count, 1));
    assert.deepEqual(one.map(({ pr }) => pr), [count]);
    const pages = Math.ceil(count / 100);
    assert.deepEqual(world.callCounts(), {
      ListServices: 2 * pages,
      DescribeServices: Math.ceil(count / 10) + 1,
    });
  }
});

for (const [title, sha] of [["whole", SHA_A], ["short", shortSha(SHA_A)]] as const) {
  scene(
    `list(), deploy() and destroy() adopt a service of superset-showtime with a ${title} SHA`,
    async (scene) => {
      // moto's: service and tags. The relay's: the deployments.
      const { platform, harness, world, pr, deploy, service, described } = scene;
      const { repo } = harness;
      const tags = {
        showtime_managed: "true",
        pr: String(pr),
        sha,
        github_user: "octocat",
        showtime_created: "1768487400",
        showtime_expires: "1768573800",
      };
      await plantAll(scene, [[service(), tags]], { desiredCount: 1 });
      await until(async () => (await harness.tasks(service()))[0]?.lastStatus === "RUNNING", "its task runs");

      const [adopted] = await platform.list({ repo }, never());
      const before = await described(service());
      const deployed = await deploy({ flags: { ALPHA: true } });
      await platform.settle(keyOfService(service()), { repo, epoch: 100 }, never());
      const [own] = await platform.list({ repo }, never());

      assert.deepEqual(
        [adopted?.pr, adopted?.short, adopted?.managed, adopted?.repo, adopted?.epoch, adopted?.requestedBy],
        [pr, shortSha(SHA_A), true, undefined, 0, "octocat"],
      );
      assert.deepEqual([adopted?.createdAt, adopted?.expiresAt], [1_768_487_400_000, 1_768_573_800_000]);
      assert.equal(adopted?.sha, title === "whole" ? SHA_A : undefined);
      assert.equal(await statusOf(deployed.address), 200);
      assert.equal(world.callCounts()["CreateService"], undefined);
      assert.equal((await described(service()))?.serviceArn, before?.serviceArn);
      assert.deepEqual([own?.repo, own?.sha, own?.epoch, own?.settings.flags], [repo, SHA_A, 100, {
        ALPHA: true,
      }]);

      await platform.destroy(keyOfService(service()), { repo, epoch: 100 }, never());
      assert.deepEqual(await platform.list({ repo }, never()), []);
      assert.equal((await described(service()))?.status, "INACTIVE");
    },
    { delays: { drainMs: 100 } },
  );
}

scene("list() leaves out what only looks like ours", async (scene) => {
  // moto's: services and tags. The relay's: nothing.
  const { platform, harness } = scene;
  const { repo } = harness;
  const sha = shortSha(fullSha("c".repeat(40)));
  await plantAll(scene, [
    [`pr-012-${sha}-service`, tagsOf(12, repo)],
    [`pr-12-${sha}-service-2`, tagsOf(12, repo)],
    [`my-pr-12-${sha}-service`, tagsOf(12, repo)],
    [`pr-12-${sha.slice(1)}-service`, tagsOf(12, repo)],
    ["pr-12-service", { showtime_managed: "true" }],
  ]);

  assert.deepEqual(await platform.list({ repo }, never()), []);
});

const EMPTY = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_EC2_METADATA_DISABLED: "true",
  HOME: undefined,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};

scene(
  "deploy(), list() and destroy() without credentials, or with bad ones, say so and write nothing",
  async (scene) => {
    // The SDK's: that there are none. The relay's: what AWS says of those that have expired or that nobody has.
    const { world, platformWith, deploy, service, harness } = scene;
    const { repo } = harness;
    const all = async (says: RegExp) => {
      const platform = platformWith({});
      const errors = [
        await failureOf(deploy({}, { platform })),
        await failureOf(platform.list({ repo }, never())),
        await failureOf(platform.destroy(keyOfService(service()), { repo, epoch: 100 }, never())),
        await failureOf(platform.leftovers({ repo }, never())),
      ];
      for (const error of errors) {
        assert.deepEqual([error.code, error.exitCode], ["aws_credentials", 2], error.message);
        assert.match(error.message, says);
        assert.match(error.hint ?? "", /configure-aws-credentials.*aws sso login/);
      }
    };

    await withEnv(EMPTY, () => all(/there are no AWS credentials/));
    assert.deepEqual(world.calls(), []);
    world.faults.add({ kind: "expired", operation: "*", times: Infinity });
    await all(/the AWS credentials have expired$/);
    world.faults.clear();
    world.faults.add({ kind: "unknown_key", operation: "*", times: Infinity });
    await all(/AWS does not accept the credentials \(.*token.* is invalid/);

    assertOnlyReads(scene);
  },
);

scene("deploy() with a key that nobody has says so and writes nothing", async (scene) => {
  // moto's: that it knows no such key. The relay's: the words of ECS for that.
  const { world, platformWith, deploy } = scene;

  const error = await withEnv(
    { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" },
    () => failureOf(deploy({}, { platform: platformWith({}) })),
  );

  assert.deepEqual([error.code, error.exitCode], ["aws_credentials", 2], error.message);
  assert.ok(world.calls().length > 0);
  assertOnlyReads(scene);
}, { iam: true });

scene("deploy(), list() and destroy() name the cluster and the region where there is none", async (scene) => {
  // moto's: that there is no such cluster.
  const { world, platformWith, deploy, service, harness } = scene;
  const { repo } = harness;
  for (
    const [change, cluster, region] of [
      [{ region: "eu-west-1" }, world.cluster, "eu-west-1"],
      [{ cluster: "nowhere" }, "nowhere", world.region],
    ] as const
  ) {
    const platform = platformWith(change);
    const errors = [
      await failureOf(deploy({}, { platform })),
      await failureOf(platform.list({ repo }, never())),
      await failureOf(platform.destroy(keyOfService(service()), { repo, epoch: 100 }, never())),
    ];
    for (const error of errors) {
      assert.deepEqual([error.code, error.exitCode], ["cluster_not_found", 2], error.message);
      assert.ok(error.message.endsWith(`there is no cluster "${cluster}" in ${region}`), error.message);
      assert.match(error.hint ?? "", /ECS_CLUSTER.*AWS_REGION/);
    }
  }
  assertOnlyReads(scene);
});

function assertOnlyReads({ world }: EcsScene): void {
  const writes = world.calls().map(({ operation }) => operation).filter((name) =>
    !/^(List|Describe|Get)/.test(name)
  );
  assert.deepEqual(writes, []);
}

const SLOW = 20;

scene(
  "deploy() looks at the service every 15 s at most, tells its events, and ends at health.timeout",
  async (scene) => {
    // moto's: the service. The relay's: its events, and when each call came.
    const { world, deploy, platformWith, harness } = scene;
    world.failures.script("capacity", { times: 2 });
    const platform = platformWith({ health: { ...harness.config.health, timeoutMs: 60_000 } });
    const progress: string[] = [];
    const began = world.clock.now();

    const error = await failureOf(
      deploy({ flags: { NEVER: true } }, { platform, onProgress: (text) => progress.push(text) }),
    );
    const tookMs = world.clock.now() - began;

    assert.equal(error.code, "unhealthy", error.message);
    assert.ok(tookMs >= 60_000, `${tookMs} ms`);
    const calls = world.calls();
    const created = calls.findIndex(({ operation }) => operation === "CreateService");
    const removed = calls.findIndex(({ operation }) => operation === "DeleteService");
    const looks = calls.slice(created, removed).filter(({ operation }) => operation === "DescribeServices");
    // At 0, 15, 30, 45 and 60 s, and once more to take back what was made.
    assert.ok(looks.length >= 3 && looks.length <= 6, `${looks.length} looks`);
    const gaps = looks.slice(1, -1).map(({ at }, index) => (at - (looks[index]?.at ?? 0)) * SLOW);
    // A call can take a while to arrive, and the next one less: that is the grain.
    for (const gap of gaps) assert.ok(gap > 10_000, `${gaps}`);
    assert.ok(progress.some((text) => /unable to place a task.*Capacity is unavailable/.test(text)));
    assert.ok(progress.some((text) => /has started 1 tasks/.test(text)), progress.join("\n"));
  },
  { speed: SLOW },
);

const TEMPLATE = {
  taskDefinition: {
    family: "whatever",
    revision: 7,
    status: "ACTIVE",
    ephemeralStorage: { sizeInGiB: 30 },
    containerDefinitions: [
      { name: "proxy", image: "acme/proxy:1", essential: false, memory: 128 },
      {
        name: "app",
        image: "overwritten",
        memory: 256,
        portMappings: [{ containerPort: 8080, protocol: "tcp" }],
        environment: [{ name: "KEPT", value: "yes" }, { name: "SHOWN", value: "overwritten" }],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": "/own/logs",
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": "preview",
          },
        },
      },
    ],
  },
};

scene(
  "deploy() registers a template with a sidecar, and logs() reads where the template writes",
  async (scene) => {
    // moto's: the definition, the log. The relay's: the tasks, which write into the log.
    const { world, deploy, platformWith, service, described, pr } = scene;
    await world.aside.logs.send(new CreateLogGroupCommand({ logGroupName: "/own/logs" })).catch((error) => {
      if (!(error instanceof Error) || error.name !== "ResourceAlreadyExistsException") throw error;
    });
    const template = readTemplate(JSON.stringify(TEMPLATE), { path: "task.json", container: "app" });
    const platform = platformWith({ template });

    await deploy({ size: "large", flags: { ALPHA: true } }, { platform });
    const found = await world.aside.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: (await described(service()))?.taskDefinition }),
    );
    const lines: string[] = [];
    for await (const line of platform.logs(keyOfService(service()), { tail: 10, follow: false }, never())) {
      lines.push(line);
    }

    const definition = found.taskDefinition;
    assert.deepEqual(
      [definition?.family, definition?.cpu, definition?.memory, definition?.networkMode],
      [`${world.cluster}-pr-${pr}`, "512", "1024", "awsvpc"],
    );
    assert.deepEqual(definition?.ephemeralStorage, { sizeInGiB: 30 });
    const [proxy, app] = definition?.containerDefinitions ?? [];
    assert.deepEqual([proxy?.name, proxy?.image, proxy?.essential, proxy?.logConfiguration], [
      "proxy",
      "acme/proxy:1",
      false,
      undefined,
    ]);
    assert.deepEqual([app?.image, app?.essential, app?.memory], [`${IMAGE}:fine`, true, 256]);
    assert.deepEqual(app?.portMappings?.map(({ containerPort }) => containerPort), [8080]);
    assert.deepEqual(
      app?.logConfiguration?.options,
      TEMPLATE.taskDefinition.containerDefinitions[1]?.logConfiguration?.options,
    );
    const variables = new Map(app?.environment?.map(({ name, value }) => [name, value]));
    assert.deepEqual([variables.get("KEPT"), variables.get("FEATURE_ALPHA")], ["yes", "on"]);
    assert.equal(variables.get("SHOWN"), `${pr} ${shortSha(SHA_A)} `);
    assert.deepEqual(lines, ["listening on 8080"]);
  },
);

scene("deploy() without public addresses sends people to the private one", async (scene) => {
  // moto's: the network interface. The relay's: a private address that somebody listens at.
  const { world, deploy, platformWith, service, described, harness } = scene;
  const platform = platformWith({ assignPublicIp: false });

  const deployed = await deploy({}, { platform });
  const [listed] = await platform.list({ repo: harness.repo, probe: true }, never());
  const addresses = await platform.addresses([keyOfService(service())], never());

  const network = (await described(service()))?.deployments?.[0]?.networkConfiguration?.awsvpcConfiguration;
  assert.equal(network?.assignPublicIp, "DISABLED");
  const [task] = await harness.tasks(service());
  const details = task?.attachments?.[0]?.details ?? [];
  const own = details.find(({ name }) => name === "privateIPv4Address")?.value;
  assert.equal(deployed.address, `${own}:8080`);
  assert.equal(await statusOf(deployed.address), 200);
  assert.deepEqual([listed?.address, listed?.healthy], [deployed.address, true]);
  assert.deepEqual(addresses, [deployed.address]);
  assert.equal(world.callCounts()["DescribeNetworkInterfaces"], undefined);
});
