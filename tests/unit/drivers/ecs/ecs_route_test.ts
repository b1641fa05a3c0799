import assert from "node:assert/strict";
import { explainBalancing } from "../../../../src/drivers/ecs/balancing_errors.ts";
import { translateAwsError } from "../../../../src/drivers/ecs/errors.ts";
import {
  groupName,
  groupPrefix,
  loadBalancerOf,
  nameInArn,
  priorityFor,
  spacePrefix,
} from "../../../../src/drivers/ecs/route/names.ts";
import {
  allTo,
  countGroups,
  forwardAction,
  pageAction,
  readRules,
  servingGroup,
  withGroup,
} from "../../../../src/drivers/ecs/route/rules.ts";
import { serviceOfGroup } from "../../../../src/drivers/ecs/route/route_leftovers.ts";
import { describeTarget, explainTarget } from "../../../../src/drivers/ecs/route/target_health.ts";
import { FAILURE_WORDS } from "../../../../src/environments/core/environment/failure.ts";
import { fullSha, prNumber, shortSha } from "../../../../src/lib/ids.ts";

const LISTENER =
  "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/previews/50dc6c495c0c9188/f2f7dc8efc522ab2";
const SPACE = { repo: "acme/shop", cluster: "previews", listener: LISTENER };
const SHORT = shortSha(fullSha("a".repeat(40)));

