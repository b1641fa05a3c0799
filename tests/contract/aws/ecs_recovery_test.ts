/**
 * Runs that are interrupted, repeated or overtaken on ECS, over the wire: nothing is lost, nothing is made twice, and
 * what served before serves on. moto answers the calls; each test says what the relay before it adds.
 */
import assert from "node:assert/strict";
import {
  DescribeTaskDefinitionCommand,
  ListServicesCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { identityTags } from "../../../src/drivers/ecs/tags.ts";
import { tagList } from "../../../src/drivers/ecs/sdk/shapes.ts";
import { type PrNumber, prNumber } from "../../../src/lib/ids.ts";
import { type Fault, motoForFile } from "../../worlds/aws/mod.ts";
import {
  type EcsScene,
  failureOf,
  never,
  playEcsScene,
  type SceneOptions,
  statusOf,
  until,
} from "../../worlds/aws/ecs_scene.ts";
import { part } from "../../worlds/require.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

function scene(
  title: string,
  play: (scene: EcsScene) => Promise<void>,
  options: SceneOptions = {},
): void {
  aws.test(title, () => playEcsScene({ ...options, moto }, play));
}

async function serviceNames({ world }: EcsScene): Promise<readonly string[]> {
  const { serviceArns = [] } = await world.aside.ecs.send(
    new ListServicesCommand({ cluster: world.cluster, maxResults: 100 }),
  );
  return serviceArns.map((arn) => arn.slice(arn.lastIndexOf("/") + 1));
}

/** Ways in which a call is done, and nobody is told. */
const AFTER: readonly (readonly [string, Pick<Fault, "kind" | "status">])[] = [
  ["done, but answered with 500", { kind: "after", status: 500 }],
  ["done, but the connection dropped", { kind: "dropped_after" }],
];

for (const [title, fault] of AFTER) {
  scene(`deploy() makes one service where CreateService is ${title}`, async (scene) => {
    // moto's: the service. The relay's: the lost answer, and that the same client token makes nothing anew.
    const { world, deploy, platform, harness, service, revisions } = scene;
    world.faults.add({ ...fault, operation: "CreateService" });

    const deployed = await deploy();

    assert.ok((world.callCounts()["CreateService"] ?? 0) > 1);
    assert.deepEqual(await serviceNames(scene), [service()]);
    assert.equal(await statusOf(deployed.address), 200);
    assert.equal((await harness.tasks(service())).length, 1);
    assert.equal((await revisions()).length, 1);
    const [environment] = await platform.list({ repo: harness.repo, probe: true }, never());
    assert.deepEqual([environment?.healthy, environment?.address], [true, deployed.address]);
  });

  scene(`deploy() goes over to one revision where UpdateService is ${title}`, async (scene) => {
    // moto's: the service. The relay's: the lost answer, and the deployments.
    const { world, deploy, described, service, revisions, harness, platform } = scene;
    const old = await deploy();
    world.faults.add({ ...fault, operation: "UpdateService" });
    world.clearCalls();

    const renewed = await deploy({ flags: { ALPHA: true } });
    const during = await described(service());
    await platform.settle(keyOfService(service()), { repo: harness.repo, epoch: 100 }, never());

    assert.ok((world.callCounts()["UpdateService"] ?? 0) > 1);
    assert.ok((during?.deployments ?? []).length <= 2);
    assert.notEqual(renewed.address, old.address);
    assert.equal(await statusOf(renewed.address), 200);
    assert.equal((await harness.tasks(service())).length, 1);
    assert.deepEqual(await revisions(), [(await described(service()))?.taskDefinition]);
  }, { delays: { drainMs: 100 } });

  scene(`destroy() removes all where DeleteService is ${title}`, async (scene) => {
    // moto's: the deletion. The relay's: the lost answer, and that the service drains.
    const { world, deploy, described, service, revisions, harness, platform } = scene;
    await deploy();
    world.faults.add({ ...fault, operation: "DeleteService" });

    await platform.destroy(keyOfService(service()), { repo: harness.repo, epoch: 100 }, never());

    assert.equal((await described(service()))?.status, "INACTIVE");
    assert.deepEqual(await revisions(), []);
  });
}

scene("destroy() tells that AWS keeps a task definition, and again removes it", async (scene) => {
  // moto's: that it does not delete a revision that is registered. The relay's: that deregistering had no effect.
  const { world, deploy, described, service, revisions, harness, platform } = scene;
  await deploy();
  const owner = { repo: harness.repo, epoch: 100 };
  world.faults.add({
    kind: "error",
    operation: "DeregisterTaskDefinition",
    status: 400,
    code: "ClientException",
  });

  const error = await failureOf(platform.destroy(keyOfService(service()), owner, never()));

  assert.deepEqual([error.code, error.retryable], ["aws_failed", true]);
  assert.match(error.message, /^Deleting .*-pr-\d+:1: AWS keeps it \(.+\)$/);
  assert.equal((await described(service()))?.status, "INACTIVE");
  assert.equal((await revisions()).length, 1);
  await platform.destroy(keyOfService(service()), owner, never());
  assert.deepEqual(await revisions(), []);
});

scene(
  "deploy() registers again where the answer to RegisterTaskDefinition is lost, and destroy() removes both",
  async (scene) => {
    // moto's: both revisions. The relay's: the lost answer.
    const { world, deploy, service, revisions, harness, platform } = scene;
    world.faults.add({ kind: "after", operation: "RegisterTaskDefinition" });
    await deploy();
    assert.equal((await revisions()).length, 2);

    await platform.destroy(keyOfService(service()), { repo: harness.repo, epoch: 100 }, never());

    assert.deepEqual(await revisions(), []);
  },
);

scene(
  "deploy() aborted in the middle of an update puts the old revision back and removes its own",
  async (scene) => {
    // moto's: service and definitions. The relay's: the deployments, of which the old one is taken up again.
    const { world, deploy, described, service, revisions, harness } = scene;
    const old = await deploy();
    const before = await revisions();
    const controller = new AbortController();
    const reason = new Error("interrupted");
    const running = deploy({ flags: { NEVER: true } }, { signal: controller.signal });
    const ended = assert.rejects(running, reason);
    await until(
      async () => (await harness.tasks(service())).length === 2,
      "the new task runs beside the old one",
    );
    assert.notEqual((await described(service()))?.taskDefinition, before[0]);

    controller.abort(reason);
    await ended;

    const after = await described(service());
    assert.equal(after?.taskDefinition, before[0]);
    assert.equal(after?.deployments?.find(({ status }) => status === "PRIMARY")?.taskDefinition, before[0]);
    assert.deepEqual(await revisions(), before);
    assert.equal(await statusOf(old.address), 200);
    assert.equal(world.callCounts()["DeleteService"], undefined);
  },
);

scene("deploy() of an older run changes nothing of what a newer one has deployed", async (scene) => {
  // moto's: service and tags. The relay's: nothing.
  const { world, deploy, described, service, revisions } = scene;
  const newer = await deploy({ epoch: 200 });
  const before = await revisions();
  world.clearCalls();

  const error = await failureOf(deploy({ epoch: 199, flags: { OLD: true } }));

  assert.equal(error.code, "stale_epoch");
  assert.deepEqual(Object.keys(world.callCounts()), ["DescribeServices"]);
  assert.deepEqual(await revisions(), before);
  assert.equal((await described(service()))?.taskDefinition, before[0]);
  assert.equal(await statusOf(newer.address), 200);
});

scene(
  "deploy() that a newer run overtakes while it waits says so, and leaves the newer one's alone",
  async (scene) => {
    // moto's: service and tags. The relay's: the deployments.
    const { world, deploy, described, service, revisions, harness, platform } = scene;
    const overtaken = failureOf(deploy({ epoch: 100, flags: { NEVER: true } }));
    await until(async () => (await harness.tasks(service())).length === 1, "the older run's task is there");

    const newer = await deploy({ epoch: 200 }, { platform: scene.platformWith({}) });
    const error = await overtaken;

    assert.equal(error.code, "stale_epoch", error.message);
    assert.equal(await statusOf(newer.address), 200);
    const now = await described(service());
    assert.equal(now?.status, "ACTIVE");
    assert.equal(now?.tags?.find(({ key }) => key === "showtime_epoch")?.value, "200");
    await platform.settle(keyOfService(service()), { repo: harness.repo, epoch: 200 }, never());
    assert.deepEqual(await revisions(), [now?.taskDefinition]);
    assert.equal(world.callCounts()["DeleteService"], undefined);
  },
  { delays: { drainMs: 100 } },
);

scene(
  "deploy() that is held up before its update, and overtaken there, changes nothing any more",
  async (scene) => {
    // moto's: service and tags. The relay's: that registering takes until the newer run is done.
    const { world, deploy, described, service, revisions, platform, harness } = scene;
    await deploy({ epoch: 100 });
    const { promise, resolve } = Promise.withResolvers<void>();
    world.clearCalls();
    world.faults.add({ kind: "held", operation: "RegisterTaskDefinition", until: promise });
    const overtaken = failureOf(deploy({ epoch: 150, flags: { OLD: true } }));
    await until(() => world.callCounts()["RegisterTaskDefinition"] === 1, "the older run registers");

    const newer = await deploy({ epoch: 200, flags: { NEW: true } }, { platform: scene.platformWith({}) });
    const newest = (await described(service()))?.taskDefinition;
    world.clearCalls();
    resolve();
    const error = await overtaken;

    assert.equal(error.code, "stale_epoch", error.message);
    assert.deepEqual(
      Object.keys(world.callCounts()).filter((name) =>
        /^(Create|Update|Delete)Service$|^TagResource$/.test(name)
      ),
      [],
    );
    const now = await described(service());
    assert.equal(now?.taskDefinition, newest);
    assert.equal(now?.tags?.find(({ key }) => key === "showtime_epoch")?.value, "200");
    assert.equal(await statusOf(newer.address), 200);
    await platform.settle(keyOfService(service()), { repo: harness.repo, epoch: 200 }, never());
    assert.deepEqual(await revisions(), [newest]);
  },
  { delays: { drainMs: 100 } },
);

scene(
  "deploy() that is held up before its creation, and overtaken there, leaves the newer one's alone",
  async (scene) => {
    // moto's: service and tags. The relay's: the hold-up, and the refusal of a second service of the name.
    const { world, deploy, described, service, revisions, platform, harness } = scene;
    const { promise, resolve } = Promise.withResolvers<void>();
    world.faults.add({ kind: "held", operation: "CreateService", until: promise });
    const overtaken = failureOf(deploy({ epoch: 100, flags: { OLD: true } }));
    await until(() => world.callCounts()["CreateService"] === 1, "the older run creates");

    const newer = await deploy({ epoch: 200, flags: { NEW: true } }, { platform: scene.platformWith({}) });
    const newest = (await described(service()))?.taskDefinition;
    resolve();
    const error = await overtaken;

    assert.equal(error.code, "stale_epoch", error.message);
    const now = await described(service());
    assert.deepEqual([now?.status, now?.taskDefinition], ["ACTIVE", newest]);
    assert.equal(await statusOf(newer.address), 200);
    await platform.settle(keyOfService(service()), { repo: harness.repo, epoch: 200 }, never());
    assert.deepEqual(await revisions(), [newest]);
  },
);

scene(
  "deploy() whose creation comes too late says so, and again goes on from what is there",
  async (scene) => {
    // moto's: service and tags. The relay's: the hold-up, and the refusal of a second service of the name.
    const { world, deploy, described, service, revisions, platform, harness } = scene;
    const { promise, resolve } = Promise.withResolvers<void>();
    world.faults.add({ kind: "held", operation: "CreateService", until: promise });
    const late = failureOf(deploy({ epoch: 200 }));
    await until(() => world.callCounts()["CreateService"] === 1, "the newer run creates");

    const older = await deploy({ epoch: 100 }, { platform: scene.platformWith({}) });
    const before = (await described(service()))?.taskDefinition;
    resolve();
    const error = await late;

    assert.deepEqual([error.code, error.retryable], ["already_there", true]);
    assert.deepEqual(await revisions(), [before]);
    assert.equal(await statusOf(older.address), 200);
    const again = await deploy({ epoch: 200 });
    await platform.settle(keyOfService(service()), { repo: harness.repo, epoch: 200 }, never());
    assert.equal(await statusOf(again.address), 200);
    assert.equal((await revisions()).length, 1);
  },
  { delays: { drainMs: 100 } },
);

scene(
  "deploy() leaves to settle() what a run registered that died, and list() says so until then",
  async (scene) => {
    // moto's: definitions and tags. The relay's: nothing.
    const { world, deploy, described, service, revisions, platform, harness, pr, spec } = scene;
    await world.aside.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `${world.cluster}-pr-${pr}`,
        containerDefinitions: [{ name: "app", image: "app", memory: 256 }],
        tags: tagList(identityTags(spec())),
      }),
    );
    const unsettled = async () =>
      (await platform.list({ repo: harness.repo }, never())).map((each) => each.unsettled);

    const deployed = await deploy();

    assert.equal(deployed.unsettled, true);
    assert.deepEqual([await unsettled(), (await revisions()).length], [[true], 2]);
    const owner = { repo: harness.repo, epoch: 100 };
    await platform.settle(keyOfService(service()), owner, never());
    assert.deepEqual(await unsettled(), [false]);
    assert.deepEqual(await revisions(), [(await described(service()))?.taskDefinition]);
    world.clearCalls();
    await platform.settle(keyOfService(service()), owner, never());
    assert.equal(world.callCounts()["TagResource"], undefined);
  },
);

