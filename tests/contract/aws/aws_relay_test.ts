/**
 * The relay in front of moto, by SDK commands alone: what is counted, delayed, cut into pages and refused, faults on
 * demand, and what moto's check of policies leaves out. What services do is in `aws_world_test.ts`.
 */
import assert from "node:assert/strict";
import { DescribeNetworkInterfacesCommand, DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { CreateRepositoryCommand, DescribeImagesCommand, PutImageCommand } from "@aws-sdk/client-ecr";
import {
  DescribeClustersCommand,
  ListServicesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  paginateListServices,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import {
  type AwsWorldOptions,
  type Clients,
  type Env,
  type Fault,
  idleRunner,
  makeAwsWorld,
  makeClients,
  motoForFile,
  Stage,
  withEnv,
} from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

function relayTest(
  title: string,
  run: (stage: Stage) => Promise<void>,
  options: Partial<Omit<AwsWorldOptions, "moto">> & { readonly maxAttempts?: number } = {},
): void {
  const { maxAttempts = 1, ...world } = options;
  aws.test(`Relay: ${title}`, async () => {
    assert.ok(moto);
    const stage = new Stage(await makeAwsWorld({ runner: idleRunner(), ...world, moto }), { maxAttempts });
    try {
      await run(stage);
    } finally {
      await stage.dispose();
    }
  });
}

function describeCluster({ clients, world }: Stage) {
  return clients.ecs.send(new DescribeClustersCommand({ clusters: [world.cluster] }));
}

relayTest(
  "calls are counted by operation and told with their input; the world's own are not",
  async (stage) => {
    const { world, clients } = stage;

    await describeCluster(stage);
    await describeCluster(stage);
    await clients.ec2.send(new DescribeSubnetsCommand({}));
    await world.aside.ecs.send(new ListServicesCommand({ cluster: world.cluster }));
    await assert.rejects(clients.ecs.send(new ListServicesCommand({ cluster: "nowhere" })), {
      name: "ClusterNotFoundException",
    });

    assert.deepEqual(world.callCounts(), { DescribeClusters: 2, DescribeSubnets: 1, ListServices: 1 });
    const [first, , third, fourth] = world.calls();
    assert.deepEqual([first?.service, first?.input, first?.status], [
      "ecs",
      { clusters: [world.cluster] },
      200,
    ]);
    assert.deepEqual([third?.service, fourth?.status], ["ec2", 400]);
    assert.ok((third?.at ?? 0) >= (first?.at ?? Infinity));
    world.clearCalls();
    assert.deepEqual(world.callCounts(), {});
  },
);

relayTest("calls can be made to take time", async (stage) => {
  stage.world.delayCalls(60);
  const began = performance.now();

  await Promise.all([describeCluster(stage), describeCluster(stage)]);
  const both = performance.now() - began;
  await describeCluster(stage);

  assert.ok(both >= 60, `${both} ms`);
  assert.ok(performance.now() - began >= 120);
});

const REFUSALS: readonly (readonly [Omit<Fault, "operation">, string, RegExp, number])[] = [
  [{ kind: "throttled" }, "ThrottlingException", /^Rate exceeded$/, 400],
  [{ kind: "error" }, "ServerException", /^UnknownError$|^$/, 500],
  [{ kind: "error", status: 503, code: "Busy", message: "Later" }, "Busy", /^Later$/, 503],
  [
    { kind: "denied", resource: "arn:aws:ecs:x" },
    "AccessDeniedException",
    /^User: arn:aws:sts::\d{12}:assumed-role\/\S+ is not authorized to perform: ecs:DescribeClusters on resource: arn:aws:ecs:x because no identity-based policy allows the ecs:DescribeClusters action$/,
    400,
  ],
  [{ kind: "expired" }, "ExpiredTokenException", /expired$/, 400],
  [{ kind: "unknown_key" }, "UnrecognizedClientException", /invalid\.$/, 400],
];

for (const [fault, name, message, status] of REFUSALS) {
  relayTest(`a fault (${fault.kind}, ${name}) is the SDK's ${name}, once`, async (stage) => {
    stage.world.faults.add({ ...fault, operation: "DescribeClusters" });

    await assert.rejects(describeCluster(stage), (error) => {
      assert.ok(error instanceof Error);
      assert.equal(error.name, name);
      assert.match(error.message, message);
      assert.ok("$metadata" in error && typeof error.$metadata === "object" && error.$metadata !== null);
      assert.equal((error.$metadata as { httpStatusCode?: number }).httpStatusCode, status);
      return true;
    });
    assert.equal((await describeCluster(stage)).clusters?.length, 1);
  });
}

const EC2_REFUSALS: readonly (readonly [Fault["kind"], string])[] = [
  ["throttled", "RequestLimitExceeded"],
  ["denied", "UnauthorizedOperation"],
  ["expired", "RequestExpired"],
  ["unknown_key", "AuthFailure"],
  ["error", "InternalError"],
];

for (const [kind, name] of EC2_REFUSALS) {
  relayTest(`a fault (${kind}) of EC2 is the SDK's ${name}`, async (stage) => {
    stage.world.faults.add({ kind, operation: "DescribeNetworkInterfaces" });

    await assert.rejects(stage.clients.ec2.send(new DescribeNetworkInterfacesCommand({})), { name });
  });
}

relayTest("faults hit the nth call, and as many as were asked for", async (stage) => {
  stage.world.faults.add({ kind: "error", operation: "DescribeClusters", nth: 2, times: 2 });

  const outcomes: string[] = [];
  for (let i = 0; i < 5; i++) {
    outcomes.push(await describeCluster(stage).then(() => "ok", ({ name }) => name));
  }

  assert.deepEqual(outcomes, ["ok", "ServerException", "ServerException", "ok", "ok"]);
});

relayTest(
  "a fault after the effect leaves the effect, and a token makes the retry find it",
  async (stage) => {
    const { world } = stage;
    const taskDefinition = await stage.register();
    world.faults.add({ kind: "after", operation: "CreateService", status: 502 });

    const made = await stage.create("one", { taskDefinition, clientToken: "token-1" });

    assert.equal(made?.serviceName, "one");
    assert.deepEqual(
      world.calls().filter(({ operation }) => operation === "CreateService").map((call) => call.status),
      [
        502,
        200,
      ],
    );
  },
  { maxAttempts: 2 },
);

for (const [kind, services] of [["dropped", 0], ["dropped_after", 1]] as const) {
  relayTest(`a connection that is ${kind} leaves ${services} services`, async (stage) => {
    const { clients, world } = stage;
    const taskDefinition = await stage.register();
    // Deno's own fetch sends a request again whose connection was dropped.
    world.faults.add({ kind, operation: "CreateService", times: 5 });

    await assert.rejects(stage.create("one", { taskDefinition, clientToken: "token-1" }));

    const { serviceArns = [] } = await clients.ecs.send(new ListServicesCommand({ cluster: world.cluster }));
    assert.equal(serviceArns.length, services);
    assert.equal(world.calls().find(({ operation }) => operation === "CreateService")?.status, undefined);
  });
}

relayTest("services are listed ten at a time unless more are asked for", async (stage) => {
  const { ecs } = stage.clients;
  const { cluster } = stage.world;
  const taskDefinition = await stage.register();
  const names = Array.from({ length: 23 }, (_, index) => `service-${String(index).padStart(2, "0")}`);
  for (const name of names) await stage.create(name, { taskDefinition, desiredCount: 0 });

  const first = await ecs.send(new ListServicesCommand({ cluster }));
  const second = await ecs.send(new ListServicesCommand({ cluster, nextToken: first.nextToken }));
  const whole = await ecs.send(new ListServicesCommand({ cluster, maxResults: 100 }));
  const pages: number[] = [];
  for await (const page of paginateListServices({ client: ecs, pageSize: 8 }, { cluster })) {
    pages.push(page.serviceArns?.length ?? 0);
  }

  assert.deepEqual([first.serviceArns?.length, second.serviceArns?.length], [10, 10]);
  assert.deepEqual(whole.serviceArns?.map((arn) => arn.split("/").at(-1)), names);
  assert.equal(whole.nextToken, undefined);
  assert.deepEqual(pages, [8, 8, 7]);
  for (const wrong of [{ maxResults: 101 }, { nextToken: "nonsense" }]) {
    await assert.rejects(ecs.send(new ListServicesCommand({ cluster, ...wrong })), {
      name: "InvalidParameterException",
    });
  }
});

relayTest("tasks, revisions and images are listed in pages", async (stage) => {
  const { ecs, ecr } = stage.clients;
  const { cluster } = stage.world;
  const familyPrefix = `${cluster}-app`;
  for (let i = 0; i < 3; i++) await stage.register();
  const repositoryName = `team/${cluster}`;
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  for (const imageTag of ["a", "b", "c"]) {
    const imageManifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: { mediaType: "application/vnd.docker.container.image.v1+json", size: 1, digest: imageTag },
      layers: [],
    });
    await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
  }
  await stage.create("one", { taskDefinition: familyPrefix, desiredCount: 3 });
  await stage.until("one", ({ runningCount }) => runningCount === 3);

  const tasks = await ecs.send(new ListTasksCommand({ cluster, maxResults: 2 }));
  const rest = await ecs.send(new ListTasksCommand({ cluster, maxResults: 2, nextToken: tasks.nextToken }));
  const revisions = await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix, maxResults: 2 }));
  const images = await ecr.send(new DescribeImagesCommand({ repositoryName, maxResults: 2 }));
  const named = await ecr.send(
    new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "a" }, { imageTag: "b" }] }),
  );

  assert.deepEqual([tasks.taskArns?.length, rest.taskArns?.length, rest.nextToken], [2, 1, undefined]);
  assert.deepEqual([revisions.taskDefinitionArns?.length, images.imageDetails?.length], [2, 2]);
  assert.ok(revisions.nextToken !== undefined && images.nextToken !== undefined);
  assert.equal(named.imageDetails?.length, 2);
});

