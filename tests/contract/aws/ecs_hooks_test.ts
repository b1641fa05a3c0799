/**
 * Hooks on ECS: `after_start` as a container of the task, `before_stop` as a task of its own. moto answers the calls; the
 * relay before it gives the same task for a client token, plays its life, and checks tagging against policies.
 */
import assert from "node:assert/strict";
import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import type { Hooks } from "../../../src/environments/core/environment/hooks.ts";
import { fullSha, shortSha } from "../../../src/lib/ids.ts";
import type { AppError } from "../../../src/lib/errors.ts";
import type { HookEvents } from "../../../src/environments/ports/hook_events.ts";
import { makeEcsPlatform } from "../../../src/drivers/ecs/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import { newSecret } from "../../../src/wiring/new_secret.ts";
import { readTemplate } from "../../../src/drivers/ecs/deploy/template.ts";
import { makeAwsWorld, makeEcsHarness, motoForFile, plainRunner, withEnv } from "../../worlds/aws/mod.ts";
import { type EcsScene, failureOf, never, playEcsScene, SHA_A, until } from "../../worlds/aws/ecs_scene.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const KEY_SHA = shortSha(SHA_A);

function hooks(change: Partial<Hooks>): { readonly hooks: Hooks } {
  return {
    hooks: { afterStart: undefined, beforeStop: undefined, when: "created", timeoutMs: 120_000, ...change },
  };
}

function scene(title: string, play: (scene: EcsScene) => Promise<void>): void {
  aws.test(title, () => playEcsScene({ moto }, play));
}

/** The tasks that belong to no service. */
function alone({ world }: EcsScene) {
  return world.tasks().filter((task) => task.alone !== undefined);
}

scene(
  "the container of after_start is appended to a template, and has what the application has",
  async (scene) => {
    const { world, deploy, described, service, platformWith } = scene;
    const health = { command: ["CMD", "true"] };
    const text = JSON.stringify({
      containerDefinitions: [
        {
          name: "app",
          cpu: 128,
          memory: 256,
          healthCheck: health,
          environment: [{ name: "OWN", value: "1" }],
        },
        { name: "sidecar", image: "sidecar", memory: 64, essential: false },
      ],
    });
    const template = readTemplate(text, { path: "task.json", container: "app" });

    await deploy({}, { platform: platformWith({ template, ...hooks({ afterStart: ["echo", "seeded"] }) }) });

    const { taskDefinition } = await world.aside.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: (await described(service()))?.taskDefinition }),
    );
    const [app, sidecar, hook] = taskDefinition?.containerDefinitions ?? [];
    assert.deepEqual([app?.name, sidecar?.name, hook?.name], ["app", "sidecar", "showtime-after-start"]);
    assert.deepEqual([app?.entryPoint ?? [], app?.essential], [[], true]);
    assert.deepEqual(
      {
        entryPoint: hook?.entryPoint,
        command: hook?.command,
        essential: hook?.essential,
        dependsOn: hook?.dependsOn,
        image: hook?.image,
        ports: hook?.portMappings ?? [],
        health: hook?.healthCheck,
        limits: [hook?.cpu ?? 0, hook?.memory, hook?.memoryReservation],
      },
      {
        entryPoint: ["echo"],
        command: ["seeded"],
        essential: false,
        dependsOn: [{ containerName: "app", condition: "HEALTHY" }],
        image: app?.image,
        ports: [],
        health: undefined,
        limits: [0, undefined, undefined],
      },
    );
    assert.deepEqual(hook?.environment, app?.environment);
  },
);

scene(
  "after_start without a health check in the container is refused before anything is made",
  async (scene) => {
    const { deploy, harness, platformWith, revisions } = scene;
    const platform = platformWith({
      ...hooks({ afterStart: "true" }),
      health: { ...harness.config.health, command: undefined },
    });

    const error = await failureOf(deploy({}, { platform }));

    assert.deepEqual([error.code, error.exitCode], ["hook_without_health", 2]);
    assert.match(error.hint ?? "", /environment\.health\.command/);
    assert.deepEqual(await revisions(), []);
  },
);

