/** Addresses that stay: the rule and the target groups of a shared load balancer, step by step. */
import assert from "node:assert/strict";
import {
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DeleteServiceCommand } from "@aws-sdk/client-ecs";
import type { UrlAnswer } from "../../../../src/drivers/ecs/mod.ts";
import { AppError } from "../../../../src/lib/errors.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import { failureOf, never, type SceneOptions, SHA_A, SHA_B, until } from "../../../worlds/aws/ecs_scene.ts";
import {
  type BalancedScene,
  playBalancedScene,
  pollName,
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

const owner = ({ harness }: BalancedScene, epoch = 200) => ({ repo: harness.repo, epoch });

scene("deploy() makes a target group and a rule for the name, and the name answers", async (scene) => {
  const deployed = await scene.deploy();

  assert.equal(deployed.warning, undefined);
  assert.deepEqual(await scene.routes(), {
    rules: [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }],
    groups: [A],
  });
  assert.equal((await scene.ask("/health")).status, 200);
  const [listed] = await scene.balanced.list({ repo: scene.harness.repo, pr: scene.pr }, never());
  assert.deepEqual([listed?.settings.url, listed?.unsettled], [scene.url, false]);
});

scene("the name answers at every poll over a new commit, a rebuild and a flag", async (scene) => {
  await scene.deploy({ flags: { V: true }, epoch: 100 });
  const poll = pollName(scene, "SHOWN");
  await scene.deploy({ sha: SHA_B, epoch: 101 });
  await scene.balanced.destroy({ pr: scene.pr, short: A }, owner(scene, 101), never());
  await scene.deploy({ sha: SHA_B, epoch: 102 });
  await scene.balanced.settle({ pr: scene.pr, short: B }, owner(scene, 102), never());
  await scene.deploy({ sha: SHA_B, flags: { EXTRA: true }, epoch: 103 });
  await scene.balanced.settle({ pr: scene.pr, short: B }, owner(scene, 103), never());
  const answers = await poll.end();

  assert.deepEqual(
    [...answers.keys()],
    [`200 ${scene.pr} ${A}`, `200 ${scene.pr} ${B}`],
  );
  assert.deepEqual(await scene.routes(), {
    rules: [{ hosts: [scene.host], to: [{ short: B, weight: 1 }] }],
    groups: [B],
  });
});

scene("destroy() of the last environment removes rule and group", async (scene) => {
  await scene.deploy();
  await scene.balanced.destroy({ pr: scene.pr, short: A }, owner(scene), never());

  assert.deepEqual(await scene.routes(), { rules: [], groups: [] });
  assert.equal((await scene.ask("/health")).status, 404);
});

scene(
  "deploy() that fails leaves the older environment at the name, and nothing of its own",
  async (scene) => {
    await scene.deploy({ epoch: 100 });
    const failure = await failureOf(
      scene.deploy({ sha: SHA_B, flags: { EXIT: true }, epoch: 101 }),
    );

    assert.ok(failure instanceof AppError);
    assert.equal(failure.code, "unhealthy");
    assert.deepEqual(await scene.routes(), {
      rules: [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }],
      groups: [A],
    });
    assert.equal((await scene.ask("/health")).status, 200);
  },
);

/** Makes a rule for a host, with a group of its own, as somebody else would. */
async function plantRule(
  { world, balancer }: BalancedScene,
  { host, priority, tags = {} }: {
    readonly host: string;
    readonly priority: number;
    readonly tags?: Readonly<Record<string, string>>;
  },
): Promise<string> {
  const { Rules = [] } = await world.aside.elb.send(
    new CreateRuleCommand({
      ListenerArn: balancer.listener,
      Priority: priority,
      Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: [host] } }],
      Actions: [{
        Type: "fixed-response",
        FixedResponseConfig: { StatusCode: "200", MessageBody: "theirs" },
      }],
      Tags: [
        { Key: "planted", Value: "true" },
        ...Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      ],
    }),
  );
  return Rules[0]?.RuleArn ?? "";
}

const balancingCalls = ({ world }: BalancedScene) =>
  world.calls().filter(({ service }) => service === "elasticloadbalancing").map(({ operation }) => operation);

