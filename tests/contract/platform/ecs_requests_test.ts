/** How the newest requests of environments are found: by CloudWatch's metric of a load balancer, as moto keeps it. */
import assert from "node:assert/strict";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { Aws } from "../../../src/drivers/ecs/aws.ts";
import { findNewestRequests, targetOf } from "../../../src/drivers/ecs/requests.ts";
import type { TrafficTarget } from "../../../src/drivers/ecs/sdk/metrics.ts";
import type { NewestRequest } from "../../../src/environments/core/environment/environment.ts";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { fullSha, prNumber, type ServiceName, shortSha } from "../../../src/lib/ids.ts";
import { motoForFile, withEnv } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const MINUTE = 60_000;
const REGION = "eu-central-1";
const SHA = shortSha(fullSha("a".repeat(40)));

function target(pr: number): TrafficTarget {
  return {
    targetGroup: `targetgroup/st-1-${pr}/0123456789abcdef`,
    loadBalancer: "app/previews/0123456789abcdef",
  };
}

/** The part of a service's description that is about its load balancer. */
function behindBalancer(pr: number) {
  const arn = `arn:aws:elasticloadbalancing:${REGION}:123456789012`;
  return {
    loadBalancers: [{
      targetGroupArn: `${arn}:${target(pr).targetGroup}`,
      containerName: "app",
      containerPort: 80,
    }],
    tags: [{
      key: "showtime_listener",
      value: `${arn}:listener/${target(pr).loadBalancer}/fedcba9876543210`,
    }],
  };
}

function service(pr: number): ServiceName {
  return formatServiceName(prNumber(pr), SHA);
}

/** Whether a request is found at its time, or later by the precision of the answer. */
function isAbout(found: NewestRequest, { agoMs, late }: { agoMs: number; late: number }): boolean {
  return typeof found === "number" && found <= agoMs && found >= agoMs - late;
}

/** Looks with the driver's own client, and puts data points there as a load balancer does. */
async function withCounts(
  work: (scene: {
    readonly now: number;
    readonly put: (pr: number, at: { agoMs: number; count: number }) => Promise<void>;
    /** How long ago the newest requests were, in milliseconds. */
    readonly agoOf: (
      prs: readonly number[],
      of: { agoMs: number; known?: readonly number[] },
    ) => Promise<readonly NewestRequest[]>;
  }) => Promise<void>,
): Promise<void> {
  if (moto === undefined) throw new Error("moto does not run");
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new CloudWatchClient({
    endpoint: moto.url,
    region: REGION,
    credentials,
    requestHandler: new FetchHttpHandler({ requestTimeout: 60_000 }),
  });
  const now = Date.now();
  const variables = { AWS_ENDPOINT_URL: moto.url, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  try {
    await withEnv(variables, async () => {
      const { metrics } = new Aws({ region: REGION, cluster: "c" });
      await work({
        now,
        async put(pr, { agoMs, count }) {
          const { targetGroup, loadBalancer } = target(pr);
          await client.send(
            new PutMetricDataCommand({
              Namespace: "AWS/ApplicationELB",
              MetricData: [{
                MetricName: "RequestCount",
                Dimensions: [
                  { Name: "LoadBalancer", Value: loadBalancer },
                  { Name: "TargetGroup", Value: targetGroup },
                ],
                Timestamp: new Date(now - agoMs),
                Value: count,
                Unit: "Count",
              }],
            }),
          );
        },
        async agoOf(prs, { agoMs, known = prs }) {
          // What DescribeServices says of services behind a load balancer.
          const described = prs.map((pr) => ({
            serviceName: service(pr),
            status: "ACTIVE",
            ...(known.includes(pr) ? behindBalancer(pr) : {}),
          }));
          const ecs = Promise.resolve({ services: () => Promise.resolve(described) });
          const deps = { aws: { ecs, metrics }, clock: { now: () => now } };
          const newest = await findNewestRequests(
            deps as unknown as Parameters<typeof findNewestRequests>[0],
            { services: prs.map(service), since: now - agoMs },
            new AbortController().signal,
          );
          return newest.map((at) => typeof at === "number" ? now - at : at);
        },
      });
    });
  } finally {
    client.destroy();
  }
}

aws.test("ecs: newestRequests() finds the newest request of each target group since a time, and none without data", async () => {
  await withCounts(async ({ put, agoOf }) => {
    await put(1, { agoMs: 20 * MINUTE, count: 4 });
    await put(1, { agoMs: 10 * MINUTE, count: 3 });
    await put(1, { agoMs: 5 * MINUTE, count: 0 });
    await put(1, { agoMs: 150 * MINUTE, count: 100 });
    await put(2, { agoMs: 150 * MINUTE, count: 5 });

    const [first, ...others] = await agoOf([1, 2, 3], { agoMs: 100 * MINUTE });
    assert.ok(isAbout(first, { agoMs: 10 * MINUTE, late: MINUTE }), String(first));
    assert.deepEqual(others, ["none", "none"]);
    const [none, second, again] = await agoOf([3, 2, 1], { agoMs: 180 * MINUTE });
    assert.equal(none, "none");
    assert.ok(isAbout(second, { agoMs: 150 * MINUTE, late: 2 * MINUTE }), String(second));
    assert.ok(isAbout(again, { agoMs: 10 * MINUTE, late: 2 * MINUTE }), String(again));
  });
});

aws.test("ecs: newestRequests() over weeks is late by no more than a hundredth, and never early", async () => {
  await withCounts(async ({ put, agoOf }) => {
    const DAY = 1440 * MINUTE;
    await put(21, { agoMs: 9 * DAY, count: 1 });
    await put(22, { agoMs: 30 * DAY, count: 1 });
    await put(23, { agoMs: 1000, count: 1 });

    for (const span of [10, 16, 40, 90]) {
      const [found] = await agoOf([21], { agoMs: span * DAY });
      assert.ok(
        isAbout(found, { agoMs: 9 * DAY, late: span * DAY / 100 + 60 * MINUTE }),
        `${span}: ${found}`,
      );
    }
    assert.deepEqual(await agoOf([22], { agoMs: 16 * DAY }), ["none"]);
    assert.deepEqual(await agoOf([23], { agoMs: 16 * DAY }), [0], "not later than now");
  });
});

aws.test("ecs: newestRequests() of an environment without a target group is not known", async () => {
  await withCounts(async ({ put, agoOf }) => {
    await put(11, { agoMs: MINUTE, count: 2 });

    const [unknown, known] = await agoOf([10, 11], { agoMs: 60 * MINUTE, known: [11] });
    assert.deepEqual([unknown, typeof known], [undefined, "number"]);
    assert.deepEqual(await agoOf([10], { agoMs: 60 * MINUTE, known: [] }), [undefined]);
    assert.deepEqual(await agoOf([], { agoMs: 60 * MINUTE }), []);
  });
});

Deno.test("targetOf() reads the dimensions of the metric from the ARNs, and nothing from other forms", () => {
  assert.deepEqual(targetOf(behindBalancer(7)), target(7));
  const { loadBalancers, tags } = behindBalancer(7);
  assert.equal(targetOf({ loadBalancers }), undefined);
  assert.equal(targetOf({ tags }), undefined);
  assert.equal(targetOf({ loadBalancers, tags: [{ key: "showtime_listener", value: "" }] }), undefined);
  assert.equal(targetOf({ loadBalancers: [{ targetGroupArn: "targetgroup/a" }], tags }), undefined);
});
