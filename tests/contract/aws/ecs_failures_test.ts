/**
 * What goes wrong on ECS, over the wire: each failure has a name, a sentence and a next step; what was half-made is
 * gone, and what served before serves on. moto answers the calls; each test says what the relay before it adds.
 */
import assert from "node:assert/strict";
import { DeleteServiceCommand } from "@aws-sdk/client-ecs";
import type { AppError } from "../../../src/lib/errors.ts";
import type { FullSha } from "../../../src/lib/ids.ts";
import type { EcsSettings } from "../../../src/drivers/ecs/mod.ts";
import { motoForFile, withEnv } from "../../worlds/aws/mod.ts";
import {
  type EcsScene,
  failureOf,
  IMAGE,
  never,
  playEcsScene,
  type SceneOptions,
  SHA_A,
  SHA_B,
  type SpecChange,
  statusOf,
  withoutJitter,
} from "../../worlds/aws/ecs_scene.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

function scene(
  title: string,
  play: (scene: EcsScene) => Promise<void>,
  options: SceneOptions = {},
): void {
  aws.test(title, () => playEcsScene({ ...options, moto }, play));
}

/** A way in which a deployment fails, and what is told of it. */
interface Failure {
  readonly title: string;
  readonly arrange?: (scene: EcsScene) => void;
  readonly change?: SpecChange;
  readonly config?: Partial<EcsSettings>;
  readonly code: string;
  readonly says: RegExp;
  readonly hint: RegExp;
  /** A line of the log that travels with it. */
  readonly line?: string;
  /** Nobody waits any longer than five minutes. */
  readonly late?: boolean;
  /** Only a service that is created meets it. */
  readonly creating?: boolean;
}

