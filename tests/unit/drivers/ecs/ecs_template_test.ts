import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import { architectureOf, linuxPlatform } from "../../../../src/drivers/ecs/architecture.ts";
import type { EcsSettings } from "../../../../src/drivers/ecs/mod.ts";
import { taskDefinition } from "../../../../src/drivers/ecs/deploy/task_definition.ts";
import { readTemplate } from "../../../../src/drivers/ecs/deploy/template.ts";
import { fullSha, prNumber } from "../../../../src/lib/ids.ts";

const PLACE = { path: "task.json", container: "app" };

/** An export as the console gives it: every field that is not set is null. */
const EXPORT = {
  taskDefinitionArn: "arn:aws:ecs:eu-west-1:1:task-definition/app:3",
  containerDefinitions: [
    null,
    {
      name: "app",
      image: "old",
      cpu: 0,
      memory: null,
      healthCheck: null,
      logConfiguration: null,
      environment: null,
      environmentFiles: null,
      secrets: null,
      portMappings: null,
      command: null,
      linuxParameters: { capabilities: { add: null, drop: null }, initProcessEnabled: true },
      dependsOn: [null],
      repositoryCredentials: { credentialsParameter: null },
      ulimits: [],
    },
    { name: "cache", image: "redis:7", logConfiguration: { logDriver: "awslogs", options: null } },
  ],
  family: "app",
  taskRoleArn: null,
  executionRoleArn: null,
  networkMode: "awsvpc",
  revision: 3,
  volumes: [{ name: "data", host: { sourcePath: null } }],
  status: "ACTIVE",
  requiresAttributes: [{ name: "ecs.capability.task-eni", value: null, targetType: null, targetId: null }],
  placementConstraints: [],
  compatibilities: ["EC2", "FARGATE"],
  runtimePlatform: { cpuArchitecture: "arm64", operatingSystemFamily: null },
  requiresCompatibilities: null,
  cpu: "256",
  memory: "512",
  pidMode: null,
  proxyConfiguration: null,
  inferenceAccelerators: null,
  ephemeralStorage: null,
  registeredAt: "2026-01-02T03:04:05.678Z",
  registeredBy: "arn:aws:iam::1:user/ana",
  deregisteredAt: null,
  tags: [{ Key: "team", Value: "web" }],
};

function made(file: unknown, change: Partial<EcsSettings> = {}) {
  const template = readTemplate(JSON.stringify(file), PLACE);
  const config: EcsSettings = {
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
    architecture: architectureOf({ buildPlatform: undefined, template }),
    template,
    port: 8080,
    health: { path: "/", fallback: "/", timeoutMs: 900_000, intervalMs: 5000, command: undefined },
    sizes: { standard: { cpu: 512, memory: 2048 } },
    variables: {},
    flags: { prefix: "FEATURE_", on: "on", off: "off" },
    ...change,
  };
  return taskDefinition({
    repo: "acme/app",
    pr: prNumber(7),
    sha: fullSha("abcdef0123456789abcdef0123456789abcdef01"),
    image: "acme/app:pr-7",
    settings: { size: "standard", flags: {}, login: undefined },
    requestedBy: "ana",
    createdAt: 0,
    expiresAt: undefined,
    epoch: 42,
  }, { config, secret: "s" });
}

function nullsIn(value: unknown): number {
  if (value === null) return 1;
  if (typeof value !== "object") return 0;
  return Object.values(value).reduce<number>((sum, each) => sum + nullsIn(each), 0);
}

for (const [form, file] of [["bare", EXPORT], ["wrapped", { taskDefinition: EXPORT, tags: null }]] as const) {
  Deno.test(`readTemplate() takes a ${form} export with nulls, each of which counts as not set`, () => {
    const { tags: _, ...rest } = made(file);
    assert.equal(nullsIn(rest), 0);
    assert.deepEqual(rest, {
      family: "previews-pr-7",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      placementConstraints: [],
      volumes: [{ name: "data" }],
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" },
      cpu: "512",
      memory: "2048",
      executionRoleArn: "ecsTaskExecutionRole",
      containerDefinitions: [
        {
          name: "app",
          image: "acme/app:pr-7",
          essential: true,
          cpu: 0,
          portMappings: [{ containerPort: 8080, protocol: "tcp" }],
          linuxParameters: { initProcessEnabled: true },
          ulimits: [],
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": "/ecs/app",
              "awslogs-region": "eu-west-1",
              "awslogs-stream-prefix": "ecs",
            },
          },
        },
        { name: "cache", image: "redis:7", logConfiguration: { logDriver: "awslogs" } },
      ],
    });
  });
}

Deno.test("taskDefinition() waits for no health check of the template that is null", () => {
  const [app] = made(EXPORT).containerDefinitions ?? [];
  assert.ok(app !== undefined && !("healthCheck" in app));
  const health = { path: "/", fallback: "/", timeoutMs: 60_000, intervalMs: 5000, command: "true" };
  const [checked] = made(EXPORT, { health }).containerDefinitions ?? [];
  assert.deepEqual(checked?.healthCheck?.command, ["CMD-SHELL", "true"]);
});

