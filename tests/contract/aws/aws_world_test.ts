/**
 * The AWS that tests play in, by SDK commands alone: what the scheduler does with services and their tasks, and what
 * the relay adds to moto's services, tasks and definitions. How calls fail is in `aws_relay_test.ts`.
 */
import assert from "node:assert/strict";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTasksCommand,
  StopTaskCommand,
  TagResourceCommand,
} from "@aws-sdk/client-ecs";
import {
  type AwsWorldOptions,
  idleRunner,
  makeAwsWorld,
  motoForFile,
  plainRunner,
  poll,
  Stage,
} from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const CHECKED = { command: ["CMD-SHELL", "wget http://127.0.0.1:8080/health"], retries: 10, interval: 10 };

function worldTest(
  title: string,
  run: (stage: Stage) => Promise<void>,
  options: Partial<Omit<AwsWorldOptions, "moto">> = {},
): void {
  aws.test(`AwsWorld: ${title}`, async () => {
    assert.ok(moto);
    const delays = { drainMs: 200, steadyMs: 150, ...options.delays };
    const stage = new Stage(await makeAwsWorld({ runner: plainRunner(), ...options, moto, delays }));
    try {
      await run(stage);
    } finally {
      await stage.dispose();
    }
  });
}

function messages(
  service: { readonly events?: readonly { readonly message?: string | undefined }[] | undefined },
) {
  return (service.events ?? []).map(({ message = "" }) => message);
}

async function answerOf(address: string | undefined, path: string): Promise<string> {
  const response = await fetch(`http://${address}${path}`);
  return `${response.status} ${(await response.text()).trimEnd()}`;
}

worldTest("a service gets a task that answers at its public address, and is steady", async (stage) => {
  const taskDefinition = await stage.register({ GREETING: "good day" });

  const made = await stage.create("one", { taskDefinition, enableECSManagedTags: true });
  const steady = await stage.steady("one");
  const [task] = await stage.tasks("one");

  assert.equal(made?.taskDefinition, taskDefinition);
  assert.deepEqual(
    made?.deployments?.map(({ status, rolloutState, runningCount, failedTasks }) => [
      status,
      rolloutState,
      runningCount,
      failedTasks,
    ]),
    [["PRIMARY", "IN_PROGRESS", 0, 0]],
  );
  assert.deepEqual([steady.status, steady.desiredCount, steady.runningCount, steady.pendingCount], [
    "ACTIVE",
    1,
    1,
    0,
  ]);
  assert.ok(steady.createdAt instanceof Date && steady.createdAt.getFullYear() >= 2020);
  const deployment = steady.deployments?.[0]?.id;
  assert.match(deployment ?? "", /^ecs-svc\/\d{19}$/);
  const id = task?.taskArn?.split("/").at(-1);
  assert.deepEqual(messages(steady), [
    "(service one) has reached a steady state.",
    `(service one) (deployment ${deployment}) deployment completed.`,
    `(service one) has started 1 tasks: (task ${id}).`,
  ]);
  assert.deepEqual(
    [
      task?.lastStatus,
      task?.desiredStatus,
      task?.group,
      task?.startedBy,
      task?.taskDefinitionArn,
      task?.launchType,
    ],
    ["RUNNING", "RUNNING", "service:one", deployment, taskDefinition, "FARGATE"],
  );
  assert.ok((task?.startedAt?.getTime() ?? 0) > (task?.createdAt?.getTime() ?? Infinity));
  assert.deepEqual(
    task?.containers?.map(({ name, lastStatus, healthStatus }) => [name, lastStatus, healthStatus]),
    [
      ["app", "RUNNING", "UNKNOWN"],
    ],
  );
  assert.equal(await answerOf(await stage.address(task), "/health"), "200 ok");
  assert.equal(await answerOf(await stage.address(task), "/cgi-bin/env?GREETING"), "200 good day");
});