const FAILURES: readonly Failure[] = [
  {
    title: "of one that runs out of memory",
    change: { flags: { MEMORY: true } },
    code: "out_of_memory",
    says: /ran out of memory \(exit code 137\)/,
    hint: /larger size/,
  },
  {
    title: "of an image that is not there",
    change: { image: `${IMAGE}:missing` },
    code: "image_not_found",
    says: /the image does not exist \(CannotPullContainerError.*acme\/app:missing: not found\)/,
    hint: /start trigger/,
  },
  {
    title: "of an image that may not be pulled",
    change: { image: `${IMAGE}:denied` },
    code: "permission",
    says: /the execution role may not pull the image/,
    hint: /ecr:BatchGetImage.*ecs\.execution_role/,
  },
  {
    title: "of an image whose registry limits pulls, when the circuit breaker goes off",
    change: { image: `${IMAGE}:limited` },
    code: "image_not_found",
    says: /its registry limits pulls/,
    hint: /ECR/,
  },
  {
    title: "whose secrets cannot be had",
    arrange: ({ world }) => world.failures.script("secrets"),
    code: "resource_initialization",
    says: /the task could not be set up \(ResourceInitializationError: unable to pull secrets/,
    hint: /ecs\.execution_role.*Secrets Manager/,
  },
  {
    title: "whose log group is not there",
    // moto's: it refuses the log stream.
    config: { logGroup: "/nowhere" },
    code: "resource_initialization",
    says: /the log could not be set up \(ResourceInitializationError.*log group does not exist/,
    hint: /ecs\.log_group/,
  },
  {
    title: "of one that answers 404 until the timeout",
    change: { flags: { NEVER: true } },
    late: true,
    code: "unhealthy",
    says:
      /no 2xx answer from http:\/\/127\.[\d.]+:8080\/health within \d+ (s|min) \(last: 404, and 404 at \/\)/,
    hint: /environment\.health\.path or environment\.health\.fallback/,
    line: "listening on 8080",
  },
  {
    title: "of one that answers 503 until the timeout",
    change: { image: `${IMAGE}:busy` },
    late: true,
    code: "unhealthy",
    says: /no 2xx answer from http:\/\/127\.[\d.]+:8080\/health within \d+ (s|min) \(last: 503\)/,
    hint: /environment\.health\.timeout/,
    line: "listening on 8080, busy",
  },
  {
    title: "of one whose own health check fails",
    arrange: ({ world }) => world.failures.script("unhealthy"),
    code: "unhealthy",
    says: /the health check in the container failed/,
    hint: /environment\.health\.command/,
    line: "listening on 8080",
  },
  {
    title: "of one that answers, while its own health check does not succeed",
    creating: true,
    change: { image: `${IMAGE}:unchecked` },
    late: true,
    code: "unhealthy",
    says: /answers 2\d\d.*health check in the container has not succeeded within/,
    hint: /environment\.health\.command/,
    line: "listening on 8080",
  },
  {
    title: "of one that ends",
    change: { flags: { EXIT: true } },
    code: "unhealthy",
    says: /the container ended with exit code 3/,
    hint: /last lines of its log/,
    line: "giving up: no database",
  },
  {
    title: "for which there is no capacity",
    arrange: ({ world }) => world.failures.script("capacity"),
    code: "no_capacity",
    says: /Fargate has no capacity at the moment \(.*Capacity is unavailable at this time/,
    hint: /ecs\.subnets/,
  },
  {
    title: "that goes beyond a quota",
    arrange: ({ world }) => world.failures.script("quota"),
    code: "quota",
    says: /the AWS account has reached a quota \(.*number of vCPUs/,
    hint: /showtime cleanup.*Service Quotas/,
  },
  {
    title: "of one that gets no public address",
    arrange: ({ world }) => world.failures.script("no_public_ip"),
    code: "no_public_ip",
    says: /its task runs without a public address/,
    hint: /public subnets.*ecs\.assign_public_ip/,
  },
  {
    title: "into a subnet that is not there",
    // moto's: it knows its subnets.
    config: { subnets: ["subnet-00000000"] },
    code: "network_settings",
    says: /AWS rejects the network settings \(.*subnet-00000000/,
    hint: /ecs\.subnets and ecs\.security_groups/,
    creating: true,
  },
  {
    title: "with a security group that is not there",
    // moto's: it knows its groups.
    config: { securityGroups: ["sg-00000000"] },
    code: "network_settings",
    says: /AWS rejects the network settings \(.*sg-00000000/,
    hint: /ecs\.subnets and ecs\.security_groups/,
    creating: true,
  },
];

for (const failure of FAILURES) {
  scene(
    `deploy() ${failure.title} says ${failure.code}, takes back what it made, and what served serves on`,
    async (scene) => {
      // moto's: services, definitions, network interfaces, log streams. The relay's: tasks and how they end, events,
      // deployments with their circuit breaker, throttling.
      const old = await scene.deploy();
      const [before] = await scene.revisions();
      failure.arrange?.(scene);
      const failing = ({ sha }: { readonly sha: FullSha }) => {
        const platform = scene.platformWith({
          ...(failure.late === true ? { health: scene.harness.config.health } : {}),
          ...failure.config,
        });
        return failureOf(scene.deploy({ ...failure.change, sha }, { platform }));
      };

      // Created beside the old one, and in its place.
      const shas = failure.creating === true ? [SHA_B] : [SHA_B, SHA_A];
      const errors = await Promise.all(shas.map((sha) => failing({ sha })));

      for (const error of errors) assertTold(error, failure);
      assert.equal(await scene.harness.isThere(scene.service(SHA_B)), false);
      assert.deepEqual(await scene.revisions(), [before]);
      const service = await scene.described(scene.service());
      assert.deepEqual([service?.status, service?.taskDefinition], ["ACTIVE", before]);
      assert.equal(await statusOf(old.address), 200);
    },
  );
}

function assertTold(error: AppError, { code, says, hint, line }: Failure): void {
  assert.equal(error.code, code, error.message);
  assert.match(error.message, says);
  assert.match(error.hint ?? "", hint);
  if (line !== undefined) assert.ok(error.logTail.includes(line), error.logTail.join("\n"));
}

scene("deploy() waits while there is no capacity twice", async ({ world, deploy }) => {
  // moto's: the service. The relay's: that there is no room, and its events.
  world.failures.script("capacity", { times: 2 });
  const progress: string[] = [];

  const deployed = await deploy({}, { onProgress: (text) => progress.push(text) });

  assert.equal(await statusOf(deployed.address), 200);
  assert.equal(progress.filter((text) => /Capacity is unavailable/.test(text)).length, 2);
});

scene(
  "deploy() waits where the network keeps two tasks from being set up",
  async ({ world, deploy, described, service }) => {
    // moto's: the service. The relay's: tasks that ECS could not set up, and that it counts them.
    world.failures.script("secrets", { times: 2 });

    const deployed = await deploy();

    assert.equal(await statusOf(deployed.address), 200);
    assert.equal((await described(service()))?.deployments?.[0]?.failedTasks, 2);
  },
);

scene(
  "F2: deploy() that AWS throttles twice comes up unnoticed, and list() that it throttles for ever says so",
  async (scene) => {
    // moto's: everything but the refusals, which are the relay's. How long to wait between two tries is the SDK's affair.
    const { world, deploy, platformWith, harness } = scene;
    world.faults.add(
      { kind: "throttled", operation: "CreateService", times: 2 },
      { kind: "throttled", operation: "ListServices", times: Infinity },
    );
    const progress: string[] = [];

    // Each with clients of its own: a client that was throttled holds back for a while.
    const [deployed, error] = await withoutJitter(() =>
      Promise.all([
        deploy({}, { platform: platformWith({}), onProgress: (text) => progress.push(text) }),
        failureOf(platformWith({}).list({ repo: harness.repo }, never())),
      ])
    );

    assert.equal(await statusOf(deployed.address), 200);
    assert.equal(world.callCounts()["CreateService"], 3);
    assert.deepEqual(progress.filter((text) => /thrott|exceeded|again/i.test(text)), []);
    assert.deepEqual([error.code, error.retryable], ["throttled", true]);
    assert.match(error.message, /^Listing services: AWS still throttles requests after several attempts$/);
    assert.match(error.hint ?? "", /in a minute/);
  },
);

scene("deploy() waits for a namesake that drains, says so, and then creates", async (scene) => {
  // moto's: the deletion, and the new service. The relay's: that the old one drains for a while.
  const { world, deploy, described, service } = scene;
  await deploy();
  await world.aside.ecs.send(
    new DeleteServiceCommand({ cluster: world.cluster, service: service(), force: true }),
  );
  assert.equal((await described(service()))?.status, "DRAINING");
  const progress: string[] = [];

  const deployed = await deploy({}, { onProgress: (text) => progress.push(text) });

  assert.equal(await statusOf(deployed.address), 200);
  assert.equal((await described(service()))?.status, "ACTIVE");
  assert.equal(progress[0], `Waiting until the earlier service ${service()} is removed`);
}, { drainingMs: 1000 });

scene("deploy() gives a namesake up that drains for longer than health.timeout", async (scene) => {
  // moto's: the deletion. The relay's: that the service drains.
  const { world, deploy, platformWith, harness, revisions, service } = scene;
  await deploy();
  await world.aside.ecs.send(
    new DeleteServiceCommand({ cluster: world.cluster, service: service(), force: true }),
  );
  const before = await revisions();
  const platform = platformWith({ health: { ...harness.config.health, timeoutMs: 60_000 } });
  world.clearCalls();

  const error = await failureOf(deploy({}, { platform }));

  assert.deepEqual([error.code, error.retryable], ["draining", true]);
  assert.match(error.message, /AWS is still stopping its tasks after \d+ (s|min)$/);
  assert.match(error.hint ?? "", /later/);
  assert.deepEqual(await revisions(), before);
  assert.deepEqual(Object.keys(world.callCounts()), ["DescribeServices"]);
}, { drainingMs: 3000 });

/** What the platform does, all of it allowed; the first test that lacks one of these says so. */
const ALL = ["ecs:*", "ec2:Describe*", "logs:Get*", "iam:PassRole"];
const MISSING: readonly (readonly [string, boolean])[] = [
  ["ecs:CreateService", true],
  ["ecs:UpdateService", false],
  ["iam:PassRole", true],
  ["ecs:RegisterTaskDefinition", true],
  ["ecs:TagResource", true],
  ["ecs:ListTasks", true],
  ["ec2:DescribeNetworkInterfaces", true],
];

scene("deploy(), list() without a permission name the action, and leave nothing", async (scene) => {
  // moto's: users, keys, signatures, and which action a policy allows. The relay's: what AWS asks for beside the action
  // of the call (iam:PassRole, ecs:TagResource), and the words of a refusal.
  const { world, deploy, platformWith, revisions, service, described, harness } = scene;
  const policy = (...denied: readonly string[]) => ({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ALL, Resource: "*" },
      ...(denied.length === 0 ? [] : [{ Effect: "Deny", Action: denied, Resource: "*" }]),
    ],
  });
  const as = async <Result>(denied: readonly string[], act: () => Promise<Result>) =>
    await withEnv(await world.addUser(policy(...denied)), act);
  const old = await as([], () => deploy({}, { platform: platformWith({}) }));
  const before = await revisions();

  for (const [action, creating] of MISSING) {
    const error = await as(
      [action],
      () => failureOf(deploy(creating ? { sha: SHA_B } : {}, { platform: platformWith({}) })),
    );

    assertNames(error, action);
    assert.equal(await harness.isThere(service(SHA_B)), false, action);
    assert.deepEqual(await revisions(), before, action);
  }
  const listing = await as(
    ["ecs:ListServices"],
    () => failureOf(platformWith({}).list({ repo: harness.repo }, never())),
  );

  assertNames(listing, "ecs:ListServices");
  assert.equal((await described(service()))?.taskDefinition, before[0]);
  assert.equal(await statusOf(old.address), 200);
}, { iam: true });

function assertNames(error: AppError, action: string): void {
  assert.equal(error.code, "permission", `${action}: ${error.message}`);
  assert.ok(error.message.endsWith(`the AWS credentials lack the permission ${action}`), error.message);
  assert.match(error.hint ?? "", new RegExp(`Allow ${action} .*docs/aws\\.md`));
}

scene(
  "deploy() names iam:PassRole where ECS says so in a general error",
  async ({ world, deploy, revisions }) => {
    // The relay's: the refusal, as ECS words it where it checks the role itself.
    world.faults.add({
      kind: "error",
      operation: "RegisterTaskDefinition",
      status: 400,
      code: "ClientException",
      message: `User: arn:aws:iam::${world.account}:user/ci is not authorized to perform: iam:PassRole on ` +
        `resource: ${world.executionRole} because no identity-based policy allows the iam:PassRole action`,
    });

    const error = await failureOf(deploy());

    assertNames(error, "iam:PassRole");
    assert.deepEqual(await revisions(), []);
  },
);
