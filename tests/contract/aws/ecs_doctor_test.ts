/**
 * What `doctor` says about AWS, over the wire, with IAM enforced.
 *
 * moto's: keys, and whether a policy allows the action of a call; what is there and what is not. It compares every policy
 * with the resource `*`, so resources and conditions are widened for it. The relay's: iam:PassRole, and what ECR says of
 * layers and uploads that there are not, which moto does not know (so nothing is shown about who may ask for them). Of a
 * log stream that is not there moto says that the group is not: here there is one.
 */
import assert from "node:assert/strict";
import { CreateLogStreamCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand, ListImagesCommand } from "@aws-sdk/client-ecr";
import { ListServicesCommand, ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import type { GlobalFlags } from "../../../src/cli/wiring_types.ts";
import type { Finding } from "../../../src/lib/finding.ts";
import { accessPolicy, completeAwsSettings } from "../../../src/environments/core/setup/mod.ts";
import { makeSimulator, parseSeed, serveSimulator } from "../../../src/simulators/github/mod.ts";
import { makeEcrDiagnosis, makeEcsDiagnosis } from "../../../src/drivers/ecs/mod.ts";
import type { EcsDiagnosisOptions } from "../../../src/drivers/ecs/diagnose/diagnose.ts";
import { examine } from "../../../src/cli/commands/general/doctor.ts";
import { makeWiring } from "../../../src/wiring/wiring.ts";
import {
  type AwsWorld,
  type EcsHarness,
  makeAwsWorld,
  makeEcsHarness,
  motoForFile,
  plainRunner,
  withEnv,
} from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";
import { makeWorld } from "../../worlds/world.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const never = new AbortController().signal;
const NOT_IN_MOTO = [
  ["BatchCheckLayerAvailability", "LayerInaccessibleException"],
  ["GetDownloadUrlForLayer", "LayersNotFoundException"],
  ["UploadLayerPart", "UploadNotFoundException"],
  ["CompleteLayerUpload", "UploadNotFoundException"],
] as const;

const FLAGS: GlobalFlags = {
  repo: undefined,
  platform: undefined,
  config: undefined,
  json: false,
  quiet: false,
  verbose: false,
  color: false,
  dryRun: false,
  dryRunGithub: false,
  dryRunAws: false,
  dryRunDocker: false,
  awsSleepSeconds: undefined,
};

interface Scene {
  readonly world: AwsWorld;
  readonly harness: EcsHarness;
  readonly image: string;
  /** What doctor finds with the least policy, without some of its actions and with others. */
  ecs(change?: Change): Promise<readonly Finding[]>;
  ecr(change?: Change & { readonly image?: string }): Promise<readonly Finding[]>;
}

interface Change {
  readonly without?: readonly string[];
  readonly also?: readonly string[];
  readonly config?: Partial<EcsDiagnosisOptions["config"]>;
}

/** The least policy on any resource, but for the role that is handed over. */
function makePolicy(
  { executionRole }: AwsWorld,
  image: string,
  { without = [], also = [] }: Change,
): unknown {
  const place = completeAwsSettings({
    region: "eu-west-1",
    image,
    cluster: "previews",
    container: "app",
    subnets: [],
    securityGroups: [],
    logGroup: undefined,
    executionRole,
    taskRole: undefined,
  });
  const { Statement } = accessPolicy(place);
  return {
    Version: "2012-10-17",
    Statement: [
      ...Statement.flatMap(({ Action, Condition, ...rest }): unknown[] => {
        const actions = [Action].flat().filter((action) => !without.includes(action));
        if (actions.length === 0) return [];
        return actions.includes("iam:PassRole")
          ? [{ ...rest, Action: actions, Condition }]
          : [{ ...rest, Action: actions, Resource: "*" }];
      }),
      ...also.map((Action, index) => ({ Sid: `Also${index}`, Effect: "Allow", Action, Resource: "*" })),
    ],
  };
}

async function onGuardedAws(act: (scene: Scene) => Promise<void>): Promise<void> {
  if (moto === undefined) throw new Error("Making a world: moto does not run");
  const world = await makeAwsWorld({ moto, runner: plainRunner(), iam: true });
  const image = `${world.account}.dkr.ecr.${world.region}.amazonaws.com/${world.cluster}`;
  const harness = makeEcsHarness(world, { image: "acme/app:x" });
  try {
    await world.aside.logs.send(
      new CreateLogStreamCommand({ logGroupName: world.logGroup, logStreamName: "ecs/app/pr-0" }),
    );
    await act({
      world,
      harness,
      image,
      async ecs(change = {}) {
        const env = await world.addUser(makePolicy(world, image, change));
        const config = { ...harness.config, ...change.config };
        return await withEnv(
          env,
          () => makeEcsDiagnosis({ config, regionSource: "AWS_REGION" }).diagnose(never),
        );
      },
      async ecr(change = {}) {
        const env = await world.addUser(makePolicy(world, image, change));
        world.faults.add(...NOT_IN_MOTO.map(([operation, code]) => ({
          kind: "error" as const,
          operation,
          status: 400,
          code,
        })));
        const options = { image: change.image ?? image, tag: "pr-0-0000000-ci" };
        return await withEnv(env, () => makeEcrDiagnosis(options).diagnose(never));
      },
    });
  } finally {
    await harness.dispose();
  }
}

function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ name, status }) => `${status} ${name}`);
}