worldTest("what an application writes is in the log stream of its task", async (stage) => {
  await stage.create("one", { taskDefinition: await stage.register() });
  await stage.steady("one");
  const [task] = await stage.tasks("one");

  const { events = [] } = await poll(() =>
    stage.clients.logs.send(
      new GetLogEventsCommand({
        logGroupName: stage.world.logGroup,
        logStreamName: `ecs/app/${task?.taskArn?.split("/").at(-1)}`,
        startFromHead: true,
      }),
    ), ({ events = [] }) => events.length > 0);

  assert.deepEqual(events.map(({ message }) => message), ["listening on 8080"]);
});

worldTest("without a public address a task is reached at its private one", async (stage) => {
  const awsvpcConfiguration = {
    subnets: [...stage.world.subnets],
    securityGroups: [...stage.world.securityGroups],
    assignPublicIp: "DISABLED" as const,
  };
  await stage.create("one", {
    taskDefinition: await stage.register(),
    networkConfiguration: { awsvpcConfiguration },
  });
  await stage.steady("one");
  const [task] = await stage.tasks("one");

  const details = task?.attachments?.[0]?.details ?? [];
  const ip = details.find(({ name }) => name === "privateIPv4Address")?.value;

  assert.equal(await stage.address(task), undefined);
  assert.equal(await answerOf(`${ip}:8080`, "/health"), "200 ok");
});

worldTest("an update keeps the old task until the new one is healthy, and drains it", async (stage) => {
  const first = await stage.register({}, {});
  await stage.create("one", { taskDefinition: first });
  await stage.steady("one");
  const [old] = await stage.tasks("one");
  const address = await stage.address(old);
  const second = await stage.register({ FEATURE_SLOW: "on" }, {
    containerDefinitions: [{
      name: "app",
      image: "app:2",
      memory: 512,
      environment: [{ name: "FEATURE_SLOW", value: "on" }],
      portMappings: [{ containerPort: 8080 }],
      healthCheck: CHECKED,
    }],
  });

  const updated = await stage.update("one", second);
  const both = await stage.until("one", ({ runningCount }) => runningCount === 2);
  const meanwhile = await answerOf(address, "/health");
  const unhealthy = await stage.tasks("one");
  const after = await stage.steady("one");

  assert.deepEqual(
    updated?.deployments?.map(({ status, taskDefinition }) => [status, taskDefinition]),
    [["PRIMARY", second], ["ACTIVE", first]],
  );
  assert.equal(updated?.taskDefinition, second);
  assert.deepEqual(both.deployments?.map(({ rolloutState }) => rolloutState), ["IN_PROGRESS", "COMPLETED"]);
  assert.equal(meanwhile, "200 ok");
  assert.deepEqual(unhealthy.map(({ healthStatus }) => healthStatus), ["UNKNOWN", "UNKNOWN"]);
  assert.deepEqual(after.deployments?.map(({ taskDefinition }) => taskDefinition), [second]);
  const [task, ...others] = await stage.tasks("one");
  assert.deepEqual([task?.healthStatus, others.length], ["HEALTHY", 0]);
  const stopped = await stage.stoppedTask("one");
  assert.equal(stopped.taskArn, old?.taskArn);
  assert.equal(stopped.stopCode, "ServiceSchedulerInitiated");
  assert.match(stopped.stoppedReason ?? "", /^Scaling activity initiated by \(deployment ecs-svc\/\d+\)$/);
  assert.ok((stopped.stoppedAt?.getTime() ?? 0) > (stopped.stoppingAt?.getTime() ?? Infinity));
  await assert.rejects(fetch(`http://${address}/health`));
}, { runner: plainRunner({ slowMs: 300 }) });

worldTest("a task goes through every state", async (stage) => {
  const seen = new Set<string | undefined>();
  await stage.create("one", { taskDefinition: await stage.register() });
  await poll(
    () => stage.tasks("one"),
    ([task]) => seen.add(task?.lastStatus) && task?.lastStatus === "RUNNING",
  );
  await stage.clients.ecs.send(
    new DeleteServiceCommand({ cluster: stage.world.cluster, service: "one", force: true }),
  );
  await poll(
    () => stage.tasks("one", "STOPPED"),
    ([task]) => seen.add(task?.lastStatus) && task?.lastStatus === "STOPPED",
  );

  const states = ["PROVISIONING", "RUNNING", "DEPROVISIONING", "STOPPED"];
  assert.deepEqual(states.filter((state) => !seen.has(state)), []);
}, { delays: { provisionMs: 150, deprovisionMs: 150 } });

