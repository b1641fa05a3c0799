import assert from "node:assert/strict";
import {
  accessPolicy,
  completeAwsSettings,
  imageHome,
  type KnownAwsSettings,
  readExposedPorts,
  renderSetup,
  roleArn,
  type Setup,
  trustPolicy,
} from "../../../src/environments/core/setup/mod.ts";

const NOTHING: KnownAwsSettings = {
  region: "us-west-2",
  image: undefined,
  cluster: undefined,
  container: undefined,
  subnets: [],
  securityGroups: [],
  logGroup: undefined,
  executionRole: undefined,
  taskRole: undefined,
};

const SETUP: Setup = {
  repo: "acme/shop",
  defaultBranch: "main",
  platform: "ecs",
  forks: false,
  image: "ghcr.io/acme/shop",
  port: 8080,
  accessKeys: false,
  aws: completeAwsSettings(NOTHING),
  release: { version: "1.2.3", url: "https://releases.example/download/v1.2.3", sha256: undefined },
};

Deno.test("readExposedPorts() reads the TCP ports of the last stage, and of the stages that it starts from", () => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ["FROM a\nEXPOSE 1\nFROM b\nexpose 3000/tcp 4000\n", [3000, 4000]],
    ["FROM a\r\nEXPOSE 53/udp \\\r\n  8088\r\n", [8088]],
    ["FROM a AS base\nEXPOSE 3000\nFROM b AS build\nEXPOSE 1\nFROM base\nRUN x\n", [3000]],
    ["FROM a AS base\nEXPOSE 3000\nFROM Base AS last\nEXPOSE 4000\n", [4000, 3000]],
    ["FROM node\nARG PORT=8000\nEXPOSE $PORT\n", [8000]],
    ["ARG PORT=8001\nFROM node\nARG PORT\nEXPOSE ${PORT}/tcp\n", [8001]],
    ['FROM node\nENV A=1 PORT="8002"\nEXPOSE ${PORT}\n', [8002]],
    ["FROM node\nENV PORT 8003\nEXPOSE $PORT\n", [8003]],
    ["FROM node\nEXPOSE ${PORT:-8004}\n", [8004]],
    ["FROM node\nEXPOSE 3000-3005\n", [3000]],
    ["ARG BASE=a\nFROM x AS a\nEXPOSE 5\nFROM ${BASE}\n", [5]],
    ["FROM --platform=linux/amd64 node AS web\nEXPOSE 80 80/tcp\n", [80]],
    ["FROM a\nEXPOSE 99999 80\n", [80]],
    ["\uFEFFFROM a\nEXPOSE \\\n  # web\n  9000\n", [9000]],
  ];
  for (const [text, ports] of cases) assert.deepEqual(readExposedPorts(text), ports, text);
  for (
    const text of [
      "",
      "FROM a\nEXPOSE $PORT\n",
      "ARG PORT=80\nFROM a\nEXPOSE $PORT\n",
      "FROM a\nEXPOSE 0\n",
      "FROM a\n# EXPOSE 3000\n",
      "FROM a AS a\n",
      "EXPOSE 80\n",
    ]
  ) assert.deepEqual(readExposedPorts(text), [], text);
});

Deno.test("imageHome() distinguishes registries by the host alone", () => {
  const home = (image?: string) => imageHome({ platform: "ecs", image });
  assert.equal(home(), "none");
  assert.equal(home("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a"), "ecr");
  assert.equal(home("ghcr.io/acme/shop"), "ghcr");
  assert.equal(home("acme/ghcr.io"), "docker_hub");
  assert.equal(home("registry.example:5000/a"), "other");
  assert.equal(imageHome({ platform: "docker", image: "ghcr.io/acme/shop" }), "none");
});

Deno.test("completeAwsSettings() reads account and region from an image in ECR, and the account from a role", () => {
  const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/shop";
  const place = completeAwsSettings({ ...NOTHING, image, executionRole: "pull", taskRole: "app" });
  assert.deepEqual([place.account, place.region, place.ecrRepository], [
    "123456789012",
    "eu-west-1",
    "team/shop",
  ]);
  assert.equal(place.executionRole, "arn:aws:iam::123456789012:role/pull");
  assert.equal(place.taskRole, "arn:aws:iam::123456789012:role/app");

  const role = "arn:aws-cn:iam::210987654321:role/pull";
  const china = completeAwsSettings({ ...NOTHING, region: "cn-north-1", executionRole: role });
  assert.deepEqual([china.account, china.executionRole], ["210987654321", role]);
  assert.equal(completeAwsSettings(NOTHING).account, "ACCOUNT");
});

Deno.test("trustPolicy() trusts pull requests only if they run with the role themselves", () => {
  const place = completeAwsSettings(NOTHING);
  const subjects = (forks: boolean) =>
    trustPolicy({ ...SETUP, forks, defaultBranch: "develop" }, place).Statement[0]?.Condition
      .StringEquals["token.actions.githubusercontent.com:sub"];

  assert.deepEqual(subjects(false), ["repo:acme/shop:ref:refs/heads/develop", "repo:acme/shop:pull_request"]);
  assert.equal(subjects(true), "repo:acme/shop:ref:refs/heads/develop");
});