relayTest("many calls at once each get their own answer", async (stage) => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => describeCluster(stage)));

  assert.deepEqual(
    new Set(answers.map(({ clusters }) => clusters?.[0]?.clusterName)),
    new Set([stage.world.cluster]),
  );
});

relayTest("env leads the SDK here by itself, and withEnv() puts back what was there", async ({ world }) => {
  const before = Deno.env.get("AWS_ENDPOINT_URL");

  await withEnv(world.env, async () => {
    const { DescribeClustersCommand, ECSClient } = await import("@aws-sdk/client-ecs");
    const { FetchHttpHandler } = await import("@smithy/fetch-http-handler");
    const ecs = new ECSClient({ region: world.region, requestHandler: new FetchHttpHandler() });
    const found = await ecs.send(new DescribeClustersCommand({ clusters: [world.cluster] }));
    ecs.destroy();
    assert.equal(found.clusters?.[0]?.clusterName, world.cluster);
  });

  assert.equal(world.callCounts()["DescribeClusters"], 1);
  assert.equal(Deno.env.get("AWS_ENDPOINT_URL"), before);
});

/** Does something with the clients of a user that has this policy. */
async function as(
  { world }: Stage,
  statements: readonly object[],
  act: (clients: Clients) => Promise<void>,
): Promise<void> {
  const env: Env = await world.addUser({ Version: "2012-10-17", Statement: statements });
  const clients = makeClients({
    endpoint: world.endpoint,
    region: world.region,
    credentials: {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
    maxAttempts: 1,
  });
  try {
    await act(clients);
  } finally {
    clients.destroy();
  }
}

const LIST = { Effect: "Allow", Action: "ecs:ListServices", Resource: "*" };
const REGISTER = { Effect: "Allow", Action: "ecs:RegisterTaskDefinition", Resource: "*" };
const TAG = {
  Effect: "Allow",
  Action: "ecs:TagResource",
  Resource: "*",
  Condition: { StringEquals: { "ecs:CreateAction": ["RegisterTaskDefinition", "CreateService"] } },
};
const PASS = {
  Effect: "Allow",
  Action: "iam:PassRole",
  Resource: "arn:aws:iam::*:role/showtime-execution",
  Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
};

relayTest(
  "with policies checked, a user may what the policy says, and is refused in ECS's words",
  async (stage) => {
    const { cluster } = stage.world;
    await as(stage, [LIST], async ({ ecs, ec2 }) => {
      assert.deepEqual((await ecs.send(new ListServicesCommand({ cluster }))).serviceArns, []);
      await assert.rejects(ecs.send(new ListTasksCommand({ cluster })), {
        name: "AccessDeniedException",
        message:
          /^User: arn:aws:iam::\d+:user\/\S+ is not authorized to perform: ecs:ListTasks on resource: /,
      });
      await assert.rejects(ec2.send(new DescribeNetworkInterfacesCommand({})), {
        name: "UnauthorizedOperation",
        message: /ec2:DescribeNetworkInterfaces/,
      });
    });
    await assert.rejects(stage.clients.ecs.send(new ListServicesCommand({ cluster })), {
      name: "UnrecognizedClientException",
    });
  },
  { iam: true },
);

relayTest(
  "with policies checked, roles are passed and tags set on creation only by who may",
  async (stage) => {
    const input = {
      family: `${stage.world.cluster}-app`,
      networkMode: "awsvpc" as const,
      requiresCompatibilities: ["FARGATE" as const],
      cpu: "256",
      memory: "512",
      executionRoleArn: stage.world.executionRole,
      containerDefinitions: [{ name: "app", image: "app:1" }],
      tags: [{ key: "pr", value: "1" }],
    };
    const register = ({ ecs }: Clients) => ecs.send(new RegisterTaskDefinitionCommand(input));
    const denied = (action: string) => ({
      name: "AccessDeniedException",
      message: new RegExp(`not authorized to perform: ${action} on resource`),
    });
    await as(stage, [REGISTER, TAG], (clients) => assert.rejects(register(clients), denied("iam:PassRole")));
    await as(
      stage,
      [REGISTER, PASS],
      (clients) => assert.rejects(register(clients), denied("ecs:TagResource")),
    );
    await as(
      stage,
      [TAG, PASS],
      (clients) => assert.rejects(register(clients), denied("ecs:RegisterTaskDefinition")),
    );
    const elsewhere = { ...PASS, Resource: "arn:aws:iam::*:role/other" };
    await as(
      stage,
      [REGISTER, TAG, elsewhere],
      (clients) => assert.rejects(register(clients), denied("iam:PassRole")),
    );
    await as(stage, [REGISTER, TAG, PASS], async (clients) => {
      assert.equal((await register(clients)).taskDefinition?.revision, 1);
    });
  },
  { iam: true },
);