aws.test("makeEcsDiagnosis() finds all well with the least policy, and leaves nothing behind", async () => {
  await onGuardedAws(async ({ world, ecs }) => {
    const findings = await ecs();

    assert.deepEqual(told(findings), [
      "ok AWS identity",
      "ok AWS permissions",
      "ok cluster",
      "ok log group",
      "ok subnets",
      "ok security groups",
    ], JSON.stringify(findings, null, 1));
    assert.match(findings[0]?.detail ?? "", /:user\/user-\S+, in \S+ \(AWS_REGION\)$/);
    assert.match(findings[1]?.detail ?? "", /^all 17 actions/);
    // The least policy does not let it look at these.
    assert.match(findings[4]?.detail ?? "", /^not checked: ec2:DescribeSubnets is not allowed/);
    const { serviceArns } = await world.aside.ecs.send(new ListServicesCommand({ cluster: world.cluster }));
    const { taskDefinitionArns } = await world.aside.ecs.send(
      new ListTaskDefinitionsCommand({ familyPrefix: `${world.cluster}-pr-0` }),
    );
    assert.deepEqual([serviceArns, taskDefinitionArns], [[], []]);
  });
});

aws.test("makeEcsDiagnosis() names exactly the actions that are not allowed, and what to write", async () => {
  await onGuardedAws(async ({ world, ecs }) => {
    for (
      const without of [
        ["ecs:UpdateService", "ec2:DescribeNetworkInterfaces"],
        ["iam:PassRole", "ecs:TagResource"],
        ["ecs:ListServices", "logs:GetLogEvents"],
        ["ecs:DeleteTaskDefinitions", "ecs:RegisterTaskDefinition"],
      ]
    ) {
      const failures = (await ecs({ without })).filter(({ status }) => status !== "ok");

      const named = failures.map(({ detail }) => detail).sort();
      assert.deepEqual(named, without.map((action) => `${action} is not allowed`).sort());
      for (const { fix } of failures) {
        assert.match(fix ?? "", /^Allow \S+:\S+ on \S.* for arn:aws:iam::\d{12}:user\/user-/);
      }
    }
    const [failure] = (await ecs({ without: ["ecs:DeleteService"] })).filter(({ status }) => status !== "ok");
    const services = `arn:aws:ecs:${world.region}:${world.account}:service/${world.cluster}/pr-*`;
    assert.ok(failure?.fix?.includes(`Allow ecs:DeleteService on ${services} for `), failure?.fix);
  });
});