scene("without the setting, no call goes to load balancing", async (scene) => {
  const { harness, pr, platform, world } = scene;
  world.clearCalls();
  await scene.deploy({ epoch: 100 }, { platform });
  await scene.deploy({ flags: { A: true }, epoch: 101 }, { platform });
  await platform.settle({ pr, short: A }, owner(scene, 101), never());
  await platform.list({ repo: harness.repo, pr, probe: true }, never());
  await platform.leftovers({ repo: harness.repo }, never());
  await platform.destroy({ pr, short: A }, owner(scene, 101), never());

  assert.ok(world.calls().length > 20);
  assert.deepEqual(balancingCalls(scene), []);
});

scene("with the setting, a new commit and a list need few calls", async (scene) => {
  await scene.deploy({ epoch: 100 });
  scene.world.clearCalls();
  await scene.deploy({ sha: SHA_B, epoch: 101 });
  const deployed = balancingCalls(scene).filter((name) => name !== "DescribeTargetHealth");
  scene.world.clearCalls();
  await scene.balanced.list({ repo: scene.harness.repo }, never());

  assert.deepEqual(deployed, [
    "DescribeRules",
    "DescribeTags",
    "DescribeLoadBalancers",
    "CreateTargetGroup",
    "DescribeTags",
    "ModifyTargetGroupAttributes",
    "AddTags",
    "ModifyRule",
    "DescribeRules",
    "DescribeTags",
    "ModifyRule",
  ]);
  assert.deepEqual(balancingCalls(scene), ["DescribeRules"]);
});

scene("deploy() gives a rule another priority if its own is taken", async (scene) => {
  await plantRule(scene, { host: "elsewhere.example", priority: Math.min(50_000, 1000 + scene.pr) });
  await scene.deploy();

  assert.equal((await scene.ask("/health")).status, 200);
  assert.equal((await scene.ask("/health", "elsewhere.example")).body, "theirs");
});

scene("deploy() takes up the rule whose creation had no answer", async (scene) => {
  scene.world.faults.add({ kind: "dropped_after", operation: "CreateRule" });
  await scene.deploy();

  assert.deepEqual((await scene.routes()).rules, [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }]);
});

scene("deploy() refuses a host that a rule of someone else has, and makes nothing", async (scene) => {
  const ours = { showtime_managed: "true", pr: "12", showtime_repo: "acme/elsewhere" };
  for (
    const [tags, who] of [[{}, /a rule that Showtime did not make/], [
      ours,
      /#12 of acme\/elsewhere/,
    ]] as const
  ) {
    const RuleArn = await plantRule(scene, { host: scene.host, priority: 7, tags });
    const failure = await failureOf(scene.deploy());
    await scene.world.aside.elb.send(new DeleteRuleCommand({ RuleArn }));

    assert.deepEqual([failure.code, failure.exitCode], ["url_taken", 3]);
    assert.match(failure.message, who);
    assert.match(failure.hint ?? "", /aws elbv2 delete-rule/);
  }
  assert.deepEqual([(await scene.routes()).groups, await scene.revisions()], [[], []]);
});

scene("deploy() and destroy() leave a rule alone that a newer run has changed", async (scene) => {
  await scene.deploy({ epoch: 100 });
  await scene.deploy({ sha: SHA_B, epoch: 300 });
  const before = await scene.routes();

  const late = await failureOf(scene.deploy({ epoch: 200 }));
  const removal = await failureOf(
    scene.balanced.destroy({ pr: scene.pr, short: A }, owner(scene, 200), never()),
  );

  assert.deepEqual([late.code, removal.code], ["stale_epoch", "stale_epoch"]);
  assert.deepEqual(await scene.routes(), before);
});

