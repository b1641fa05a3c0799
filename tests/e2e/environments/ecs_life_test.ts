/**
 * The program as a process, on AWS as `tests/worlds/aws` plays it: moto's control plane behind the relay, tasks as real
 * containers, images in a real registry. Between two looks at a service lie 15 real seconds.
 */
import assert from "node:assert/strict";
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { type AwsWorld, containerRunner, makeAwsWorld, motoForFile } from "../../worlds/aws/mod.ts";
import { startRegistry, type TestRegistry } from "../../worlds/docker/registry.ts";
import { part } from "../../worlds/require.ts";
import { A, B, onStage, type Stage, START, statusOf, STOP } from "../../worlds/stage.ts";

const parts = [
  await part("aws"),
  await part("docker"),
  await part("registry"),
  await part("busybox"),
] as const;
const [aws] = parts;
const missing = parts.find((each) => each.missing !== undefined);
const moto = missing === undefined ? await motoForFile(aws) : undefined;
const needs = missing ?? aws;

interface Scene {
  readonly world: AwsWorld;
  readonly stage: Stage;
  readonly registry: TestRegistry;
  /** Runs the program with the world's variables. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<Stage["run"]>;
}

function configOf(
  world: Pick<AwsWorld, "cluster" | "subnets" | "securityGroups" | "logGroup">,
  host: string,
): string {
  return `version: 1
platform: ecs
build: { image: "${host}/team/app" }
environment:
  health:
    timeout: 3m
    interval: 500ms
    command: "wget -q -O /dev/null http://127.0.0.1:8080/health || exit 1"
  sizes: { standard: { cpu: 256, memory: 512 }, large: { cpu: 512, memory: 1024 } }
  variables: { SECRET: "{secret}" }
  flags: { prefix: FEATURE_, on: "on", off: "off" }
ecs:
  cluster: ${world.cluster}
  subnets: [${world.subnets.join(", ")}]
  security_groups: [${world.securityGroups.join(", ")}]
  container: app
  log_group: ${world.logGroup}
  execution_role: showtime-execution
`;
}

/** Sets a world, a registry and a stage up, plays, and clears everything. */
async function onAws(
  labels: readonly string[],
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  if (moto === undefined) throw new Error("Making a world: moto does not run");
  await using registry = await startRegistry();
  // Containers are asked for their health rarely, as ECS does: every 30 s at most.
  const delays = { healthMs: 10_000, drainMs: 1000 };
  const world = await makeAwsWorld({ moto, runner: containerRunner(), speed: 1, delays });
  try {
    await onStage({ labels, config: configOf(world, registry.host) }, async (stage) => {
      const variables = Object.entries(world.env).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const]
      );
      await act({
        world,
        stage,
        registry,
        run: (args, env = {}) => stage.run(args, { ...Object.fromEntries(variables), ...env }),
      });
    });
  } finally {
    await world.dispose();
  }
}

async function tags({ registry }: Scene): Promise<readonly string[]> {
  const answer = await fetch(`http://${registry.host}/v2/team/app/tags/list`);
  return (await answer.json()).tags ?? [];
}

async function revisions({ world, stage }: Scene): Promise<readonly string[]> {
  const family = `${world.cluster}-pr-${stage.pr}`;
  const found: string[] = [];
  for (const status of ["ACTIVE", "INACTIVE"] as const) {
    const page = await world.aside.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: family, status }));
    found.push(...page.taskDefinitionArns ?? []);
  }
  return found;
}

async function serviceStatus({ world, stage }: Scene, sha: string): Promise<string | undefined> {
  const service = `pr-${stage.pr}-${sha.slice(0, 7)}-service`;
  const found = await world.aside.ecs.send(
    new DescribeServicesCommand({ cluster: world.cluster, services: [service] }),
  );
  return found.services?.[0]?.status;
}

