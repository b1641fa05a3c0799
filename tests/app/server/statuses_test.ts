/** The statuses that builds give their commits. */

import assert from "node:assert/strict";
import { StatusWriter } from "../../../src/pipelines/app/server/show_statuses.ts";
import type { CommitStatus } from "../../../src/ports/commit_status.ts";
import { type ServerWorld, startServerWorld } from "../../worlds/builds/server_world.ts";

const NEVER = new AbortController().signal;
const SHA = "c".repeat(40);

function writerFor(server: ServerWorld, write: (status: CommitStatus) => Promise<void>) {
  const said: string[] = [];
  const writer = new StatusWriter({
    store: server.ports.store,
    statuses: (repository) => repository.includes("github.com") ? { write } : undefined,
    urlOf: (id) => `https://ci.example/builds/${id}`,
    say: (line) => said.push(line),
  });
  return { writer, said };
}

async function startBuild(server: ServerWorld, events = true): Promise<void> {
  await server.send("POST /webhook?pipeline=web");
  await server.send("POST /api/v1/claim", { body: { worker: "w", tags: [], wait_ms: 0 } });
  if (events) {
    await server.send("POST /api/v1/builds/1/events", {
      body: { attempt: 1, from: 0, sha: SHA, events: [] },
    });
  }
}

Deno.test("a build is pending on its commit from its first events on, and then what became of it", async () => {
  await using server = await startServerWorld();
  const written: CommitStatus[] = [];
  const { writer } = writerFor(server, (status) => Promise.resolve(void written.push(status)));
  const show = async () => {
    for (const id of server.changes.splice(0)) writer.take(id, NEVER);
    await writer.idle();
  };
  await startBuild(server, false);
  await show();
  assert.deepEqual(written, [], "a status needs a commit");
  await server.send("POST /api/v1/builds/1/events", { body: { attempt: 1, from: 0, sha: SHA, events: [] } });
  await show();
  await server.send("POST /api/v1/builds/1/finish", {
    body: { attempt: 1, outcome: "failed", reason: "web/unit failed", exit_code: 1 },
  });
  await show();
  assert.deepEqual(written, [
    {
      sha: SHA,
      context: "showtime/web",
      state: "pending",
      description: "Build 1 runs",
      url: "https://ci.example/builds/1",
    },
    {
      sha: SHA,
      context: "showtime/web",
      state: "failure",
      description: "Build 1 failed: web/unit failed",
      url: "https://ci.example/builds/1",
    },
  ]);
});

Deno.test("the newest state stays on the commit, however slow GitHub is", async () => {
  await using server = await startServerWorld();
  await startBuild(server);
  const written: string[] = [];
  const slow = Promise.withResolvers<void>();
  const { writer } = writerFor(server, async ({ state }) => {
    if (written.length === 0) await slow.promise;
    written.push(state);
  });
  writer.take("1", NEVER);
  await server.send("POST /api/v1/builds/1/finish", { body: { attempt: 1, outcome: "passed" } });
  writer.take("1", NEVER);
  writer.take("1", NEVER);
  slow.resolve();
  await writer.idle();
  assert.equal(written.at(-1), "success");
  writer.take("1", NEVER);
  await writer.idle();
  assert.deepEqual(
    written.filter((state) => state === "success"),
    ["success"],
    "an equal status is written once",
  );
});

Deno.test("a refusal is said once, and the build goes on", async () => {
  await using server = await startServerWorld();
  await startBuild(server);
  const { writer, said } = writerFor(server, () => Promise.reject(new Error("no permission")));
  for (let turn = 0; turn < 3; turn++) {
    writer.take("1", NEVER);
    await writer.idle();
  }
  assert.deepEqual(said, ["build 1: no permission"]);
});

Deno.test("a status that a killed server did not show is shown by the next one, once, and never over a newer build", async () => {
  await using server = await startServerWorld();
  const { ports: { store, clock } } = server;
  const written: string[] = [];
  const write = (status: CommitStatus) => Promise.resolve(void written.push(status.description));
  await startBuild(server);
  await server.send("POST /api/v1/builds/1/finish", { body: { attempt: 1, outcome: "failed" } });
  // The server that took the end of build 1 is killed here.
  const next = writerFor(server, write).writer;
  await next.takeLate(clock.now(), NEVER);
  await next.idle();
  assert.deepEqual(written, [], "another server may be at it");
  server.pass(61_000);
  await next.takeLate(clock.now(), NEVER);
  await next.idle();
  for (const { writer } of [{ writer: next }, writerFor(server, write)]) {
    await writer.takeLate(clock.now(), NEVER);
    await writer.idle();
  }
  assert.deepEqual(written, ["Build 1 failed"]);

  await store.swapNote({ name: "status 1 end", from: "failure Build 1 failed", to: undefined }, NEVER);
  await server.send("POST /api/v1/builds/1/rerun");
  await server.send("POST /api/v1/claim", { body: { worker: "w", tags: [], wait_ms: 0 } });
  await server.send("POST /api/v1/builds/2/events", { body: { attempt: 1, from: 0, sha: SHA, events: [] } });
  await server.send("POST /api/v1/builds/2/finish", { body: { attempt: 1, outcome: "passed" } });
  server.pass(61_000);
  const third = writerFor(server, write).writer;
  await third.takeLate(clock.now(), NEVER);
  await third.idle();
  assert.deepEqual(written, ["Build 1 failed", "Build 2 passed"]);
});
