import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import { fullSha, prNumber } from "../../../../src/lib/ids.ts";
import { consoleLinks } from "../../../../src/drivers/ecs/console_links.ts";
import { clientToken } from "../../../../src/drivers/ecs/deploy/deploy.ts";
import type { EcsSettings } from "../../../../src/drivers/ecs/mod.ts";
import { taskDefinition } from "../../../../src/drivers/ecs/deploy/task_definition.ts";
import { readTemplate } from "../../../../src/drivers/ecs/deploy/template.ts";
import type { DeploySpec } from "../../../../src/environments/ports/platform.ts";

const SPEC: DeploySpec = {
  repo: "acme/app",
  pr: prNumber(7),
  sha: fullSha("abcdef0123456789abcdef0123456789abcdef01"),
  image: "acme/app:pr-7",
  settings: { size: "standard", flags: { ALERTS: true, TAGS: false }, login: "admin/admin" },
  requestedBy: "ana",
  createdAt: 0,
  expiresAt: undefined,
  epoch: 42,
};
const CONFIG: EcsSettings = {
  region: "eu-west-1",
  cluster: "previews",
  subnets: ["subnet-1"],
  securityGroups: ["sg-1"],
  container: "app",
  logGroup: "/ecs/app",
  executionRole: "ecsTaskExecutionRole",
  taskRole: undefined,
  assignPublicIp: true,
  loadBalancer: undefined,
  architecture: "X86_64",
  template: undefined,
  port: 8080,
  health: { path: "/health", fallback: "/", timeoutMs: 900_000, intervalMs: 5000, command: undefined },
  sizes: { standard: { cpu: 512, memory: 2048 }, large: { cpu: 2048, memory: 8192 } },
  variables: { KEY: "{secret}", PR: "{pr}" },
  flags: { prefix: "FEATURE_", on: "on", off: "off" },
};
const PLACE = { path: "task.json", container: "app" };

Deno.test("taskDefinition() makes the built-in definition whole", () => {
  const made = taskDefinition(SPEC, { config: CONFIG, secret: "s3cret" });

  const { tags, ...rest } = made;
  assert.deepEqual(rest, {
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
    family: "previews-pr-7",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "512",
    memory: "2048",
    executionRoleArn: "ecsTaskExecutionRole",
    containerDefinitions: [{
      name: "app",
      image: "acme/app:pr-7",
      essential: true,
      memory: 2048,
      portMappings: [{ containerPort: 8080, protocol: "tcp" }],
      environment: [
        { name: "KEY", value: "s3cret" },
        { name: "PR", value: "7" },
        { name: "FEATURE_ALERTS", value: "on" },
        { name: "FEATURE_TAGS", value: "off" },
      ],
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/ecs/app",
          "awslogs-region": "eu-west-1",
          "awslogs-stream-prefix": "ecs",
        },
      },
    }],
  });
  assert.ok(tags?.some(({ key, value }) => key === "showtime_managed" && value === "true"));
});

Deno.test("taskDefinition() gives the application no rights of its own unless a role is configured", () => {
  const without = taskDefinition(SPEC, { config: CONFIG, secret: "s" });
  const withRole = taskDefinition(SPEC, { config: { ...CONFIG, taskRole: "app" }, secret: "s" });

  assert.deepEqual(["taskRoleArn" in without, withRole.taskRoleArn], [false, "app"]);
});

Deno.test("taskDefinition() takes the health check of the configuration, patient within what ECS allows", () => {
  const check = (timeoutMs: number) =>
    taskDefinition(SPEC, {
      config: { ...CONFIG, health: { ...CONFIG.health, timeoutMs, command: "curl -f localhost" } },
      secret: "s",
    }).containerDefinitions?.[0]?.healthCheck;

  assert.deepEqual(check(900_000), {
    command: ["CMD-SHELL", "curl -f localhost"],
    startPeriod: 300,
    retries: 10,
    timeout: 5,
    interval: 60,
  });
  assert.deepEqual([check(60_000)?.startPeriod, check(60_000)?.interval], [60, 30]);
  assert.deepEqual([check(36_000_000)?.startPeriod, check(36_000_000)?.interval], [300, 300]);
});