for (
  const [flag, exitCode, reason] of [
    ["EXIT", 3, undefined],
    ["MEMORY", 137, "OutOfMemoryError: Container killed due to memory usage"],
  ] as const
) {
  worldTest(
    `a container that ends (${flag}) is told with its exit code, and started again`,
    async (stage) => {
      await stage.create("one", { taskDefinition: await stage.register({ [`FEATURE_${flag}`]: "on" }) });

      const task = await stage.stoppedTask("one");
      const service = await stage.until("one", (each) => (each.deployments?.[0]?.failedTasks ?? 0) > 1);

      assert.deepEqual([task.stopCode, task.stoppedReason], [
        "EssentialContainerExited",
        "Essential container in task exited",
      ]);
      assert.deepEqual([task.containers?.[0]?.exitCode, task.containers?.[0]?.reason], [exitCode, reason]);
      assert.equal(
        messages(service).filter((message) => message.includes("has started 1 tasks")).length >= 2,
        true,
      );
    },
  );
}

worldTest("the circuit breaker gives up a new service after three tasks", async (stage) => {
  await stage.create("one", { taskDefinition: await stage.register({ FEATURE_EXIT: "on" }) });

  const failed = await stage.until(
    "one",
    ({ deployments = [] }) => deployments[0]?.rolloutState === "FAILED",
  );

  const [deployment] = failed.deployments ?? [];
  assert.deepEqual([deployment?.status, deployment?.failedTasks, deployment?.rolloutStateReason], [
    "PRIMARY",
    3,
    "ECS deployment circuit breaker: tasks failed to start.",
  ]);
  // A fourth may be on its way before the third is counted.
  assert.equal(
    messages(failed).find((message) => !/ has started 1 tasks: /.test(message)),
    `(service one) (deployment ${deployment?.id}) deployment failed: tasks failed to start.`,
  );
});

worldTest("the circuit breaker rolls back to the deployment that serves", async (stage) => {
  const first = await stage.register();
  await stage.create("one", { taskDefinition: first });
  await stage.steady("one");
  const [before] = await stage.tasks("one");
  await stage.update("one", await stage.register({ FEATURE_EXIT: "on" }));

  const rolledBack = await stage.until("one", ({ taskDefinition }) => taskDefinition === first);
  const steady = await stage.steady("one");

  assert.match(
    rolledBack.deployments?.[0]?.rolloutStateReason ?? "",
    /^ECS deployment circuit breaker: rolling back to deploymentId ecs-svc\/\d+\.$/,
  );
  assert.equal(steady.deployments?.length, 1);
  assert.deepEqual((await stage.tasks("one")).map(({ taskArn }) => taskArn), [before?.taskArn]);
});

worldTest("without a circuit breaker tasks are tried for ever", async (stage) => {
  await stage.create("one", {
    taskDefinition: await stage.register({ FEATURE_EXIT: "on" }),
    deploymentConfiguration: {},
  });

  const service = await stage.until("one", ({ deployments = [] }) => (deployments[0]?.failedTasks ?? 0) > 4);

  assert.equal(service.deployments?.[0]?.rolloutState, "IN_PROGRESS");
}, { delays: { retryMs: 20 } });

worldTest("a task that dies later is replaced, and the deployment stays completed", async (stage) => {
  await stage.create("one", { taskDefinition: await stage.register() });
  await stage.steady("one");
  const [task] = await stage.tasks("one");
  const { cluster } = stage.world;

  await stage.clients.ecs.send(new StopTaskCommand({ cluster, task: task?.taskArn, reason: "by hand" }));
  const stopped = await stage.stoppedTask("one");
  const service = await stage.until("one", ({ runningCount }) => runningCount === 1);
  const [next] = await stage.tasks("one");

  assert.deepEqual([stopped.stopCode, stopped.stoppedReason], ["UserInitiated", "by hand"]);
  assert.notEqual(next?.taskArn, task?.taskArn);
  assert.equal(service.deployments?.[0]?.rolloutState, "COMPLETED");
});

