/** The requests of environments behind a load balancer, as CloudWatch has them by target group. */
import assert from "node:assert/strict";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { shortSha } from "../../../../src/lib/ids.ts";
import { playBalancedScene } from "../../../worlds/aws/balancing/balanced_scene.ts";
import { never, SHA_A } from "../../../worlds/aws/ecs_scene.ts";
import { motoForFile } from "../../../worlds/aws/mod.ts";
import { part } from "../../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const HOUR = 3_600_000;

aws.test("ecs behind a load balancer: requests() counts those of the environment's own target group", async () => {
  await playBalancedScene({ moto }, async (scene) => {
    const { balanced, balancer, pr, world } = scene;
    await scene.deploy();
    const service = await scene.described(scene.service());
    const group = service?.loadBalancers?.[0]?.targetGroupArn ?? "";
    const client = new CloudWatchClient({
      endpoint: moto?.url ?? "",
      region: world.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: new FetchHttpHandler({ requestTimeout: 60_000 }),
    });
    const now = world.clock.now();
    const put = async (targetGroup: string, { agoMs, count }: { agoMs: number; count: number }) => {
      await client.send(
        new PutMetricDataCommand({
          Namespace: "AWS/ApplicationELB",
          MetricData: [{
            MetricName: "RequestCount",
            Dimensions: [
              {
                Name: "LoadBalancer",
                Value: balancer.listener.split("listener/")[1]?.replace(/\/[^/]+$/, ""),
              },
              { Name: "TargetGroup", Value: targetGroup },
            ],
            Timestamp: new Date(now - agoMs),
            Value: count,
            Unit: "Count",
          }],
        }),
      );
    };
    try {
      await put(group.slice(group.indexOf("targetgroup/")), { agoMs: HOUR, count: 3 });
      await put(group.slice(group.indexOf("targetgroup/")), { agoMs: 5 * HOUR, count: 40 });
      await put("targetgroup/another/0123456789abcdef", { agoMs: HOUR, count: 500 });
    } finally {
      client.destroy();
    }
    const newest = async (since: number) => {
      const [at] = await balanced.newestRequests([{ pr, short: shortSha(SHA_A) }], { since }, never());
      return typeof at === "number" ? Math.floor((now - at) / HOUR * 10) / 10 : at;
    };

    assert.equal(await newest(now - 6 * HOUR), 0.9);
    assert.equal(await newest(now - HOUR / 2), "none");
  });
});

aws.test("ecs: newestRequests() does not know those of an environment without a load balancer", async () => {
  await playBalancedScene({ moto }, async (scene) => {
    const { harness, pr } = scene;
    await scene.deploy({}, { platform: harness.platform });

    const key = { pr, short: shortSha(SHA_A) };
    assert.deepEqual(await harness.platform.newestRequests([key], { since: 0 }, never()), [undefined]);
  });
});