scene(
  "the limit of target groups is named from 80 on, and refuses a start with nothing made",
  async (scene) => {
    const { elb } = scene.world.aside;
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
    const VpcId = LoadBalancers[0]?.VpcId;
    const fill = async (from: number, to: number) => {
      const groups: string[] = [];
      for (let i = from; i < to; i++) {
        const { TargetGroups = [] } = await elb.send(
          new CreateTargetGroupCommand({
            Name: `full-${scene.pr}-${i}`,
            TargetType: "ip",
            Protocol: "HTTP",
            Port: 80,
            VpcId,
          }),
        );
        groups.push(TargetGroups[0]?.TargetGroupArn ?? "");
      }
      for (let i = 0; i < groups.length; i += 5) {
        const TargetGroups = groups.slice(i, i + 5).map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 }));
        await elb.send(
          new CreateRuleCommand({
            ListenerArn: scene.balancer.listener,
            Priority: 100 + from + i,
            Conditions: [{
              Field: "host-header",
              HostHeaderConfig: { Values: [`other-${from + i}.example`] },
            }],
            Actions: [{ Type: "forward", ForwardConfig: { TargetGroups } }],
          }),
        );
      }
    };
    await fill(0, 79);
    const warned = await scene.deploy();
    await fill(79, 99);
    const refused = await failureOf(scene.deploy({ sha: SHA_B, epoch: 101 }));
    const again = await scene.deploy({ epoch: 102 });

    assert.match(warned.warning ?? "", /80 of the 100 target groups/);
    assert.equal(refused.code, "quota");
    assert.match(refused.message, /has 100 target groups, and AWS does not raise this limit/);
    assert.deepEqual((await scene.routes()).groups.filter((name) => !name.startsWith("full-")), [A]);
    assert.match(again.warning ?? "", /100 of the 100/);
  },
  { speed: 400 },
);