for (
  const [failure, message] of [
    [
      "capacity",
      /^\(service one\) was unable to place a task\. Reason: Capacity is unavailable at this time\. Please/,
    ],
    [
      "quota",
      /^\(service one\) was unable to place a task\. Reason: You've reached the limit on the number of vCPUs/,
    ],
  ] as const
) {
  worldTest(`no room (${failure}) is an event, again and again, and passes`, async (stage) => {
    stage.world.failures.script(failure, { times: 3 });
    await stage.create("one", { taskDefinition: await stage.register() });

    const service = await stage.steady("one");

    assert.equal(messages(service).filter((each) => message.test(each)).length, 3);
    assert.equal(service.deployments?.[0]?.failedTasks, 0);
  });
}

for (
  const [failure, reason] of [
    ["secrets", /^ResourceInitializationError: unable to pull secrets or registry auth: /],
    [
      "log_group",
      /^ResourceInitializationError: failed to validate logger args: create stream has been retried 1/,
    ],
  ] as const
) {
  worldTest(`a task that cannot be set up (${failure}) says why`, async (stage) => {
    stage.world.failures.script(failure, { times: 1 });
    await stage.create("one", { taskDefinition: await stage.register() });

    const task = await stage.stoppedTask("one");

    assert.equal(task.stopCode, "TaskFailedToStart");
    assert.match(task.stoppedReason ?? "", reason);
    assert.equal(task.containers?.[0]?.exitCode, undefined);
  });
}

worldTest("a log group that is not there keeps a task from starting", async (stage) => {
  const [container] = [{
    name: "app",
    image: "app:1",
    memory: 512,
    logConfiguration: {
      logDriver: "awslogs" as const,
      options: { "awslogs-group": "/nowhere", "awslogs-stream-prefix": "ecs" },
    },
  }];
  await stage.create("one", {
    taskDefinition: await stage.register({}, { containerDefinitions: [container] }),
  });

  const task = await stage.stoppedTask("one");

  assert.match(
    task.stoppedReason ?? "",
    /ResourceNotFoundException: The specified log group does not exist\.$/,
  );
});

worldTest("a task may run without a public address", async (stage) => {
  stage.world.failures.script("no_public_ip");
  await stage.create("one", { taskDefinition: await stage.register() });
  await stage.steady("one");

  const [task] = await stage.tasks("one");

  assert.deepEqual([task?.lastStatus, await stage.address(task)], ["RUNNING", undefined]);
});

worldTest("an unhealthy container stops its task", async (stage) => {
  stage.world.failures.script("unhealthy", { times: 1 });
  const taskDefinition = await stage.register({}, {
    containerDefinitions: [{ name: "app", image: "app:1", memory: 512, healthCheck: CHECKED }],
  });
  await stage.create("one", { taskDefinition });

  const task = await stage.stoppedTask("one");
  const service = await stage.describe("one");

  assert.deepEqual([task.stopCode, task.stoppedReason], [
    "ServiceSchedulerInitiated",
    "Task failed container health checks",
  ]);
  assert.equal(task.containers?.[0]?.healthStatus, "UNHEALTHY");
  const id = task.taskArn?.split("/").at(-1);
  assert.ok(messages(service).includes(`(service one) (task ${id}) failed container health checks.`));
  assert.equal(service.deployments?.[0]?.failedTasks, 1);
}, { runner: idleRunner() });