scene(
  "leftovers() are revisions of ours whose pull request has no service, and removeLeftover() removes only those",
  async (scene) => {
    // moto's: definitions and tags. The relay's: when they were registered.
    const { world, deploy, platform, harness, pr, spec, revisions } = scene;
    const { ecs } = world.aside;
    const { repo } = harness;
    const register = async (of: PrNumber, tags: Readonly<Record<string, string>>) => {
      const { taskDefinition } = await ecs.send(
        new RegisterTaskDefinitionCommand({
          family: `${world.cluster}-pr-${of}`,
          containerDefinitions: [{ name: "app", image: "app", memory: 256 }],
          ...(Object.keys(tags).length === 0 ? {} : { tags: tagList(tags) }),
        }),
      );
      return taskDefinition?.taskDefinitionArn ?? "";
    };
    const [died, alive] = [prNumber(pr + 1), prNumber(pr + 2)];
    // A run that dies between the two calls has registered what the next would have made a service of.
    const own = await register(died, identityTags(spec({ pr: died })));
    const foreign = await register(died, identityTags(spec({ pr: died, repo: "someone/else" })));
    const untagged = await register(died, {});
    await deploy({ pr: alive });

    const found = await platform.leftovers({ repo }, never());
    await platform.removeLeftover(own, { repo }, never());
    await platform.removeLeftover(own, { repo }, never());
    const foreignError = await failureOf(platform.removeLeftover(foreign, { repo }, never()));
    const untaggedError = await failureOf(platform.removeLeftover(untagged, { repo }, never()));

    assert.deepEqual(found.map(({ id, what, pr }) => ({ id, what, pr })), [
      { id: own, what: `task definition ${world.cluster}-pr-${died}:1`, pr: died },
    ]);
    assert.ok((found[0]?.createdAt ?? 0) > 0);
    assert.deepEqual([foreignError.code, untaggedError.code], ["not_ours", "not_ours"]);
    assert.deepEqual(await platform.leftovers({ repo }, never()), []);
    for (const taskDefinition of [foreign, untagged]) {
      const kept = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      assert.equal(kept.taskDefinition?.status, "ACTIVE");
    }
    assert.deepEqual(await revisions(), []);
  },
);

