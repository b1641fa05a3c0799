/** Answers that AWS's types do not have: nulls in lists and fields, and a certificate that is not trusted. */
import assert from "node:assert/strict";
import { EcsCalls } from "../../../src/drivers/ecs/sdk/ecs.ts";
import { withoutNulls } from "../../../src/drivers/ecs/sdk/call.ts";
import { motoForFile, withEnv } from "../../worlds/aws/mod.ts";
import { failureOf, never, playEcsScene } from "../../worlds/aws/ecs_scene.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

Deno.test("withoutNulls() removes nulls at any depth, and keeps dates and empty values", () => {
  const at = new Date(0);
  assert.deepEqual(
    withoutNulls({ a: [null, { b: null, c: "", d: 0, at }], e: { f: null }, g: [], h: false }),
    { a: [{ c: "", d: 0, at }], e: {}, g: [], h: false },
  );
});

aws.test("list(), reach(), logs() and settle() read answers with nulls as if the field were not there", async () => {
  await playEcsScene({ moto }, async ({ world, platform, harness, service, deploy, pr }) => {
    const { repo } = harness;
    await deploy();
    const key = keyOfService(service());
    const nulls = {
      serviceName: service(),
      serviceArn: null,
      status: "ACTIVE",
      desiredCount: 1,
      runningCount: null,
      pendingCount: null,
      taskDefinition: null,
      deployments: [null, {
        id: null,
        status: null,
        taskDefinition: null,
        rolloutState: null,
        createdAt: null,
      }],
      events: [null, { id: null, message: null, createdAt: null }],
      tags: [null, { key: "pr", value: String(pr) }, { key: null, value: null }],
      createdAt: null,
    };
    const task = {
      taskArn: "arn:aws:ecs:us-east-1:1:task/x",
      group: `service:${service()}`,
      lastStatus: "RUNNING",
      taskDefinitionArn: null,
      containers: null,
      createdAt: null,
      attachments: [null, { type: "ElasticNetworkInterface", details: [null, { name: null, value: null }] }],
    };

    world.faults.add(
      { kind: "stale", operation: "ListServices", body: { serviceArns: [null, service()], nextToken: null } },
      { kind: "stale", operation: "DescribeServices", body: { services: [null, nulls], failures: null } },
      { kind: "stale", operation: "DescribeTasks", body: { tasks: [null, task], failures: null } },
    );
    const [found] = await platform.list({ repo, probe: true }, never());
    assert.deepEqual(
      [found?.service, found?.managed, found?.createdAt, found?.address, found?.healthy],
      [service(), false, undefined, undefined, false],
    );

    world.faults.add({ kind: "stale", operation: "DescribeTasks", body: { tasks: [null, task] } });
    assert.deepEqual(await platform.reach([key], never()), [{ address: undefined, answer: undefined }]);

    world.faults.add({
      kind: "stale",
      operation: "DescribeTaskDefinition",
      body: {
        taskDefinition: { containerDefinitions: [null, { name: "app", environment: null }] },
        tags: null,
      },
    });
    const lines: string[] = [];
    for await (const line of platform.logs(key, { tail: 5, follow: false }, never())) lines.push(line);
    await platform.settle(key, { repo, epoch: 100 }, never());
    assert.equal(await harness.isThere(service()), true);
  });
});

aws.test("deploy() outlives answers with nulls while it waits", async () => {
  await playEcsScene({ moto }, async ({ world, deploy }) => {
    world.faults.add(
      { kind: "stale", operation: "DescribeTasks", nth: 1, body: { tasks: [null], failures: [null] } },
      { kind: "stale", operation: "ListTasks", nth: 1, body: { taskArns: null, nextToken: null } },
    );
    assert.match((await deploy()).address, /:8080$/);
  });
});

Deno.test("a certificate that is not trusted ends a call at once, and the hint names DENO_CERT", async () => {
  let attempts = 0;
  const fetch = () => {
    attempts++;
    const cause = new Error("client error (Connect): invalid peer certificate: UnknownIssuer");
    return Promise.reject(
      new TypeError("fetch failed", { cause: new TypeError("error sending request", { cause }) }),
    );
  };
  const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  await withEnv(keys, async () => {
    const calls = new EcsCalls({ region: "eu-west-1", cluster: "c", fetch });
    const error = await failureOf(calls.serviceNames(never()));
    assert.deepEqual([error.code, error.retryable, attempts], ["certificate_untrusted", false, 1]);
    assert.match(
      error.message,
      /^Listing services: the certificate that answers for AWS is not trusted \(.*UnknownIssuer\)$/,
    );
    assert.match(error.hint ?? "", /DENO_CERT.*DENO_TLS_CA_STORE=system/);
  });
});