Deno.test("accessPolicy() names no resource outside of the cluster and the repository of images", () => {
  const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop";
  const { Statement } = accessPolicy(
    completeAwsSettings({ ...NOTHING, image, cluster: "previews", taskRole: "app" }),
  );

  for (const { Sid, Resource, Action, Condition } of Statement) {
    if (Resource !== "*") {
      for (const each of [Resource].flat()) {
        assert.match(each, /previews|repository\/shop$|role\/app$/, Sid);
        assert.match(each, /:123456789012:/);
      }
    } else if (Condition === undefined) {
      const limitless =
        /^(?:ecr:GetAuthorizationToken|ec2:Describe\w+|ecs:(?:Describe|List|Deregister)TaskDefinition\w*)$/;
      for (const each of [Action].flat()) assert.match(each, limitless);
    }
  }
  assert.ok(Statement.some(({ Sid }) => Sid === "DockerPush"));
  const elsewhere = accessPolicy(completeAwsSettings({ ...NOTHING, image: "ghcr.io/acme/shop" }));
  assert.equal(JSON.stringify(elsewhere).includes("ecr:"), false);
});

Deno.test("accessPolicy() allows load balancing only with a listener, and changes only to rules with Showtime's tag", () => {
  const listener =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/previews/50dc6c495c0c9188/f2f7dc8efc522ab2";
  const of = (place: Parameters<typeof completeAwsSettings>[0]) =>
    accessPolicy(completeAwsSettings(place)).Statement.filter(({ Action }) =>
      [Action].flat().some((each) => each.startsWith("elasticloadbalancing:"))
    );

  assert.deepEqual(of(NOTHING), []);
  const statements = of({ ...NOTHING, listener });
  assert.ok(statements.length > 3);
  for (const { Sid, Action, Resource, Condition } of statements) {
    const actions = [Action].flat();
    if (Resource === "*") assert.ok(actions.every((each) => each.includes(":Describe")), Sid);
    if (actions.some((each) => /:(?:Modify|Delete)Rule$/.test(each))) {
      assert.deepEqual(Condition, { StringEquals: { "aws:ResourceTag/showtime_managed": "true" } });
    }
    for (const each of Resource === "*" ? [] : [Resource].flat()) {
      assert.match(each, /listener(?:-rule)?\/app\/previews\/|:targetgroup\/st-\*$/, Sid);
    }
  }
});

Deno.test("roleArn() names the role for the repository, in the part of AWS that the region is in", () => {
  assert.equal(roleArn(SETUP), "arn:aws:iam::ACCOUNT:role/showtime-shop");
  const aws = completeAwsSettings({ ...NOTHING, region: "us-gov-west-1" });
  assert.equal(roleArn({ ...SETUP, aws }), "arn:aws-us-gov:iam::ACCOUNT:role/showtime-shop");
});

Deno.test("renderSetup() quotes text that YAML could read as another type", () => {
  const aws = completeAwsSettings({
    ...NOTHING,
    cluster: "yes",
    container: "a: b",
    subnets: ["subnet-1", "x, y"],
  });
  const [settings] = renderSetup({ ...SETUP, aws });

  assert.match(settings?.text ?? "", /^ {2}cluster: "yes"$/m);
  assert.match(settings?.text ?? "", /^ {2}container: "a: b"$/m);
  assert.match(settings?.text ?? "", /^ {2}subnets: \[subnet-1, "x, y"\] /m);
});

Deno.test("renderSetup() writes two stages for forks, and one for branches", () => {
  const names = (forks: boolean) =>
    renderSetup({ ...SETUP, forks }).map(({ path }) => path.split("/").at(-1));

  const policies = ["showtime-aws-policy.json", "showtime-aws-trust.json"];
  assert.deepEqual(names(false), ["showtime.yml", "showtime.yml", "showtime-cleanup.yml", ...policies]);
  assert.deepEqual(names(true), [
    "showtime.yml",
    "showtime-request.yml",
    "showtime.yml",
    "showtime-cleanup.yml",
    ...policies,
  ]);
});

Deno.test("renderSetup() with access keys needs no identity token and no trust policy", () => {
  const files = renderSetup({ ...SETUP, accessKeys: true });
  const workflows = files.filter(({ path }) => /showtime(-cleanup)?\.yml$/.test(path) && path.includes("/"));

  assert.equal(workflows.length, 2);
  for (const { path, text } of workflows) {
    assert.match(text, /^ +aws-access-key-id: \$\{\{ secrets\.AWS_ACCESS_KEY_ID \}\}$/m, path);
    assert.match(text, /^ +aws-secret-access-key: \$\{\{ secrets\.AWS_SECRET_ACCESS_KEY \}\}$/m, path);
    assert.doesNotMatch(text, /id-token|role-to-assume/, path);
    assert.match(text, /^ +actions: read/m, path);
  }
  assert.deepEqual(
    files.map(({ path }) => path).filter((path) => path.endsWith(".json")),
    ["showtime-aws-policy.json"],
  );
});