const arnOf = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${name}/73e2d6bc24d8a067`;

Deno.test("groupName() fits AWS's 32 characters, and no two repositories, clusters or listeners share one", async () => {
  const name = await groupName(SPACE, { pr: prNumber(9_999_999), short: SHORT });
  const others = await Promise.all([
    spacePrefix({ ...SPACE, repo: "acme/other" }),
    spacePrefix({ ...SPACE, cluster: "staging" }),
    spacePrefix({ ...SPACE, listener: `${LISTENER}0` }),
  ]);

  assert.match(name, /^st-[0-9a-f]{6}-9999999-aaaaaaa$/);
  assert.ok(name.length <= 32);
  assert.equal(new Set([...others, await spacePrefix(SPACE)]).size, 4);
  assert.equal(await spacePrefix({ ...SPACE, repo: "Acme/Shop" }), await spacePrefix(SPACE));
  // The groups of #1 are not those of #12.
  assert.ok(
    !(await groupName(SPACE, { pr: prNumber(12), short: SHORT })).startsWith(
      await groupPrefix(SPACE, prNumber(1)),
    ),
  );
  assert.equal(nameInArn(arnOf(name)), name);
  assert.equal(serviceOfGroup(name), "pr-9999999-aaaaaaa-service");
  assert.equal(serviceOfGroup("web"), undefined);
});

Deno.test("loadBalancerOf() returns the load balancer of a listener", () => {
  assert.equal(
    loadBalancerOf(LISTENER),
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/previews/50dc6c495c0c9188",
  );
});

Deno.test("priorityFor() begins at the pull request's own, stays within AWS's limits and skips taken ones", async () => {
  const ask = (change: Partial<Parameters<typeof priorityFor>[0]>) =>
    priorityFor({
      pr: prNumber(12),
      host: "pr-12.example",
      attempt: 0,
      taken: new Set(),
      above: 0,
      ...change,
    });

  assert.equal(await ask({}), 1012);
  const second = await ask({ attempt: 1 });
  assert.equal(await ask({ attempt: 1 }), second);
  assert.notEqual(await ask({ attempt: 1, taken: new Set([second]) }), second);
  assert.notEqual(await ask({ attempt: 1, host: "pr-13.example" }), second);
  for (const pr of [49_000, 49_001, 1_234_567]) {
    const priority = await ask({ pr: prNumber(pr) });
    assert.ok(priority >= 1000 && priority <= 50_000, `${pr}: ${priority}`);
  }
  const behind = await ask({ attempt: 1, above: 49_998 });
  assert.ok(behind > 49_998 && behind <= 50_000, String(behind));
});

Deno.test("readRules() sorts by priority as a number, leaves the default one out and reads both forms of forward", () => {
  const rules = readRules([
    {
      RuleArn: "d",
      Priority: "default",
      IsDefault: true,
      Actions: [forwardAction([{ arn: "x", weight: 1 }])],
    },
    {
      RuleArn: "b",
      Priority: "1000",
      Conditions: [{ Field: "host-header", Values: ["B.example"] }],
      Actions: [{
        Type: "forward",
        TargetGroupArn: "g",
      }],
    },
    {
      RuleArn: "a",
      Priority: "999",
      Conditions: [{ Field: "path-pattern", Values: ["/x"] }],
      Actions: [forwardAction([{ arn: "g", weight: 0 }, { arn: "h", weight: 1 }])],
    },
    { RuleArn: "p", Priority: "2", Actions: [pageAction({ html: "x".repeat(2000), status: 503 })] },
  ]);

  assert.deepEqual(rules.map(({ arn, hosts, isPage }) => [arn, hosts, isPage]), [
    ["p", [], true],
    ["a", [], false],
    ["b", ["b.example"], false],
  ]);
  assert.deepEqual(rules.map(servingGroup), [undefined, "h", "g"]);
  assert.equal(countGroups(rules), 2);
  assert.equal(
    pageAction({ html: "x".repeat(2000), status: 503 }).FixedResponseConfig?.MessageBody?.length,
    1024,
  );
});

Deno.test("withGroup() and allTo() keep an action within five groups, and people where they are until the switch", () => {
  const groups = [
    { arn: "old", weight: 1 },
    ...["p", "q", "r", "s"].map((arn) => ({ arn, weight: 0 })),
  ];

  const joined = withGroup("new", groups);
  assert.equal(joined.length, 5);
  assert.deepEqual(joined.slice(0, 2), [{ arn: "old", weight: 1 }, { arn: "new", weight: 0 }]);
  assert.equal(withGroup("q", groups), groups);
  assert.deepEqual(withGroup("new", []), [{ arn: "new", weight: 1 }]);
  const switched = allTo("new", joined);
  assert.equal(switched.length, 5);
  assert.deepEqual(switched.filter(({ weight }) => weight > 0), [{ arn: "new", weight: 1 }]);
  assert.ok(switched.some(({ arn }) => arn === "old"));
});

Deno.test("refusals of load balancing are explained by AWS's name, with and without the SDK's ending", () => {
  const refuse = (name: string) =>
    translateAwsError(
      Object.assign(new Error("said so"), { name, $metadata: { httpStatusCode: 400 } }),
      { action: "Changing the rule", permission: "elasticloadbalancing:ModifyRule", region: "eu-west-1" },
    );
  const codes: Readonly<Record<string, string>> = {
    TooManyUniqueTargetGroupsPerLoadBalancer: "quota",
    TooManyTargetGroups: "quota",
    TooManyRules: "quota",
    PriorityInUse: "priority_in_use",
    DuplicateTargetGroupName: "already_there",
    ResourceInUse: "in_use",
    RuleNotFound: "route_changed",
    TargetGroupNotFound: "route_changed",
    ListenerNotFound: "listener_not_found",
    LoadBalancerNotFound: "listener_not_found",
    TargetGroupAssociationLimit: "network_settings",
  };
  for (const [name, code] of Object.entries(codes)) {
    for (const each of [name, `${name}Exception`]) {
      const error = refuse(each);
      assert.equal(error.code, code, each);
      assert.match(error.message, /^Changing the rule: .+ \(said so\)$/);
      assert.ok(error.hint !== undefined);
    }
  }
  assert.equal(refuse("ListenerNotFoundException").exitCode, 2);
  assert.equal(explainBalancing("toString"), undefined);
  assert.equal(refuse("ValidationError").code, "aws_failed");
});

Deno.test("explainTarget() has a code with words, and a hint for each of AWS's reasons", () => {
  const config = { port: 8080, health: { path: "/health" } } as Parameters<typeof explainTarget>[1]["config"];
  const hints = new Set<string>();
  for (
    const reason of [
      "Target.Timeout",
      "Target.ResponseCodeMismatch",
      "Target.FailedHealthChecks",
      "Target.NotInUse",
    ]
  ) {
    const failure = explainTarget({ id: "10.0.0.1", state: "unhealthy", reason, description: "d" }, {
      config,
    });
    assert.ok(failure.code in FAILURE_WORDS);
    assert.ok(failure.state.endsWith(`unhealthy (${reason}: d)`), failure.state);
    hints.add(failure.hint);
  }
  assert.equal(hints.size, 4);
  assert.equal(
    describeTarget({ id: "", state: "initial", reason: undefined, description: undefined }),
    "initial",
  );
});