scene("an update in place registers a definition without the hook of what is created", async (scene) => {
  const { world, deploy, described, platformWith, service } = scene;
  const platform = platformWith(hooks({ afterStart: "echo seeded" }));
  await deploy({}, { platform });
  await deploy({ flags: { ALPHA: true } }, { platform });

  const { taskDefinition } = await world.aside.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: (await described(service()))?.taskDefinition }),
  );

  assert.deepEqual(taskDefinition?.containerDefinitions?.map(({ name }) => name), ["app"]);
});

scene("an update in place says that its address does not answer while after_start runs", async (scene) => {
  const { spec, platformWith } = scene;
  const platform = platformWith(hooks({ afterStart: "echo seeded", when: "always" }));
  const gaps: string[] = [];
  const events = {
    onProgress: () => {},
    onGap: (sentence: string) => Promise.resolve(void gaps.push(sentence)),
  };
  await platform.deploy(spec(), events, never());
  assert.deepEqual(gaps, []);

  await platform.deploy(spec({ flags: { ALPHA: true } }), events, never());

  assert.equal(gaps.length, 1);
  assert.match(gaps[0] ?? "", /nothing answers at its address until the hook has ended/);
});

scene("before_stop waits for the task of a run that died, and starts no second one", async (scene) => {
  const { deploy, harness, platformWith, described, service, pr } = scene;
  const file = await Deno.makeTempFile();
  // The command goes on until the file is gone.
  const platform = platformWith(
    hooks({ beforeStop: `echo waiting; while [ -e ${file} ]; do sleep 0.05; done`, timeoutMs: 3_600_000 }),
  );
  await deploy({}, { platform });
  const owner = { repo: harness.repo, epoch: 100 };
  const dying = new AbortController();
  const first = platform.destroy({ pr, short: KEY_SHA }, owner, dying.signal);
  await until(() => alone(scene).some(({ lastStatus }) => lastStatus === "RUNNING"), "the task runs");
  dying.abort(new Error("killed"));
  await assert.rejects(first, /killed/);
  assert.equal((await described(service()))?.status, "ACTIVE");

  const found = Promise.withResolvers<void>();
  const heard = { onHook: () => ({ line: () => found.resolve(), end: () => {} }) };
  const second = platform.destroy({ pr, short: KEY_SHA }, { ...owner, epoch: 101, hooks: heard }, never());
  // A task that ends before the second run looks for it is not waited for.
  await Promise.race([found.promise, second]);
  await Deno.remove(file);
  await second;

  assert.equal(alone(scene).length, 1);
  assert.equal(alone(scene)[0]?.containers[0]?.exitCode, 0);
  assert.equal(await harness.isThere(service()), false);
});

scene(
  "leftovers() finds the task of a hook that nobody waits for, and then its definition",
  async (scene) => {
    const { deploy, harness, platformWith, pr } = scene;
    const { repo } = harness;
    const platform = platformWith(hooks({ beforeStop: "exec sleep 1000", timeoutMs: 3_600_000 }));
    await deploy({}, { platform });
    const dying = new AbortController();
    const first = platform.destroy({ pr, short: KEY_SHA }, { repo, epoch: 100 }, dying.signal);
    await until(() => alone(scene).some(({ lastStatus }) => lastStatus === "RUNNING"), "the task runs");
    dying.abort(new Error("killed"));
    await assert.rejects(first, /killed/);

    const tasks = await platform.leftovers({ repo }, never());
    const others = await platform.leftovers({ repo: "someone/else" }, never());
    const [task] = tasks;
    assert.deepEqual(tasks.map((each) => [each.what.replace(/ [\w-]+$/, ""), each.pr]), [["hook task", pr]]);
    assert.ok((task?.createdAt ?? 0) > 0);
    assert.deepEqual(others, []);
    await assert.rejects(platform.removeLeftover(task?.id ?? "", { repo: "someone/else" }, never()), {
      code: "not_ours",
    });
    await platform.removeLeftover(task?.id ?? "", { repo }, never());
    await until(() => alone(scene)[0]?.lastStatus === "STOPPED", "the task has stopped");

    const definitions = await platform.leftovers({ repo }, never());
    for (const { id } of definitions) await platform.removeLeftover(id, { repo }, never());

    assert.deepEqual(definitions.map((each) => each.what), [
      `task definition ${scene.world.cluster}-pr-${pr}-hook:1`,
    ]);
    assert.deepEqual(await platform.leftovers({ repo }, never()), []);
  },
);

