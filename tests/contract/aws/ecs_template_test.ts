/** Environments of task definitions as AWS exports them. moto answers; the relay refuses what ECS refuses of names. */
import assert from "node:assert/strict";
import { DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { readTemplate } from "../../../src/drivers/ecs/mod.ts";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { type EcsScene, IMAGE, never, playEcsScene, statusOf } from "../../worlds/aws/ecs_scene.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

/** What the AWS Console gives as the JSON of a task definition. */
const EXPORT = {
  taskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/app:3",
  containerDefinitions: [{
    name: "app",
    image: "old",
    cpu: 0,
    links: null,
    portMappings: null,
    essential: true,
    entryPoint: null,
    command: null,
    environment: null,
    environmentFiles: null,
    mountPoints: null,
    volumesFrom: null,
    linuxParameters: null,
    secrets: [
      { name: "APP_SECRET", valueFrom: "arn:aws:ssm:eu-west-1:123456789012:parameter/app" },
      { name: "OTHER", valueFrom: "arn:aws:ssm:eu-west-1:123456789012:parameter/other" },
    ],
    dependsOn: null,
    startTimeout: null,
    stopTimeout: null,
    hostname: null,
    user: null,
    workingDirectory: null,
    disableNetworking: null,
    dockerLabels: null,
    ulimits: null,
    logConfiguration: null,
    healthCheck: null,
    systemControls: null,
    resourceRequirements: null,
    firelensConfiguration: null,
  }],
  family: "app",
  taskRoleArn: null,
  executionRoleArn: null,
  networkMode: "awsvpc",
  revision: 3,
  volumes: null,
  status: "ACTIVE",
  requiresAttributes: [{ name: "com.amazonaws.ecs.capability.docker-remote-api.1.18", value: null }],
  placementConstraints: null,
  compatibilities: ["EC2", "FARGATE"],
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  runtimePlatform: null,
  pidMode: null,
  ipcMode: null,
  proxyConfiguration: null,
  inferenceAccelerators: null,
  ephemeralStorage: null,
  registeredAt: "2026-01-02T03:04:05.678Z",
  registeredBy: "arn:aws:iam::123456789012:root",
  deregisteredAt: null,
  tags: null,
};

async function assertServes(
  { harness, deploy, service, platformWith }: EcsScene,
  text: string,
): Promise<void> {
  const { health } = harness.config;
  const template = readTemplate(text, { path: "task.json", container: "app" });
  const platform = platformWith({ template, health: { ...health, command: undefined } });
  const { address } = await deploy({}, { platform });
  assert.equal(await statusOf(address), 200);
  const lines: string[] = [];
  const logs = platform.logs(keyOfService(service()), { tail: 10, follow: false }, never());
  for await (const line of logs) lines.push(line);
  assert.deepEqual(lines, ["listening on 8080"]);
}

for (const [form, file] of [["bare", EXPORT], ["wrapped", { taskDefinition: EXPORT, tags: null }]] as const) {
  aws.test(`deploy() serves a ${form} export of a task definition with nulls, and its log is read`, async () => {
    await playEcsScene({ moto }, async (scene) => {
      await assertServes(scene, JSON.stringify(file));
      const { world, described, service } = scene;
      const { taskDefinition } = await world.aside.ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: (await described(service()))?.taskDefinition }),
      );
      const [app] = taskDefinition?.containerDefinitions ?? [];
      // showtime.yml has a variable APP_SECRET; OTHER stays a secret.
      assert.deepEqual(app?.secrets?.map(({ name }) => name), ["OTHER"]);
      assert.ok(app?.environment?.some(({ name }) => name === "APP_SECRET"));
      assert.equal(app?.image, `${IMAGE}:fine`);
    });
  });
}

aws.test("deploy() serves the answer of DescribeTaskDefinition as it comes", async () => {
  await playEcsScene({ moto }, async (scene) => {
    const { ecs } = scene.world.aside;
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `${scene.world.cluster}-source`,
        networkMode: "bridge",
        containerDefinitions: [{
          name: "app",
          image: "old",
          memory: 256,
          environment: [{ name: "A", value: "1" }],
        }],
      }),
    );
    const answer = await ecs.send(
      new DescribeTaskDefinitionCommand({
        taskDefinition: taskDefinition?.taskDefinitionArn,
        include: ["TAGS"],
      }),
    );
    await assertServes(scene, JSON.stringify(answer));
  });
});