Deno.test("taskDefinition() sets its own over a template, and keeps the rest of it", () => {
  const template = readTemplate(
    JSON.stringify({
      taskDefinition: {
        taskDefinitionArn: "arn:x:1",
        revision: 3,
        family: "mine",
        taskRoleArn: "theirs",
        cpu: "256",
        ephemeralStorage: { sizeInGiB: 40 },
        containerDefinitions: [
          {
            name: "app",
            image: "old",
            environment: [{ name: "KEEP", value: "1" }, { name: "PR", value: "old" }],
            portMappings: [{ containerPort: 8080 }],
            healthCheck: { command: ["CMD", "true"] },
            logConfiguration: { logDriver: "awsfirelens" },
          },
          { name: "redis", image: "redis:7" },
        ],
      },
    }),
    PLACE,
  );

  const made = taskDefinition(SPEC, {
    config: { ...CONFIG, template, health: { ...CONFIG.health, command: "ours" } },
    secret: "s",
  });

  assert.deepEqual([made.family, made.cpu, made.taskRoleArn, made.ephemeralStorage], [
    "previews-pr-7",
    "512",
    "theirs",
    { sizeInGiB: 40 },
  ]);
  assert.ok(!("revision" in made) && !("taskDefinitionArn" in made));
  const [app, redis] = made.containerDefinitions ?? [];
  assert.deepEqual(redis, { name: "redis", image: "redis:7" });
  assert.deepEqual([app?.image, app?.healthCheck, app?.logConfiguration, app?.portMappings], [
    "acme/app:pr-7",
    { command: ["CMD", "true"] },
    { logDriver: "awsfirelens" },
    [{ containerPort: 8080 }],
  ]);
  assert.deepEqual(app?.environment?.map(({ name, value }) => `${name}=${value}`), [
    "KEEP=1",
    "KEY=s",
    "PR=7",
    "FEATURE_ALERTS=on",
    "FEATURE_TAGS=off",
  ]);
});

for (
  const [what, text, state, hint] of [
    ["is no JSON", "family: x", /task\.json.*not JSON/, /Fix/],
    ["is a list", "[]", /not a JSON object/, /containerDefinitions/],
    ["has no containers", '{"cpu":"256"}', /no containerDefinitions list/, /"app"/],
    [
      "lacks the container",
      '{"containerDefinitions":[{"name":"web"}]}',
      /no container "app" \(it has "web"\)/,
      /ecs\.container/,
    ],
    [
      "has an unknown key",
      '{"containerDefinition":[]}',
      /"containerDefinition"/,
      /Did you mean "containerDefinitions"/,
    ],
  ] as const
) {
  Deno.test(`readTemplate() refuses a file that ${what}, saying what to do`, () => {
    assert.throws(() => readTemplate(text, PLACE), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.exitCode], ["bad_task_definition", 2]);
      assert.match(error.message, state);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

Deno.test("clientToken() names pull request, commit and epoch within 36 characters", () => {
  const longest = { ...SPEC, pr: prNumber(2_147_483_647), epoch: Number.MAX_SAFE_INTEGER };

  assert.equal(clientToken(SPEC), "st-7-abcdef0-16");
  assert.ok(clientToken(longest).length <= 36, clientToken(longest));
  assert.notEqual(clientToken({ ...SPEC, epoch: 43 }), clientToken(SPEC));
});

Deno.test("consoleLinks() go to the configured region and cluster, in the console of its partition", () => {
  const at = { region: "eu-west-1", cluster: "previews", logGroup: "/ecs/app" };

  assert.deepEqual(consoleLinks("pr-7-abcdef0-service", at), {
    service:
      "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/previews/services/pr-7-abcdef0-service/health?region=eu-west-1",
    tasks:
      "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/previews/services/pr-7-abcdef0-service/tasks?region=eu-west-1",
    logs:
      "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fecs$252Fapp",
  });
  assert.match(
    consoleLinks("s", { ...at, region: "cn-north-1" })["service"] ?? "",
    /^https:\/\/cn-north-1\.console\.amazonaws\.cn\//,
  );
  assert.match(
    consoleLinks("s", { ...at, region: "us-gov-west-1", logGroup: undefined })["service"] ?? "",
    /^https:\/\/us-gov-west-1\.console\.amazonaws-us-gov\.com\//,
  );
});