scene("deploy() tells why the load balancer finds the task unhealthy, and what mends it", async (scene) => {
  scene.balancer.block();
  const failure = await failureOf(
    scene.deploy({}, {
      platform: scene.balancedWith({ health: { ...scene.harness.config.health, timeoutMs: 400_000 } }),
    }),
  );

  assert.equal(failure.code, "unhealthy");
  assert.match(
    failure.message,
    /the load balancer('s health check failed| finds the task unhealthy \(Target\.Timeout)/,
  );
  assert.deepEqual(await scene.routes(), { rules: [], groups: [] });
});

scene(
  "a target group that a failed start left gets the health check that is configured now",
  async (scene) => {
    const { elb } = scene.world.aside;
    const group = async () => (await elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.[0];
    // The run is aborted, so it does not wait until ECS has removed the service, and leaves the group.
    const controller = new AbortController();
    await failureOfAny(
      scene.deploy({ epoch: 100 }, {
        signal: controller.signal,
        onProgress: (text) => text.startsWith("Waiting for") && controller.abort(),
      }),
    );
    const left = await group();
    const health = { ...scene.harness.config.health, path: "/cgi-bin/env", fallback: "/cgi-bin/env" };
    await scene.deploy({ epoch: 101 }, { platform: scene.balancedWith({ health }) });

    assert.equal(left?.HealthCheckPath, "/health");
    assert.equal((await group())?.HealthCheckPath, "/cgi-bin/env");
    assert.deepEqual((await scene.routes()).groups, [A]);
  },
);

/** Waits for a failure of any kind, an abort too. */
async function failureOfAny(doing: Promise<unknown>): Promise<void> {
  await doing.then(() => assert.fail("it did not fail"), () => {});
}

scene(
  "a run that dies before it sends people to the new commit: settle() does it, not for the old one",
  async (scene) => {
    const { pr, balanced, harness } = scene;
    await scene.deploy({ epoch: 100 });
    await scene.deploy({ sha: SHA_B, epoch: 101 });
    await weigh(scene, { [A]: 1, [B]: 0 });
    const listed = await balanced.list({ repo: harness.repo, pr }, never());
    await balanced.settle({ pr, short: A }, owner(scene, 102), never());
    const [before] = (await scene.routes()).rules;
    await balanced.settle({ pr, short: B }, owner(scene, 102), never());
    const [after] = (await scene.routes()).rules;
    await balanced.settle({ pr, short: A }, owner(scene, 102), never());

    assert.deepEqual(listed.map(({ short, unsettled }) => [short, unsettled]), [[A, false], [B, true]]);
    assert.deepEqual(before?.to, [{ short: A, weight: 1 }, { short: B, weight: 0 }]);
    assert.deepEqual(after?.to, [{ short: B, weight: 1 }, { short: A, weight: 0 }]);
    assert.deepEqual((await scene.routes()).rules, [after]);
  },
);

scene(
  "destroy() of the environment that people are sent to sends them to the other one first",
  async (scene) => {
    await scene.deploy({ epoch: 100 });
    await scene.deploy({ sha: SHA_B, epoch: 101 });
    await weigh(scene, { [A]: 1, [B]: 0 });
    const poll = pollName(scene, "SHOWN");
    await scene.balanced.destroy({ pr: scene.pr, short: A }, owner(scene, 102), never());
    const answers = await poll.end();

    assert.deepEqual([...answers.keys()].filter((each) => !each.startsWith("200 ")), []);
    assert.deepEqual((await scene.routes()).rules, [{ hosts: [scene.host], to: [{ short: B, weight: 1 }] }]);
  },
);

scene(
  "an environment from before the setting joins the load balancer with its next update, and leaves it after it",
  async (scene) => {
    const { platform, pr } = scene;
    await scene.deploy({ epoch: 100 }, { platform });
    assert.deepEqual(await scene.routes(), { rules: [], groups: [] });
    await scene.deploy({ epoch: 101 });
    await scene.balanced.settle({ pr, short: A }, owner(scene, 101), never());
    assert.equal((await scene.ask("/health")).status, 200);
    // The setting is taken away: the service's own tags say what there is.
    await platform.destroy({ pr, short: A }, owner(scene, 102), never());

    assert.deepEqual(await scene.routes(), { rules: [], groups: [] });
  },
);

scene("a changed environment.url moves the rule to the new host, unless the update fails", async (scene) => {
  await scene.deploy({ epoch: 100 });
  const failed = await failureOf(
    scene.deploy({ epoch: 101, url: `http://${scene.pr}.moved.example`, flags: { EXIT: true } }),
  );
  assert.equal(failed.code, "unhealthy");
  assert.equal((await scene.ask("/health")).status, 200);
  await scene.deploy({ epoch: 102, url: `http://${scene.pr}.moved.example` });

  assert.equal((await scene.ask("/health", `${scene.pr}.moved.example`)).status, 200);
  assert.equal((await scene.ask("/health")).status, 404);
});

scene(
  "a name that leads nowhere is named in a sentence, and an untrusted certificate only where it is checked",
  async (scene) => {
    const { harness, balancer } = scene;
    const deploy = async (answer: UrlAnswer, certificateCheck: boolean) => {
      const loadBalancer = { listener: balancer.listener, certificateCheck };
      const platform = harness.platformWith({ loadBalancer }, { askUrl: () => Promise.resolve(answer) });
      return (await scene.deploy({}, { platform })).warning;
    };
    const untrusted = { ok: false, answer: "its certificate is not trusted", kind: "certificate" } as const;

    assert.match(
      await deploy({ ok: false, answer: "unknown host name", kind: "dns" }, true) ?? "",
      /does not lead to the environment yet \(unknown host name\); "showtime doctor"/,
    );
    assert.match(await deploy(untrusted, true) ?? "", /certificate is not trusted/);
    assert.equal(await deploy(untrusted, false), undefined);
  },
);

scene(
  "leftovers() finds rules and groups without a service, and none of others; removing them again is success",
  async (scene) => {
    const { world, harness, pr, balanced, balancer } = scene;
    await scene.deploy({ epoch: 100 });
    await plantRule(scene, { host: "theirs.example", priority: 9 });
    const scope = { repo: harness.repo };
    const parts = async (platform = balanced) =>
      (await platform.leftovers(scope, never())).filter(({ what }) => !what.startsWith("task definition"));
    assert.deepEqual(await parts(), []);
    await world.aside.ecs.send(
      new DeleteServiceCommand({ cluster: world.cluster, service: scene.service(), force: true }),
    );
    await until(async () => (await scene.described(scene.service()))?.status === "INACTIVE", "it is gone");
    const elsewhere = harness.platformWith({
      cluster: `${world.cluster}`,
      loadBalancer: { listener: (await world.addLoadBalancer()).listener, certificateCheck: true },
    });

    const found = await parts();
    const others = await parts(elsewhere);

    assert.deepEqual(others, []);
    assert.deepEqual(found.map(({ what, pr }) => [what.replace(/st-[0-9a-f]{6}/, "st-*"), pr]), [
      [`load balancer rule for ${scene.host}`, pr],
      [`target group st-*-${pr}-${A}`, pr],
    ]);
    const foreign = await failureOf(
      balanced.removeLeftover(found[0]?.id ?? "", { repo: "acme/elsewhere" }, never()),
    );
    assert.equal(foreign.code, "not_ours");
    for (const { id } of [...found, ...found]) await balanced.removeLeftover(id, scope, never());
    assert.deepEqual((await scene.routes()).groups, []);
    assert.deepEqual((await scene.routes()).rules.map(({ hosts }) => hosts), [["theirs.example"]]);
    assert.ok(balancer.listener !== "");
  },
);