aws.test("makeEcsDiagnosis() has a probe for every action of the least policy", async () => {
  await onGuardedAws(async ({ world, ecs, ecr }) => {
    await world.aside.ecr.send(new CreateRepositoryCommand({ repositoryName: world.cluster }));
    const allowed = [...await ecs(), ...await ecr()];
    const counts = allowed.flatMap(({ detail }) => /^all (\d+) actions/.exec(detail)?.[1] ?? []).map(Number);

    const { Statement } = accessPolicy(
      completeAwsSettings({
        region: "eu-west-1",
        image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/previews",
        cluster: "previews",
        container: "app",
        subnets: [],
        securityGroups: [],
        logGroup: undefined,
        executionRole: undefined,
        taskRole: undefined,
      }),
    );
    // Beginning an upload to ECR is not asked for.
    const wanted = new Set(Statement.flatMap(({ Action }) => Action)).size - 1;
    assert.equal(counts.reduce((sum, each) => sum + each, 0), wanted);
  });
});

aws.test("makeEcsDiagnosis() asks for the right to look up requests where they count, and only there", async () => {
  await onGuardedAws(async ({ world, harness, ecs }) => {
    const { listener } = await world.addLoadBalancer();
    const look = async (countsRequests: boolean, also: readonly string[]) => {
      const sampleUrl = "http://pr-1.preview.example";
      const balancer = {
        listener,
        certificateCheck: true,
        port: harness.config.port,
        sampleUrl,
        countsRequests,
      };
      const findings = await ecs({ also: ["elasticloadbalancing:*", ...also], config: { balancer } });
      return findings.filter(({ name }) => name === "load balancer permissions");
    };

    const denied = await look(true, []);
    // moto names the action by the service of the signature; IAM itself calls it cloudwatch:GetMetricData.
    assert.deepEqual(denied.map(({ detail }) => detail), ["monitoring:GetMetricData is not allowed"]);
    assert.deepEqual(told(await look(true, ["monitoring:GetMetricData"])), ["ok load balancer permissions"]);
    assert.deepEqual(told(await look(false, [])), ["ok load balancer permissions"]);
  });
});

aws.test("makeEcsDiagnosis() looks at subnets and security groups where it may", async () => {
  const also = ["ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"];
  await onGuardedAws(async ({ world, ecs }) => {
    const there = await ecs({ also });
    const missing = await ecs({
      also,
      config: {
        subnets: [...world.subnets, "subnet-0123456789abcdef0"],
        securityGroups: ["sg-0123456789abcdef0"],
      },
    });

    const of = (findings: readonly Finding[], name: string) => findings.find((each) => each.name === name);
    assert.deepEqual(of(there, "subnets")?.detail, world.subnets.join(", "));
    assert.equal(of(there, "security groups")?.status, "ok");
    assert.equal(of(missing, "subnets")?.status, "failure");
    assert.equal(of(missing, "subnets")?.detail, `not in ${world.region}: subnet-0123456789abcdef0`);
    assert.match(of(missing, "subnets")?.fix ?? "", /aws ec2 describe-subnets --region /);
    assert.equal(of(missing, "security groups")?.detail, `not in ${world.region}: sg-0123456789abcdef0`);
  });
});

aws.test("makeEcsDiagnosis() says what is not there: cluster, log group, credentials", async () => {
  await onGuardedAws(async ({ world, harness, ecs }) => {
    const elsewhere = await ecs({ config: { cluster: "nowhere", logGroup: "/ecs/nowhere" } });
    const nobody = await withEnv(
      { ...world.env, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: "/nonexistent" },
      () => makeEcsDiagnosis({ config: harness.config, regionSource: "default" }).diagnose(never),
    );
    const stranger = await withEnv(
      { ...world.env, AWS_ACCESS_KEY_ID: "AKIAUNKNOWN000000000" },
      () => makeEcsDiagnosis({ config: harness.config, regionSource: "default" }).diagnose(never),
    );

    const wrong = elsewhere.filter(({ status }) => status !== "ok");
    assert.deepEqual(
      told(wrong),
      ["failure cluster", "failure log group"],
      JSON.stringify(elsewhere, null, 1),
    );
    assert.match(wrong[0]?.fix ?? "", /aws ecs create-cluster --region \S+ --cluster-name nowhere$/);
    assert.match(
      wrong[1]?.fix ?? "",
      /aws logs create-log-group --region \S+ --log-group-name \/ecs\/nowhere$/,
    );
    assert.deepEqual(told(nobody), ["failure AWS identity"]);
    assert.match(nobody[0]?.detail ?? "", /there are no AWS credentials/);
    assert.match(nobody[0]?.fix ?? "", /aws sso login/);
    assert.deepEqual(told(stranger), ["failure AWS identity"]);
    assert.match(stranger[0]?.detail ?? "", /AWS does not accept the credentials/);
  });
});

