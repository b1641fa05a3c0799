/**
 * The load balancing of the tests' AWS: what AWS documents of target groups, rules and ECS services behind
 * them, and what people see while rules change. A deployment by the driver is only the way to an environment.
 */
import assert from "node:assert/strict";
import {
  AddTagsCommand,
  CreateRuleCommand,
  type CreateRuleCommandInput,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateServiceCommand, DeleteServiceCommand } from "@aws-sdk/client-ecs";
import { shortSha } from "../../../../src/lib/ids.ts";
import {
  type EcsScene,
  never,
  type SceneOptions,
  SHA_A,
  SHA_B,
  until,
} from "../../../worlds/aws/ecs_scene.ts";
import {
  type BalancedScene,
  playBalancedScene,
  weigh,
} from "../../../worlds/aws/balancing/balanced_scene.ts";
import { motoForFile } from "../../../worlds/aws/mod.ts";
import { part } from "../../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const [A, B] = [shortSha(SHA_A), shortSha(SHA_B)];

function scene(
  title: string,
  play: (scene: BalancedScene) => Promise<void>,
  options: SceneOptions = {},
): void {
  aws.test(title, () => playBalancedScene({ ...options, moto }, play));
}

/** The name of the error that a command ends with. */
async function refusal(doing: Promise<unknown>): Promise<string> {
  return await doing.then(
    () => "done",
    (error: unknown) => error instanceof Error ? error.name : String(error),
  );
}

async function makeGroup(
  { world: { aside: { elb } } }: EcsScene,
  name: string,
  change: { Port?: number } = {},
) {
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const { TargetGroups = [] } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      TargetType: "ip",
      Protocol: "HTTP",
      Port: 80,
      VpcId: LoadBalancers[0]?.VpcId,
      ...change,
    }),
  );
  return TargetGroups[0]?.TargetGroupArn ?? "";
}

function ruleFor(
  { balancer }: BalancedScene,
  { host, priority, group }: { readonly host: string; readonly priority: number; readonly group?: string },
): CreateRuleCommandInput {
  return {
    ListenerArn: balancer.listener,
    Priority: priority,
    Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: [host] } }],
    Actions: group === undefined
      ? [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }]
      : [{
        Type: "forward",
        TargetGroupArn: group,
        ForwardConfig: { TargetGroups: [{ TargetGroupArn: group }] },
      }],
  };
}

async function groupOf({ world: { aside: { elb } } }: EcsScene, short: string): Promise<string> {
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  return TargetGroups.find(({ TargetGroupName }) => TargetGroupName?.endsWith(short))?.TargetGroupArn ?? "";
}

async function healthOf({ world: { aside: { elb } } }: EcsScene, TargetGroupArn: string) {
  const { TargetHealthDescriptions = [] } = await elb.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  return TargetHealthDescriptions.map(({ TargetHealth }) => [TargetHealth?.State, TargetHealth?.Reason]);
}

scene(
  "a target group of the same name and settings is the same one, with others it is refused",
  async (scene) => {
    const name = `same-${scene.pr}`;
    const first = await makeGroup(scene, name);

    assert.equal(await makeGroup(scene, name), first);
    assert.equal(await refusal(makeGroup(scene, name, { Port: 81 })), "DuplicateTargetGroupNameException");
  },
);

scene(
  "rules have priorities from 1 to 50,000 and hosts that can be; what is unknown or in use is refused",
  async (scene) => {
    const { elb } = scene.world.aside;
    const group = await makeGroup(scene, `used-${scene.pr}`);
    const create = (host: string, priority: number) =>
      refusal(elb.send(new CreateRuleCommand(ruleFor(scene, { host, priority, group }))));

    assert.equal(await create("a.example", 0), "ValidationError");
    assert.equal(await create("a.example", 50_001), "ValidationError");
    assert.equal(await create("no dot", 1), "ValidationError");
    assert.equal(await create("a.example", 1), "done");
    assert.equal(await create("b.example", 1), "PriorityInUseException");
    assert.equal(
      await refusal(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }))),
      "ResourceInUseException",
    );
    const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: scene.balancer.listener }));
    const RuleArn = Rules.find(({ IsDefault }) => IsDefault !== true)?.RuleArn;
    const { TargetGroups: [used] = [] } = await elb.send(
      new DescribeTargetGroupsCommand({ TargetGroupArns: [group] }),
    );
    assert.deepEqual(used?.LoadBalancerArns, [scene.balancer.arn]);
    await elb.send(new DeleteRuleCommand({ RuleArn }));
    assert.equal(await refusal(elb.send(new DeleteRuleCommand({ RuleArn }))), "RuleNotFoundException");
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
    const gone = new DescribeTagsCommand({ ResourceArns: [group] });
    assert.equal(await refusal(elb.send(gone)), "TargetGroupNotFoundException");
  },
);