scene(
  "deploy() tells why tasks stopped where the circuit breaker goes off before anybody looks",
  async (scene) => {
    // moto's: service and definitions. The relay's: tasks, the circuit breaker, and that it goes back.
    const { world, deploy, described, service, revisions } = scene;
    const old = await deploy();
    const before = await revisions();
    const progress: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    // Two looks before the update, the third after it.
    world.faults.add({ kind: "held", operation: "DescribeServices", nth: 3, until: promise });

    const failing = failureOf(
      deploy({ flags: { EXIT: true } }, { onProgress: (text) => progress.push(text) }),
    );
    await until(async () => {
      const { taskDefinition, events = [] } = await described(service()) ?? {};
      return taskDefinition === before[0] && events.some(({ message }) => /rolling back/.test(message ?? ""));
    }, "ECS has gone back");
    resolve();
    const error = await failing;

    assert.equal(error.code, "unhealthy");
    assert.match(error.message, /the container ended with exit code 3/);
    assert.ok(error.logTail.includes("giving up: no database"), error.logTail.join("\n"));
    assert.ok(progress.some((text) => /rolling back to deployment/.test(text)), progress.join("\n"));
    const now = await described(service());
    assert.equal(now?.taskDefinition, before[0]);
    assert.deepEqual(await revisions(), before);
    assert.equal(await statusOf(old.address), 200);
    // ECS went back by itself.
    assert.equal(world.callCounts()["UpdateService"], 1);
  },
);