aws.test("makeEcrDiagnosis() finds what may not be done with images, and a repository that is not there", async () => {
  await onGuardedAws(async ({ world, image, ecr }) => {
    const absent = await ecr();
    await world.aside.ecr.send(new CreateRepositoryCommand({ repositoryName: world.cluster }));
    const well = await ecr();
    const poor = await ecr({ without: ["ecr:PutImage", "ecr:BatchDeleteImage"] });
    const foreign = await ecr({ image: image.replace(/^\d{12}/, "999999999999") });

    assert.equal(absent[0]?.status, "failure");
    assert.match(
      absent[0]?.fix ?? "",
      /aws ecr create-repository --region \S+ --repository-name showtime-\S+$/,
    );
    assert.deepEqual(told(well), ["ok registry", "ok ECR permissions"], JSON.stringify(well, null, 1));
    assert.match(well[1]?.detail ?? "", /InitiateLayerUpload is not probed/);
    assert.deepEqual(poor.filter(({ status }) => status !== "ok").map(({ detail }) => detail), [
      "ecr:BatchDeleteImage is not allowed",
      "ecr:PutImage is not allowed",
    ]);
    assert.ok(foreign.some(({ detail }) => detail.includes("999999999999")), JSON.stringify(foreign));
    const { imageIds } = await world.aside.ecr.send(new ListImagesCommand({ repositoryName: world.cluster }));
    assert.deepEqual(imageIds, []);
  });
});

aws.test("doctor looks at GitHub, engine, registry and AWS with what the configuration names", async () => {
  await onGuardedAws(async ({ world, harness, image }) => {
    await world.aside.ecr.send(new CreateRepositoryCommand({ repositoryName: world.cluster }));
    const file = await Deno.makeTempFile({ suffix: ".yml" });
    await Deno.writeTextFile(
      file,
      JSON.stringify(settings(world, { image, container: harness.config.container })),
    );
    const github = serveSimulator(makeSimulator(parseSeed({ repository: "acme/app", token_owner: "ana" })), {
      port: 0,
    });
    const user = await world.addUser(makePolicy(world, image, { without: ["ecs:UpdateService"] }));
    const env = {
      ...user,
      GITHUB_API_URL: github.url,
      GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
      GITHUB_REPOSITORY: "acme/app",
    };
    world.faults.add(...NOT_IN_MOTO.map(([operation, code]) => ({
      kind: "error" as const,
      operation,
      status: 400,
      code,
    })));
    try {
      const findings = await withEnv(user, async () => {
        const wiring = await makeWiring({ env, signal: never, keepSecret: () => {} });
        const { terminal } = makeWorld().context();
        return await examine(wiring, { flags: { ...FLAGS, config: file }, terminal, pr: undefined }, never);
      });

      const names = findings.map(({ name }) => name);
      for (
        const name of [
          "configuration",
          "token",
          "docker engine",
          "registry",
          "AWS identity",
          "cluster",
          "platform",
        ]
      ) {
        assert.ok(names.includes(name), `${name} is not among ${names.join(", ")}`);
      }
      const identity = findings.find(({ name }) => name === "AWS identity");
      assert.ok(identity?.detail.endsWith(`, in ${world.region} (AWS_REGION)`), identity?.detail);
      const denied = findings.filter(({ detail }) => detail.endsWith("is not allowed")).map(({ detail }) =>
        detail
      );
      assert.deepEqual(denied, ["ecs:UpdateService is not allowed"]);
    } finally {
      await github.stop();
      await Deno.remove(file);
    }
  });
});

function settings(
  world: AwsWorld,
  { image, container }: { readonly image: string; readonly container: string },
) {
  return {
    version: 1,
    platform: "ecs",
    build: { image },
    ecs: {
      cluster: world.cluster,
      container,
      subnets: world.subnets,
      security_groups: world.securityGroups,
      log_group: world.logGroup,
      execution_role: world.executionRole,
    },
  };
}