scene("secrets in the output of a hook are masked, in its lines and in its failure", async (scene) => {
  const { harness, spec, world } = scene;
  let secret = "";
  const platform = makeEcsPlatform({
    clock: world.clock,
    probe: makeHealthProbe(),
    newSecret: () => secret = newSecret(),
    keepSecret: () => {},
    redact: (text) => text.replaceAll(secret, "***"),
    config: { ...harness.config, ...hooks({ afterStart: 'echo "key $APP_SECRET"; exit 1' }) },
  });
  const lines: string[] = [];
  const onHook = () => ({ line: (text: string) => void lines.push(text), end: () => {} });

  const error = await failureOf(platform.deploy(spec(), { onProgress: () => {}, onHook }, never()));

  assert.equal(secret.length, 43);
  assert.deepEqual([lines, error.logTail], [["key ***"], ["key ***"]]);
});

scene("a lost answer to RunTask starts one task", async (scene) => {
  const { deploy, harness, platformWith, pr, world } = scene;
  const platform = platformWith(hooks({ beforeStop: "echo dropped" }));
  const lines: string[] = [];
  const events: HookEvents = { onHook: () => ({ line: (text) => void lines.push(text), end: () => {} }) };
  await deploy({}, { platform });
  world.faults.add({ operation: "RunTask", kind: "dropped_after" });

  await platform.destroy({ pr, short: KEY_SHA }, { repo: harness.repo, epoch: 100, hooks: events }, never());

  assert.equal(alone(scene).length, 1);
  assert.deepEqual(lines, ["dropped"]);
});

scene("without hooks, nothing about them is asked of AWS", async (scene) => {
  const { deploy, harness, platform, pr, world } = scene;
  await deploy();
  world.clearCalls();

  await platform.leftovers({ repo: harness.repo }, never());
  await platform.destroy({ pr, short: KEY_SHA }, { repo: harness.repo, epoch: 100 }, never());

  const calls = world.calls();
  assert.equal(calls.some(({ operation }) => /RunTask|StopTask|ListTasks/.test(operation)), false);
  assert.equal(JSON.stringify(calls.map(({ input }) => input)).includes("-hook"), false);
});

scene(
  "the relay gives the same task for a client token, and refuses containers that are not there",
  async ({ world }) => {
    const { ecs } = world.aside;
    const { cluster } = world;
    const made = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `${cluster}-token`,
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        containerDefinitions: [{
          name: "only",
          image: "acme/app:fine",
          memory: 512,
          entryPoint: ["sh", "-c"],
          command: ["exit 7"],
        }],
      }),
    );
    const taskDefinition = made.taskDefinition?.taskDefinitionArn;
    const input = {
      cluster,
      taskDefinition,
      launchType: "FARGATE" as const,
      startedBy: "showtime-hook",
      clientToken: "same",
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [...world.subnets], securityGroups: [...world.securityGroups] },
      },
    };

    const [first, second] = [
      await ecs.send(new RunTaskCommand(input)),
      await ecs.send(new RunTaskCommand(input)),
    ];
    const containerOverrides = [{ name: "nobody", command: ["true"] }];
    const refused = await ecs.send(
      new RunTaskCommand({ ...input, clientToken: "other", overrides: { containerOverrides } }),
    ).catch((error) => error);

    const arn = first.tasks?.[0]?.taskArn ?? "";
    assert.equal(second.tasks?.[0]?.taskArn, arn);
    assert.equal(refused.name, "InvalidParameterException");
    const look = async () => (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }))).tasks?.[0];
    const seen = new Set<string>();
    await until(async () => {
      const task = await look();
      seen.add(task?.lastStatus ?? "");
      return task?.lastStatus === "STOPPED";
    }, "it has stopped");
    const ended = await look();
    assert.ok(!seen.has(""), [...seen].join());
    assert.deepEqual(
      [ended?.containers?.[0]?.exitCode, ended?.stopCode, ended?.startedBy, ended?.group],
      [7, "EssentialContainerExited", "showtime-hook", `family:${cluster}-token`],
    );
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, family: `${cluster}-token` }));
    assert.deepEqual(taskArns, [], "a stopped task is not among those that run");
  },
);

