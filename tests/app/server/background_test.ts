/** Polls and schedules, on a real database. */

import assert from "node:assert/strict";
import { pollRepository } from "../../../src/pipelines/app/server/poll_repository.ts";
import { runSchedule } from "../../../src/pipelines/app/server/run_schedule.ts";
import type { ServerPipeline } from "../../../src/pipelines/core/builds/server_pipeline.ts";
import { startServerWorld, WEB } from "../../worlds/builds/server_world.ts";

const NEVER = new AbortController().signal;

Deno.test("a poll queues what moved, was new or fits the tags, once, and nothing at its first look", async () => {
  const pipeline: ServerPipeline = {
    ...WEB,
    tagPattern: /^(?:v\d+)$/,
    on: { ...WEB.on, pushBranches: ["main", "rel/*"], pollMs: 1000 },
  };
  await using server = await startServerWorld({ pipelines: [pipeline] });
  let refs: Readonly<Record<string, string>> = {};
  const ports = {
    ...server.ports,
    remoteRefs: { list: () => Promise.resolve(new Map(Object.entries(refs))) },
  };
  const poll = async (changed: Readonly<Record<string, string | undefined>>) => {
    refs = Object.fromEntries(
      Object.entries({ ...refs, ...changed }).flatMap(([name, sha]) =>
        sha === undefined ? [] : [[name, sha]]
      ),
    );
    const before = (await server.ports.store.builds({ limit: 100 }, NEVER)).length;
    const queued = await pollRepository(ports, pipeline, NEVER);
    const builds = await server.ports.store.builds({ limit: 100 }, NEVER);
    assert.equal(builds.length - before, queued);
    const jobs = await Promise.all(
      builds.slice(0, queued).reverse().map(({ id }) => server.ports.store.job(id, NEVER)),
    );
    return jobs.map((job) => `${job?.ref} ${job?.sha ?? ""} ${job?.changes.kind}`);
  };
  const [a, b, c] = ["a".repeat(40), "b".repeat(40), "c".repeat(40)];
  assert.deepEqual(await poll({ "refs/heads/main": a, "refs/heads/x": a, "refs/tags/v1": a }), []);
  assert.deepEqual(await poll({}), []);
  assert.deepEqual(await poll({ "refs/heads/main": b, "refs/heads/x": b }), [`main ${b} range`]);
  const many = Object.fromEntries(["v2", "v3", "v4", "v5", "w1"].map((tag) => [`refs/tags/${tag}`, c]));
  assert.deepEqual(
    await poll({ ...many, "refs/tags/v2^{}": a }),
    ["v2", "v3", "v4", "v5"].map((tag) => `${tag}  all`),
  );
  assert.deepEqual(await poll({ "refs/heads/rel/1": c }), [`rel/1 ${c} all`]);
  assert.deepEqual(await poll({ "refs/heads/rel/1": undefined, "refs/tags/v5": undefined }), []);
  assert.deepEqual(await poll({ "refs/heads/main": a }), [`main ${a} range`], "a branch that went back");
  assert.deepEqual(await poll({ "refs/heads/main": b }), [`main ${b} range`], "and came again");
});

Deno.test("a poll that is repeated after a crash between queueing and remembering queues nothing twice", async () => {
  await using server = await startServerWorld();
  let sha = "a".repeat(40);
  const ports = {
    ...server.ports,
    remoteRefs: { list: () => Promise.resolve(new Map([["refs/heads/main", sha]])) },
  };
  await pollRepository(ports, WEB, NEVER);
  sha = "b".repeat(40);
  const dying = {
    ...ports,
    store: { ...ports.store, swapNote: () => Promise.reject(new Error("power cut")) },
  };
  await assert.rejects(pollRepository(dying, WEB, NEVER), /power cut/);
  assert.equal(await pollRepository(ports, WEB, NEVER), 0);
  assert.equal((await server.ports.store.builds({ limit: 9 }, NEVER)).length, 1);
  sha = "c".repeat(40);
  await assert.rejects(pollRepository(dying, WEB, NEVER), /power cut/);
  sha = "d".repeat(40);
  assert.equal(await pollRepository(ports, WEB, NEVER), 1, "what moved once more in between is built");
});

Deno.test("a schedule runs at its time, and missed runs count as one", async () => {
  const pipeline: ServerPipeline = { ...WEB, on: { ...WEB.on, schedule: "hourly" } };
  await using server = await startServerWorld({ pipelines: [pipeline] });
  const hour = 3_600_000;
  const ports = {
    ...server.ports,
    nextRun: (_: string, after: number) => (Math.floor(after / hour) + 1) * hour,
  };
  const count = async () => {
    await runSchedule(ports, pipeline, NEVER);
    return (await server.ports.store.builds({ limit: 99 }, NEVER)).length;
  };
  assert.equal(await count(), 0, "a new schedule begins now");
  server.pass(hour - 1);
  assert.equal(await count(), 0);
  server.pass(1);
  assert.equal(await count(), 1);
  assert.equal(await count(), 1);
  server.pass(5 * hour);
  assert.equal(await count(), 2);
  assert.equal(await count(), 2);
  assert.equal((await server.ports.store.builds({ limit: 1 }, NEVER))[0]?.cause.kind, "schedule");
});