const CONTAINER = {
  name: "app",
  environment: [
    { name: "MODE", value: "one" },
    { name: "KEPT", value: "1" },
    { name: "MODE", value: "two" },
    { name: "UNSET", value: null },
    { name: "PLAIN", value: "template" },
  ],
  secrets: [
    { name: "TOKEN", valueFrom: "arn:token" },
    { name: "OTHER", valueFrom: "arn:first" },
    { name: "OTHER", valueFrom: "arn:other" },
  ],
  environmentFiles: [{ type: "s3", value: "arn:aws:s3:::acme/app.env" }],
};

Deno.test("taskDefinition() lets a variable of showtime.yml replace a secret as well as a variable", () => {
  const [app] = made({ containerDefinitions: [CONTAINER] }, {
    variables: { TOKEN: "preview", PLAIN: "mine" },
  }).containerDefinitions ?? [];
  assert.deepEqual(app?.secrets, [{ name: "OTHER", valueFrom: "arn:other" }]);
  assert.deepEqual(app?.environment?.map(({ name, value }) => `${name}=${value}`), [
    "MODE=two",
    "KEPT=1",
    "TOKEN=preview",
    "PLAIN=mine",
  ]);
  assert.deepEqual(app?.environmentFiles, CONTAINER.environmentFiles);
});

Deno.test("taskDefinition() keeps a secret and an environment file that showtime.yml does not replace", () => {
  const [app] = made({ containerDefinitions: [CONTAINER] }).containerDefinitions ?? [];
  assert.deepEqual(app?.secrets?.map(({ name }) => name), ["TOKEN", "OTHER"]);
  assert.deepEqual(app?.environmentFiles, CONTAINER.environmentFiles);
});

for (
  const [what, container, state, hint] of [
    [
      "a number in quotes",
      { healthCheck: { command: ["CMD", "true"], retries: "3" } },
      /expected a number without quotes at containerDefinitions\[0\]\.healthCheck\.retries, found "3"/,
      /number without quotes/,
    ],
    [
      "a bare number as a variable's value",
      { environment: [{ name: "A", value: "1" }, { name: "PORT", value: 8080 }] },
      /expected text in quotes at containerDefinitions\[0\]\.environment\[1\]\.value, found 8080/,
      /text in quotes/,
    ],
    [
      "text in place of a list",
      { command: "npm start" },
      /expected a list at containerDefinitions\[0\]\.command, found "npm start"/,
      /a list/,
    ],
    [
      "variables as an object",
      { environment: { PORT: "8080" } },
      /expected a list at containerDefinitions\[0\]\.environment, found an object/,
      /a list/,
    ],
    [
      "a misspelt key in a container",
      { enviroment: [] },
      /ECS does not know the key "enviroment" in containerDefinitions\[0\]/,
      /Did you mean "environment"/,
    ],
    [
      "one name in environment and secrets",
      { environment: [{ name: "A", value: "1" }], secrets: [{ name: "A", valueFrom: "arn" }] },
      /container "app" has "A" both in environment and in secrets/,
      /Remove one/,
    ],
  ] as const
) {
  Deno.test(`readTemplate() refuses ${what} and names the place`, () => {
    const text = JSON.stringify({ containerDefinitions: [{ name: "app", ...container }] });
    assert.throws(() => readTemplate(text, PLACE), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.exitCode], ["bad_task_definition", 2]);
      assert.match(error.message, state);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

Deno.test("readTemplate() takes architecture and system in any case", () => {
  const text = JSON.stringify({
    runtimePlatform: { cpuArchitecture: "Arm64", operatingSystemFamily: "Linux" },
    containerDefinitions: [{ name: "app" }],
  });
  assert.deepEqual(readTemplate(text, PLACE).runtimePlatform, {
    cpuArchitecture: "ARM64",
    operatingSystemFamily: "LINUX",
  });
});

Deno.test("readTemplate() names several wrong values at once", () => {
  const text = JSON.stringify({ cpu: true, containerDefinitions: [{ name: "app", essential: "yes" }] });
  assert.throws(
    () => readTemplate(text, PLACE),
    /at cpu, found true; .* at containerDefinitions\[0\]\.essential/,
  );
});

Deno.test("architectureOf() goes by build.platform, then by the template, then by X86_64", () => {
  const arm = readTemplate(
    JSON.stringify({
      runtimePlatform: { cpuArchitecture: "ARM64" },
      containerDefinitions: [{ name: "app" }],
    }),
    PLACE,
  );
  const of = (buildPlatform: string | undefined, template: typeof arm | undefined) =>
    architectureOf({ buildPlatform, template });
  assert.deepEqual([of(undefined, undefined), of(undefined, arm), of("linux/amd64", arm)], [
    "X86_64",
    "ARM64",
    "X86_64",
  ]);
  assert.deepEqual([of("linux/arm64/v8", undefined), of("linux/aarch64", undefined)], ["ARM64", "ARM64"]);
  assert.deepEqual([linuxPlatform("ARM64"), linuxPlatform("X86_64")], ["linux/arm64", "linux/amd64"]);
});