worldTest("a namesake is refused, the same client token is answered with what is there", async (stage) => {
  const taskDefinition = await stage.register();
  const first = await stage.create("one", { taskDefinition, clientToken: "token-1" });

  const again = await stage.create("one", { taskDefinition, clientToken: "token-1" });
  const others = [
    stage.create("one", { taskDefinition }),
    stage.create("one", { taskDefinition, clientToken: "token-2" }),
  ];

  assert.equal(again?.serviceArn, first?.serviceArn);
  assert.equal(again?.deployments?.[0]?.id, first?.deployments?.[0]?.id);
  for (const other of others) {
    await assert.rejects(other, {
      name: "InvalidParameterException",
      message: "Creation of service was not idempotent.",
    });
  }
}, { runner: idleRunner() });

worldTest(
  "a removed service drains, is INACTIVE and not listed, and its name can be used again",
  async (stage) => {
    const { cluster } = stage.world;
    const { ecs } = stage.clients;
    const taskDefinition = await stage.register();
    await stage.create("one", { taskDefinition });
    await stage.steady("one");

    const removed = await ecs.send(new DeleteServiceCommand({ cluster, service: "one", force: true }));
    const listed = await ecs.send(new ListServicesCommand({ cluster }));
    await assert.rejects(stage.create("one", { taskDefinition }), {
      name: "InvalidParameterException",
      message: "Unable to Start a service that is still Draining.",
    });
    await assert.rejects(stage.update("one", taskDefinition), { name: "ServiceNotActiveException" });
    const gone = await stage.until("one", ({ status }) => status === "INACTIVE");
    const unlisted = await ecs.send(new ListServicesCommand({ cluster }));

    assert.equal(removed.service?.status, "DRAINING");
    assert.equal(listed.serviceArns?.length, 1);
    assert.deepEqual([gone.deployments, gone.runningCount, unlisted.serviceArns], [[], 0, []]);
    await assert.rejects(stage.update("one", taskDefinition), { name: "ServiceNotActiveException" });
    await assert.rejects(ecs.send(new DeleteServiceCommand({ cluster, service: "one" })), {
      name: "ServiceNotFoundException",
    });
    assert.equal((await stage.create("one", { taskDefinition }))?.status, "ACTIVE");
  },
  { drainingMs: 600 },
);

worldTest("services are described ten at a time, and those that are not there are MISSING", async (stage) => {
  const { cluster } = stage.world;
  const names = Array.from({ length: 11 }, (_, index) => `service-${index}`);

  await assert.rejects(
    stage.clients.ecs.send(new DescribeServicesCommand({ cluster, services: names })),
    { name: "InvalidParameterException" },
  );
  const found = await stage.clients.ecs.send(
    new DescribeServicesCommand({ cluster, services: names.slice(1) }),
  );

  assert.equal(found.failures?.length, 10);
});

worldTest("tasks are listed by their own service and cluster, stopped ones for a while", async (stage) => {
  assert.ok(moto);
  const neighbour = new Stage(await makeAwsWorld({ moto, runner: idleRunner() }));
  try {
    await neighbour.create("one", { taskDefinition: await neighbour.register() });
    await neighbour.steady("one");
    await stage.create("one", { taskDefinition: await stage.register() });
    await stage.create("two", { taskDefinition: await stage.register() });
    await stage.steady("one");
    await stage.steady("two");
    const { cluster } = stage.world;
    const { ecs } = stage.clients;

    const all = await ecs.send(new ListTasksCommand({ cluster }));
    const ones = await ecs.send(new ListTasksCommand({ cluster, serviceName: "one" }));
    const foreign = await ecs.send(
      new DescribeTasksCommand({ cluster: neighbour.world.cluster, tasks: ones.taskArns }),
    );
    await ecs.send(new StopTaskCommand({ cluster, task: ones.taskArns?.[0] }));
    await stage.stoppedTask("one");
    const forgotten = await poll(
      () => ecs.send(new ListTasksCommand({ cluster, serviceName: "one", desiredStatus: "STOPPED" })),
      ({ taskArns = [] }) => taskArns.length === 0,
    );

    assert.deepEqual([all.taskArns?.length, ones.taskArns?.length, forgotten.taskArns], [2, 1, []]);
    assert.deepEqual(foreign.failures, [{ arn: ones.taskArns?.[0], reason: "MISSING" }]);
    await assert.rejects(ecs.send(new ListTasksCommand({ cluster, serviceName: "three" })), {
      name: "ServiceNotFoundException",
    });
  } finally {
    await neighbour.dispose();
  }
}, { runner: idleRunner(), lingerMs: 60_000 });