/** Asks the address on the labels every 100 ms until it is stopped; counts what did not answer there. */
function poll(stage: Stage): { stop(): Promise<{ readonly asked: number; readonly refused: number }> } {
  let polling = true;
  const count = { asked: 0, refused: 0 };
  const loop = (async () => {
    while (polling) {
      const address = await stage.address();
      const fine = await fetch(`http://${address}/health`).then(
        async (answer) => (await answer.text(), answer.ok),
        () => false,
      );
      count.asked++;
      if (!fine && address === await stage.address()) count.refused++;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    async stop() {
      polling = false;
      await loop;
      return count;
    },
  };
}

needs.test("ecs: a whole life, from a label to a task with an address and back to nothing", async () => {
  await onAws([START, "bug"], async (scene) => {
    const { stage, world, run } = scene;
    const sync = () => run(["sync", String(stage.pr)]);

    const created = await sync();
    assert.equal(created.code, 0, created.err);
    assert.match(created.err, /has started 1 tasks/);
    const labels = await stage.labels();
    assert.ok(labels.includes("🎪 aaaaaaa 🚦 running"), labels.join(", "));
    assert.equal(await statusOf(await stage.address()), 200);
    assert.deepEqual(await tags(scene), [`pr-${stage.pr}-aaaaaaa-ci`]);
    const secret = await stage.variable("SECRET");

    world.clearCalls();
    const again = await sync();
    assert.equal(again.code, 0, again.err);
    assert.deepEqual(
      Object.keys(world.callCounts()).filter((name) => !/^(List|Describe)/.test(name)),
      [],
      "a second sync changes nothing on AWS",
    );

    const status = JSON.parse((await run(["status", String(stage.pr), "--json"])).out);
    const [environment] = status.environments;
    assert.deepEqual([environment.status, environment.platform, environment.address], [
      "running",
      "ecs",
      await stage.address(),
    ]);
    assert.match(environment.links.service, new RegExp(`^https://us-east-1\\..*/clusters/${world.cluster}/`));
    const log = await run(["logs", String(stage.pr), "--tail", "5"]);
    assert.match(log.out, /listening on 8080/);
    world.clearCalls();
    const list = JSON.parse((await run(["list", "--json"])).out);
    assert.deepEqual(list.environments.map(({ pr, status }: Record<string, unknown>) => [pr, status]), [
      [stage.pr, "running"],
    ]);
    assert.deepEqual(world.callCounts(), { ListServices: 1, DescribeServices: 1 });

    await stage.label({ add: ["🎪 conf-enable-DARK_MODE"] });
    const polled = poll(stage);
    const flagged = await sync();
    const { asked, refused } = await polled.stop();
    assert.equal(flagged.code, 0, flagged.err);
    assert.equal(refused, 0, `${refused} of ${asked}`);
    assert.ok(asked > 50, `${asked} asked`);
    assert.equal(await stage.variable("FEATURE_DARK_MODE"), "on");
    assert.equal(await stage.variable("SECRET"), secret);
    assert.equal((await revisions(scene)).length, 1);

    await Deno.writeTextFile(`${stage.folder}/www/version`, "b");
    await stage.push(B);
    const updated = await sync();
    assert.equal(updated.code, 0, updated.err);
    const moved = await stage.labels();
    assert.ok(moved.includes("🎪 bbbbbbb 🚦 running"), moved.join(", "));
    assert.deepEqual(moved.filter((name) => name.includes("aaaaaaa")), []);
    assert.equal(await serviceStatus(scene, A), "INACTIVE");
    assert.equal(await statusOf(await stage.address()), 200);
    assert.deepEqual(await tags(scene), [`pr-${stage.pr}-bbbbbbb-ci`]);
    assert.equal((await revisions(scene)).length, 1);

    await stage.label({ add: [STOP] });
    const stopped = await sync();
    assert.equal(stopped.code, 0, stopped.err);
    assert.deepEqual(await stage.labels(), ["bug"]);
    assert.equal(await serviceStatus(scene, B), "INACTIVE");
    assert.deepEqual([await tags(scene), await revisions(scene)], [[], []]);
    assert.deepEqual((await stage.state()).labels.filter(({ name }) => /[ab]{7}|lock/.test(name)), []);
  });
});

needs.test("ecs: an update that fails is told with its log in the comment, and the old task goes on serving", async () => {
  await onAws([START], async (scene) => {
    const { stage, run } = scene;
    assert.equal((await run(["sync", String(stage.pr)])).code, 0);
    const before = await stage.address();
    await stage.label({ add: ["🎪 conf-enable-EXIT"] });

    const failed = await run(["sync", String(stage.pr)]);

    assert.equal(failed.code, 1, failed.err);
    assert.match(failed.err, /ended with exit code 3/);
    const comment = await stage.comment();
    assert.match(comment, /did not become healthy/);
    assert.match(comment, /giving up: no database/);
    assert.equal(await statusOf(before), 200);
    assert.equal((await revisions(scene)).length, 1);
    const [service] = (await scene.world.aside.ecs.send(
      new DescribeServicesCommand({
        cluster: scene.world.cluster,
        services: [`pr-${stage.pr}-aaaaaaa-service`],
      }),
    )).services ?? [];
    assert.deepEqual(await revisions(scene), [service?.taskDefinition]);
  });
});

needs.test("ecs: what is wrong with credentials, cluster or template is said before anything is changed", async () => {
  await onAws([START], async ({ stage, world, run }) => {
    const untouched = async (done: { code: number; err: string }, words: RegExp) => {
      assert.equal(done.code, 2, done.err);
      assert.match(done.err, words);
      assert.deepEqual(await stage.labels(), [START]);
      assert.deepEqual((await stage.state()).labels.filter(({ name }) => name.includes("lock")), []);
      assert.equal((await stage.simulator.requests()).filter(({ write }) => write).length, 0);
    };
    const sync = ["sync", String(stage.pr)];
    const none = {
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      AWS_CONFIG_FILE: `${stage.folder}/none`,
      AWS_SHARED_CREDENTIALS_FILE: `${stage.folder}/none`,
    };

    await untouched(await run(sync, none), /no AWS credentials[^]*configure-aws-credentials/);
    await untouched(
      await run(sync, { ECS_CLUSTER: "elsewhere", SHOWTIME_ECS__CLUSTER: "elsewhere" }),
      /no cluster "elsewhere" in us-east-1/,
    );
    await untouched(await run(sync, { AWS_REGION: "eu-west-3" }), /no cluster .* in eu-west-3[^]*AWS_REGION/);
    world.faults.add({ kind: "expired", operation: "ListServices", times: 10 });
    await untouched(await run(sync), /credentials have expired/);
    world.faults.clear();
    const template = { SHOWTIME_ECS__TASK_DEFINITION: "task.json" };
    await untouched(await run(sync, template), /task\.json.*no such file|task\.json.*not there/i);
    await Deno.writeTextFile(`${stage.folder}/task.json`, "family: x");
    await untouched(await run(sync, template), /task\.json.*not JSON/);
    await Deno.writeTextFile(`${stage.folder}/task.json`, '{"containerDefinitions":[{"name":"web"}]}');
    await untouched(await run(sync, template), /no container "app" \(it has "web"\)/);
  });
});

needs.test("ECS replaces a task, and one cleanup shows the new address everywhere", async () => {
  await onAws([START], async (scene) => {
    const { world, stage, run } = scene;
    const { cluster } = world;
    const up = await run(["sync", String(stage.pr)]);
    assert.equal(up.code, 0, up.err);
    const old = await stage.address();
    const serviceName = `pr-${stage.pr}-aaaaaaa-service`;
    const running = async () =>
      (await world.aside.ecs.send(new ListTasksCommand({ cluster, serviceName, desiredStatus: "RUNNING" })))
        .taskArns ?? [];
    const [task] = await running();
    await world.aside.ecs.send(new StopTaskCommand({ cluster, task, reason: "Fargate maintenance" }));
    for (const until = performance.now() + 60_000; performance.now() < until;) {
      const tasks = (await running()).filter((arn) => arn !== task);
      if (tasks.length > 0) {
        const found = await world.aside.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
        if (found.tasks?.some(({ lastStatus }) => lastStatus === "RUNNING")) break;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }

    const done = await run(["cleanup", "--json"]);

    assert.equal(done.code, 0, done.err);
    assert.equal(JSON.parse(done.out).mended.length, 1, done.out);
    const address = await stage.address();
    assert.notEqual(address, old);
    assert.equal(await statusOf(address), 200);
    const { deployments } = await stage.state();
    const shown = {
      labels: (await stage.labels()).join("\n"),
      comment: await stage.comment(),
      deployment: JSON.stringify(deployments.at(-1)?.statuses.at(-1)),
      list: (await run(["list", "--json"])).out,
      url: (await run(["url", String(stage.pr)])).out,
    };
    for (const [where, text] of Object.entries(shown)) {
      assert.ok(!text.includes(old) && text.includes(address), `${where}: ${text}`);
    }
    assert.equal((await run(["stop", String(stage.pr), "--force"])).code, 0);
  });
});