/** A policy of the documentation, in the names of a world. */
async function statementsOf(name: string): Promise<readonly Record<string, unknown>[]> {
  const url = new URL(`../../../docs/policies/${name}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url)).Statement;
}

aws.test("the policy of docs/policies/hooks.json is enough for before_stop, and each part is needed", async (t) => {
  assert.ok(moto !== undefined, "moto runs");
  const world = await makeAwsWorld({
    moto,
    runner: plainRunner(),
    iam: true,
    delays: { drainMs: 60, healthMs: 40 },
  });
  const harness = makeEcsHarness(world, { image: "acme/app:x" });
  const [own, further] = [await statementsOf("ecs"), await statementsOf("hooks")];
  // moto compares resources with `*` only; the relay checks tagging and roles.
  const widened = (each: Record<string, unknown>) => ({
    ...each,
    Resource: each["Sid"] === "TagHooks"
      ? `arn:aws:ecs:${world.region}:${world.account}:task/${world.cluster}/*`
      : each["Action"] === "iam:PassRole"
      ? world.executionRole
      : "*",
    Condition: each["Sid"] === "TagHooks" || each["Action"] === "iam:PassRole"
      ? each["Condition"]
      : undefined,
  });
  // The tagging of services and definitions must not stand for that of tasks.
  const narrow = own.map((each) =>
    each["Sid"] === "Tags"
      ? {
        ...each,
        Resource: ["service", "task-definition"].map((kind) =>
          `arn:aws:ecs:${world.region}:${world.account}:${kind}/*`
        ),
        Condition: undefined,
      }
      : widened(each)
  );
  const play = async (without?: string): Promise<readonly AppError[]> => {
    const failures: AppError[] = [];
    const statements = [...narrow, ...further.filter(({ Sid }) => Sid !== without).map(widened)];
    const env = await world.addUser({ Version: "2012-10-17", Statement: statements });
    await withEnv(env, async () => {
      const pr = harness.freshPr();
      const platform = harness.platformWith(hooks({ beforeStop: "exec sleep 1000", timeoutMs: 30_000 }));
      const sha = fullSha(SHA_A);
      await platform.deploy(
        {
          repo: world.repo,
          pr,
          sha,
          image: "acme/app:x",
          settings: { size: "standard", flags: {}, login: undefined },
          requestedBy: "ana",
          createdAt: Date.UTC(2026, 0, 15),
          expiresAt: undefined,
          epoch: 100,
        },
        { onProgress: () => {} },
        never(),
      );
      const events = { onHookFailed: (failure: AppError) => void failures.push(failure) };
      await platform.destroy(
        { pr, short: KEY_SHA },
        { repo: world.repo, epoch: 100, hooks: events },
        never(),
      );
      assert.deepEqual(await platform.list({ repo: world.repo, pr }, never()), [], "it is gone all the same");
    });
    return failures;
  };
  try {
    await t.step("all of it: the command is ended at its time", async () => {
      assert.deepEqual((await play()).map(({ code }) => code), ["hook_failed"]);
    });
    for (
      const [sid, action] of [["RunHooks", "RunTask"], ["StopHooks", "StopTask"], ["TagHooks", "TagResource"]]
    ) {
      await t.step(`without ${sid}: what is told names ecs:${action}`, async () => {
        const [failure] = await play(sid);
        assert.equal(failure?.code, "permission");
        assert.match(failure.message, new RegExp(`the permission ecs:${action}`));
      });
    }
  } finally {
    await harness.dispose();
  }
});