worldTest("Fargate refuses sizes that it has not, and what it cannot run", async (stage) => {
  const logging = [{
    name: "app",
    image: "app:1",
    logConfiguration: { logDriver: "awslogs" as const, options: { "awslogs-group": "/x" } },
  }];

  await assert.rejects(stage.register({}, { cpu: "999", memory: "7" }), {
    name: "ClientException",
    message: "No Fargate configuration exists for given values: 999 CPU, 7 memory. " +
      "See the Amazon ECS documentation for the valid values.",
  });
  await assert.rejects(stage.register({}, { cpu: "1024", memory: "1024" }), /1024 CPU, 1024 memory/);
  await assert.rejects(stage.register({}, { networkMode: "bridge" }), /awsvpc/);
  await assert.rejects(
    stage.register({}, { executionRoleArn: undefined, containerDefinitions: logging }),
    /execution role ARN to support log driver awslogs/,
  );
  for (const [cpu, memory] of [["256", "2048"], ["512", "4096"], [".5 vCPU", "1 GB"], ["16384", "122880"]]) {
    assert.match(await stage.register({}, { cpu, memory }), /task-definition/);
  }
});

worldTest("revisions have a date and numbers that never come again", async (stage) => {
  const { ecs } = stage.clients;
  const familyPrefix = `${stage.world.cluster}-app`;
  const families = async () =>
    (await ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix, status: "ACTIVE" }))).families;
  const first = await stage.register();
  const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: first }));
  const before = await families();
  await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: first }));
  await assert.rejects(stage.create("one", { taskDefinition: first }), {
    name: "ClientException",
    message: "TaskDefinition is inactive",
  });
  await ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [first] }));
  const after = await families();

  const second = await stage.register();

  assert.ok(described.taskDefinition?.registeredAt instanceof Date);
  assert.deepEqual([before, after], [[familyPrefix], []]);
  assert.deepEqual([first, second].map((arn) => arn.split(":").at(-1)), ["1", "2"]);
  await assert.rejects(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: first })), {
    name: "ClientException",
  });
});

worldTest("a secret has a name of its own among the variables of its container", async (stage) => {
  const secrets = [{ name: "A", valueFrom: "arn" }];
  const register = (container: object) =>
    stage.register({}, {
      containerDefinitions: [{ name: "app", image: "app:1", memory: 512, ...container }],
    });
  const refused = { name: "ClientException", message: /secret name must be unique.*'A'/ };
  await assert.rejects(register({ secrets, environment: [{ name: "A", value: "1" }] }), refused);
  await assert.rejects(register({ secrets: [...secrets, ...secrets] }), refused);
  assert.ok(await register({ secrets, environment: [{ name: "B", value: "1" }] }));
});

worldTest("tags hold only the characters that AWS allows", async (stage) => {
  const taskDefinition = await stage.register();
  const bad = [{ key: "github_user", value: "dependabot[bot]" }];

  await assert.rejects(stage.register({}, { tags: bad }), /invalid characters/);
  await assert.rejects(stage.create("one", { taskDefinition, tags: bad }), /invalid characters/);
  const made = await stage.create("one", { taskDefinition, tags: [{ key: "pr", value: "1" }] });
  const resourceArn = made?.serviceArn;
  await assert.rejects(
    stage.clients.ecs.send(new TagResourceCommand({ resourceArn, tags: bad })),
    /invalid characters/,
  );
  await stage.clients.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: "sha", value: "a" }] }));

  const { tags = [] } = await stage.describe("one");
  assert.deepEqual(tags.map(({ key, value }) => `${key}=${value}`).sort(), ["pr=1", "sha=a"]);
}, { runner: idleRunner() });
