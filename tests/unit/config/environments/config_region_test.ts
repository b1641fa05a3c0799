import assert from "node:assert/strict";
import { type AwsFiles, loadConfig, requireForPlatform } from "../../../../src/config/mod.ts";
import { ConfigError } from "../../../../src/config/problems.ts";

const FILE = {
  path: "showtime.yml",
  text: "version: 1\nplatform: ecs\nbuild: { image: acme/app }\n" +
    "ecs: { cluster: c, container: app, subnets: [s], security_groups: [g], log_group: l, execution_role: r }\n",
};
const CONFIG = `[default]
region = eu-central-1 ; the near one
s3 =
  region = us-east-2

[profile team eu]
region=eu-west-3

[profile silent]
output = json

[sso-session work]
region = us-east-1
`;

function filesOf(profile: string, change: { config?: string; credentials?: string } = {}): AwsFiles {
  const { config = CONFIG, credentials } = change;
  return {
    profile,
    files: [
      {
        kind: "credentials",
        path: "/h/.aws/credentials",
        content: credentials === undefined ? undefined : { text: credentials },
      },
      { kind: "config", path: "/h/.aws/config", content: { text: config } },
    ],
  };
}

function regionOf(env: Record<string, string>, aws?: AwsFiles): readonly unknown[] {
  const { config, sources } = loadConfig({ file: FILE, env, flags: {}, aws });
  return [config.aws.region, sources.get("aws.region")?.name];
}

Deno.test("the region comes from AWS_REGION, then AWS_DEFAULT_REGION, then the profile", () => {
  const both = { AWS_REGION: "eu-north-1", AWS_DEFAULT_REGION: "ap-south-1" };
  assert.deepEqual(regionOf(both, filesOf("default")), ["eu-north-1", "AWS_REGION"]);
  assert.deepEqual(regionOf({ ...both, AWS_REGION: "" }, filesOf("default")), [
    "ap-south-1",
    "AWS_DEFAULT_REGION",
  ]);
  assert.deepEqual(regionOf({}, filesOf("default")), ["eu-central-1", "/h/.aws/config, profile default"]);
  assert.deepEqual(regionOf({}, filesOf("team eu")), ["eu-west-3", "/h/.aws/config, profile team eu"]);
  const credentials = "[default]\naws_access_key_id = A\nregion = sa-east-1\n";
  assert.deepEqual(regionOf({}, filesOf("default", { credentials })), [
    "sa-east-1",
    "/h/.aws/credentials, profile default",
  ]);
});

Deno.test("without a region ECS is refused, naming AWS_REGION and what the profile lacks", () => {
  for (
    const [aws, why] of [
      [filesOf("silent"), /the profile "silent" in \/h\/\.aws\/config names no region/],
      [filesOf("absent"), /\/h\/\.aws\/config has no profile "absent"/],
      [{
        profile: "default",
        files: [{ kind: "config", path: "/h/.aws/config", content: { failure: "Permission denied" } }],
      }, /\/h\/\.aws\/config cannot be read \(Permission denied\)/],
      [
        { profile: "default", files: [{ kind: "config", path: "/h/.aws/config", content: undefined }] },
        /no \/h/,
      ],
    ] as const satisfies readonly (readonly [AwsFiles, RegExp])[]
  ) {
    const { config } = loadConfig({ file: FILE, env: {}, flags: {}, aws });
    assert.equal(config.aws.region, undefined);
    assert.throws(() => requireForPlatform(config, "ecs"), (error) => {
      assert.ok(error instanceof ConfigError);
      const [problem, ...others] = error.problems;
      assert.equal(others.length, 0);
      assert.deepEqual([error.exitCode, problem?.path, problem?.code], [2, "aws.region", "missing"]);
      assert.match(problem?.remedy ?? "", /AWS_REGION/);
      assert.match(problem?.message ?? "", why);
      return true;
    });
    requireForPlatform(config, "docker");
  }
});

Deno.test("only the preset of apache/superset has a region and a cluster of its own", () => {
  const superset = loadConfig({ repo: "apache/superset", env: {}, flags: {}, aws: filesOf("silent") });
  assert.deepEqual([superset.config.aws.region, superset.config.ecs.cluster], ["us-west-2", "superset-ci"]);
  assert.equal(superset.sources.get("aws.region")?.name, "preset superset");
  const { config } = loadConfig({
    file: { path: "showtime.yml", text: "platform: ecs\n" },
    env: {},
    flags: {},
  });
  assert.throws(() => requireForPlatform(config, "ecs"), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(error.problems.map(({ path }) => path), [
      "build.image",
      "aws.region",
      "ecs.cluster",
      "ecs.subnets",
      "ecs.security_groups",
      "ecs.container",
      "ecs.log_group",
      "ecs.execution_role",
    ]);
    return true;
  });
});

Deno.test("an impossible region is refused, naming the variable or the profile", () => {
  for (
    const [env, aws, source] of [
      [{ AWS_DEFAULT_REGION: "mars" }, undefined, "AWS_DEFAULT_REGION"],
      [{}, filesOf("default", { config: "[default]\nregion = mars\n" }), "/h/.aws/config, profile default"],
    ] as const
  ) {
    assert.throws(() => loadConfig({ file: FILE, env, flags: {}, aws }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems.map((each) => [each.source, each.path]), [[source, "aws.region"]]);
      return true;
    });
  }
});