scene("tags are read of twenty resources at most, and a page has at most 1,024 characters", async (scene) => {
  const { elb } = scene.world.aside;
  const group = await makeGroup(scene, `tags-${scene.pr}`);
  await elb.send(new AddTagsCommand({ ResourceArns: [group], Tags: [{ Key: "a", Value: "b & <c>" }] }));
  const { TagDescriptions = [] } = await elb.send(new DescribeTagsCommand({ ResourceArns: [group] }));
  const many = Array.from({ length: 21 }, () => group);
  const page = (length: number) =>
    elb.send(
      new CreateRuleCommand({
        ...ruleFor(scene, { host: "page.example", priority: 3 }),
        Actions: [{
          Type: "fixed-response",
          FixedResponseConfig: { StatusCode: "503", MessageBody: "x".repeat(length) },
        }],
      }),
    );

  assert.deepEqual(TagDescriptions[0]?.Tags, [{ Key: "a", Value: "b & <c>" }]);
  assert.equal(await refusal(elb.send(new DescribeTagsCommand({ ResourceArns: many }))), "ValidationError");
  assert.equal(await refusal(page(1025)), "ValidationError");
  assert.equal(await refusal(page(1024)), "done");
  assert.equal((await scene.ask("/", "page.example")).status, 503);
});

scene(
  "ECS accepts no group without a load balancer, no unknown container and no unknown port",
  async (scene) => {
    const { world, harness } = scene;
    await scene.deploy({}, { platform: scene.platform });
    const definition = (await scene.described(scene.service()))?.taskDefinition;
    const group = await makeGroup(scene, `ecs-${scene.pr}`);
    const create = (containerName: string, containerPort: number) =>
      world.aside.ecs.send(
        new CreateServiceCommand({
          cluster: world.cluster,
          serviceName: "other",
          taskDefinition: definition,
          desiredCount: 1,
          launchType: "FARGATE",
          networkConfiguration: {
            awsvpcConfiguration: { subnets: [...world.subnets], securityGroups: [...world.securityGroups] },
          },
          loadBalancers: [{ targetGroupArn: group, containerName, containerPort }],
        }),
      ).then(() => "done", (error: unknown) => error instanceof Error ? error.message : "");

    assert.match(await create("app", harness.config.port), /does not have an associated load balancer/);
    await world.aside.elb.send(
      new CreateRuleCommand(ruleFor(scene, { host: "x.example", priority: 5, group })),
    );
    assert.match(await create("nobody", harness.config.port), /container nobody does not exist/);
    assert.match(await create("app", 1), /did not have a container port 1/);
    assert.equal(await create("app", harness.config.port), "done");
  },
);

scene(
  "targets are healthy once they answer, unused in no rule, and gone with their service",
  async (scene) => {
    await scene.deploy({ epoch: 100 });
    await scene.deploy({ sha: SHA_B, epoch: 101 });
    const [old, current] = [await groupOf(scene, A), await groupOf(scene, B)];
    assert.deepEqual(await healthOf(scene, old), [["healthy", undefined]]);
    await weigh(scene, { [B]: 1 });
    assert.deepEqual(await healthOf(scene, old), [["unused", "Target.NotInUse"]]);
    assert.deepEqual(await healthOf(scene, current), [["healthy", undefined]]);
    await remove(scene, SHA_A);

    assert.deepEqual(await healthOf(scene, old), []);
  },
);

async function remove({ world, service, described }: EcsScene, sha = SHA_A): Promise<void> {
  const name = service(sha);
  await world.aside.ecs.send(
    new DeleteServiceCommand({ cluster: world.cluster, service: name, force: true }),
  );
  await until(async () => (await described(name))?.status === "INACTIVE", "the service is gone");
}

/** A request of 300 ms that is on its way to the old environment when the rule changes. */
async function overTheSwitch(scene: BalancedScene, then: () => Promise<void>): Promise<number> {
  await scene.deploy({ epoch: 100 });
  await scene.deploy({ sha: SHA_B, epoch: 101 });
  await weigh(scene, { [A]: 1, [B]: 0 });
  const asked = scene.ask("/cgi-bin/sleep?300");
  await until(() => scene.balancer.open() === 1, "the request is on its way");
  await then();
  return (await asked).status;
}

/** Slow enough that a request of 300 ms ends within the 15 s that a group waits. */
const SLOWLY: SceneOptions = { speed: 20 };

scene(
  "a request under way is answered if the old group stays in the rule while its service goes",
  async (scene) => {
    const status = await overTheSwitch(scene, async () => {
      await weigh(scene, { [A]: 0, [B]: 1 });
      await scene.balanced.destroy(
        { pr: scene.pr, short: A },
        { repo: scene.harness.repo, epoch: 102 },
        never(),
      );
    });

    assert.equal(status, 200);
  },
  SLOWLY,
);

scene(
  "a request under way is lost if the old group leaves the rule before its service goes",
  async (scene) => {
    const status = await overTheSwitch(scene, async () => {
      await weigh(scene, { [B]: 1 });
      await remove(scene);
    });

    assert.equal(status, 500);
  },
  SLOWLY,
);

scene("people get 503 from a group without a healthy target, whatever other groups have", async (scene) => {
  await scene.deploy({ epoch: 100 });
  await scene.deploy({ sha: SHA_B, epoch: 101 });
  await weigh(scene, { [A]: 1, [B]: 0 });
  await remove(scene);

  assert.equal((await scene.ask("/health")).status, 503);
  await weigh(scene, { [A]: 0, [B]: 1 });
  assert.equal((await scene.ask("/health")).status, 200);
});
