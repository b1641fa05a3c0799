/** What doctor finds out about a load balancer, without changing anything. */
import assert from "node:assert/strict";
import { AuthorizeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import { CreateLoadBalancerCommand, CreateRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { UrlAnswer } from "../../../../src/drivers/ecs/mod.ts";
import { makeEcsDiagnosis } from "../../../../src/drivers/ecs/mod.ts";
import {
  diagnoseBalancer,
  type DiagnosedBalancer,
} from "../../../../src/drivers/ecs/diagnose/diagnose_balancer.ts";
import { AppError } from "../../../../src/lib/errors.ts";
import type { Finding } from "../../../../src/lib/finding.ts";
import { never } from "../../../worlds/aws/ecs_scene.ts";
import { type BalancedScene, playBalancedScene } from "../../../worlds/aws/balancing/balanced_scene.ts";
import { motoForFile } from "../../../worlds/aws/mod.ts";
import { part } from "../../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const FINE: UrlAnswer = { ok: false, answer: "404", kind: "status" };

function scene(title: string, play: (scene: BalancedScene) => Promise<void>): void {
  aws.test(title, () => playBalancedScene({ moto }, play));
}

async function diagnose(
  { harness, balancer }: BalancedScene,
  { answer = FINE, url = "http://pr-1.preview.example", listener = balancer.listener }: {
    readonly answer?: UrlAnswer;
    readonly url?: string;
    readonly listener?: string;
  } = {},
): Promise<readonly Finding[]> {
  const { config } = harness;
  const diagnosis = makeEcsDiagnosis({
    config: {
      ...config,
      balancer: { listener, certificateCheck: true, port: config.port, sampleUrl: url, countsRequests: true },
    },
    regionSource: "AWS_REGION",
    askUrl: () => Promise.resolve(answer),
  });
  return (await diagnosis.diagnose(never())).filter(({ name }) =>
    /load balancer|environment\.url/.test(name)
  );
}

const shown = (findings: readonly Finding[]) => findings.map(({ name, status }) => [name, status]);

scene("doctor finds a load balancer in order, and creates nothing", async (scene) => {
  const { world, harness, balancer } = scene;
  await world.aside.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: world.securityGroups[0],
      IpPermissions: [{
        IpProtocol: "tcp",
        FromPort: harness.config.port,
        ToPort: harness.config.port,
        UserIdGroupPairs: [{ GroupId: world.securityGroups[0] }],
      }],
    }),
  );

  const findings = await diagnose(scene);

  assert.deepEqual(shown(findings), [
    ["load balancer permissions", "ok"],
    ["load balancer", "ok"],
    ["load balancer: rules", "ok"],
    ["load balancer: zones", "ok"],
    ["load balancer: security groups", "ok"],
    ["environment.url", "ok"],
  ]);
  assert.deepEqual(await scene.routes(), { rules: [], groups: [] });
  assert.ok(balancer.port > 0);
});

scene(
  "doctor names a security group that keeps the load balancer out, and the scheme that does not fit",
  async (scene) => {
    const findings = await diagnose(scene, { url: "https://pr-1.preview.example" });
    const find = (name: string) => findings.find((each) => each.name === name);

    assert.equal(find("load balancer: security groups")?.status, "failure");
    assert.match(
      find("load balancer: security groups")?.fix ?? "",
      /authorize-security-group-ingress .* --port 8080/,
    );
    assert.equal(find("load balancer")?.status, "warning");
    assert.match(
      find("load balancer")?.detail ?? "",
      /speaks HTTP on port 80, and environment\.url begins with https/,
    );
  },
);

scene("doctor names a rule with a pattern that hides those of pull requests", async (scene) => {
  await scene.world.aside.elb.send(
    new CreateRuleCommand({
      ListenerArn: scene.balancer.listener,
      Priority: 10,
      Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: ["*.preview.example"] } }],
      Actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    }),
  );

  const findings = await diagnose(scene);

  const found = findings.find(({ name }) => name === "load balancer: rules");
  assert.deepEqual([found?.status, found?.detail], [
    "failure",
    "the rule for *.preview.example comes before all others",
  ]);
});

scene("doctor names a listener that is not there", async (scene) => {
  const listener = scene.balancer.listener.replace(/[0-9a-f]{16}$/, "0".repeat(16));

  const findings = await diagnose(scene, { listener });

  assert.match(
    findings.find(({ name, status }) => name === "load balancer" && status === "failure")?.detail ?? "",
    /there is no listener/,
  );
});

scene(
  "doctor names a name that leads nowhere with the record to add, and a certificate that does not cover it",
  async (scene) => {
    const lost = await diagnose(scene, { answer: { ok: false, answer: "unknown host name", kind: "dns" } });
    const untrusted = await diagnose(scene, { answer: { ok: false, answer: "", kind: "certificate" } });
    const find = (findings: readonly Finding[]) => findings.find(({ name }) => name === "environment.url");

    assert.match(
      find(lost)?.fix ?? "",
      /^Point \*\.preview\.example to \S+\.elb\.amazonaws\.com, as a CNAME/,
    );
    assert.match(find(untrusted)?.fix ?? "", /Add a certificate for \*\.preview\.example to the listener/);
  },
);

scene("doctor names subnets in zones that the load balancer is not enabled for", async (scene) => {
  const { world, harness } = scene;
  const { LoadBalancers = [] } = await world.aside.elb.send(
    new CreateLoadBalancerCommand({ Name: `one-${scene.pr}`, Subnets: world.subnets.slice(0, 1) }),
  );
  assert.equal(LoadBalancers.length, 1);
  const zones = (LoadBalancers[0]?.AvailabilityZones ?? []).flatMap(({ ZoneName }) => ZoneName ?? []);
  const config: DiagnosedBalancer = {
    region: world.region,
    listener: scene.balancer.listener,
    certificateCheck: true,
    subnets: world.subnets,
    securityGroups: world.securityGroups,
    port: harness.config.port,
    sampleUrl: "http://pr-1.preview.example",
  };
  const denied = new AppError(
    "permission",
    "Looking: the AWS credentials lack the permission ec2:DescribeSubnets",
  );
  const tools = (letsIn: () => Promise<boolean>) => ({
    elb: {
      listener: () => Promise.resolve({ protocol: "HTTP", port: 80 }),
      loadBalancer: () => Promise.resolve({ vpc: "", dnsName: "", zones, securityGroups: [] }),
      rules: () => Promise.resolve([]),
    },
    network: {
      zones: () => Promise.resolve(new Map([["subnet-a", zones[0] ?? ""], ["subnet-b", "us-east-1z"]])),
      letsIn,
    },
    askUrl: () => Promise.resolve(FINE),
  });

  const findings = await diagnoseBalancer(tools(() => Promise.reject(denied)), config, never());

  const of = (name: string) => findings.find((each) => each.name === `load balancer: ${name}`);
  assert.match(of("zones")?.detail ?? "", /does not send people to tasks in subnet-b \(us-east-1z\)/);
  assert.deepEqual([
    of("security groups")?.status,
    /only doctor uses it/.test(of("security groups")?.detail ?? ""),
  ], ["ok", true]);
});
