/** The HTTP interface of the server, over a real database. */

import assert from "node:assert/strict";
import { sign } from "@octokit/webhooks-methods";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { Step } from "../../../src/pipelines/core/build_result.ts";
import { type ServerWorld, startServerWorld, WEB } from "../../worlds/builds/server_world.ts";

const SHA = "b".repeat(40);
const STEP: Step = { id: "1".repeat(16), parentId: undefined, name: "web", path: "web", kind: "run" };
const EVENTS: readonly BuildEvent[] = [
  { kind: "build_started", pipeline: "web", traceId: "t", at: 1 },
  { kind: "step_started", step: STEP, at: 1 },
  { kind: "step_output", step: STEP, stream: "stdout", lines: ["hello", "<b>"], at: 2 },
];
const ENDED: BuildEvent = {
  kind: "step_ended",
  step: STEP,
  at: 5,
  result: {
    ...STEP,
    status: "passed",
    reason: undefined,
    exitCode: 0,
    signal: undefined,
    startedAt: 1,
    durationMs: 4,
    log: ["hello"],
    steps: [],
  },
};

async function claim(server: ServerWorld, key?: string) {
  return await server.json("POST /api/v1/claim", {
    ...(key === undefined ? {} : { key }),
    body: { worker: "w1", tags: [], wait_ms: 0 },
  });
}

Deno.test("a build goes from the webhook through a worker to its result", async () => {
  await using server = await startServerWorld();
  const queued = await server.json("POST /webhook?pipeline=web");
  assert.deepEqual(queued, { queued: true, build: "1", trace_id: queued.trace_id, reason: null });
  assert.match(queued.trace_id, /^[0-9a-f]{32}$/);
  const claimed = await claim(server);
  assert.equal(claimed.build, "1");
  assert.equal(claimed.lease_seconds, 30);
  assert.deepEqual(claimed.job.secretValues, { NPM_TOKEN: "s3cret" });
  assert.equal(claimed.job.url, "https://ci.example/builds/1");
  const write = (what: string, body: object) =>
    server.json(`POST /api/v1/builds/1/${what}`, { body: { attempt: 1, ...body } });
  assert.deepEqual(await write("heartbeat", {}), { cancel: false });
  assert.deepEqual(await write("events", { sha: SHA, events: EVENTS }), { kept: 3 });
  const running = await server.json("GET /api/v1/builds/1");
  assert.deepEqual([running.state, running.sha, running.steps[0].status, running.steps[0].lines], [
    "running",
    SHA,
    "running",
    2,
  ]);
  await write("events", { events: [ENDED] });
  assert.equal((await write("finish", { outcome: "passed", exit_code: 0 })).state, "passed");
  const ended = await server.json("GET /api/v1/builds/1");
  assert.deepEqual([ended.state, ended.exit_code, ended.steps[0].duration_ms], ["passed", 0, 4]);
  assert.equal(await (await server.send("GET /api/v1/builds/1/log")).text(), "web | hello\nweb | <b>\n");
  assert.deepEqual(server.changes, ["1", "1", "1"]);
});

Deno.test("the events of a build stream on from where a reader was", async () => {
  await using server = await startServerWorld();
  await server.send("POST /webhook?pipeline=web");
  await claim(server);
  await server.send("POST /api/v1/builds/1/events", { body: { attempt: 1, events: EVENTS } });
  const answer = await server.send("GET /api/v1/builds/1/events", { headers: { "last-event-id": "1" } });
  const finish = async () => {
    await server.send("POST /api/v1/builds/1/events", { body: { attempt: 1, events: [ENDED] } });
    await server.send("POST /api/v1/builds/1/finish", { body: { attempt: 1, outcome: "passed" } });
  };
  const [text] = await Promise.all([answer.text(), finish()]);
  const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
  assert.deepEqual(ids, ["2", "3", "4"]);
  assert.match(text, /event: build\ndata: .*"state":"passed"/);
});

Deno.test("a claim waits for a build, and a worker that goes away claims nothing", async () => {
  await using server = await startServerWorld();
  const waiting = server.json("POST /api/v1/claim", { body: { worker: "w1", tags: [] } });
  await server.send("POST /webhook?pipeline=web");
  assert.equal((await waiting).build, "1");
  const gone = new AbortController();
  const left = server.send("POST /api/v1/claim", { body: { worker: "w2", tags: [] }, signal: gone.signal });
  gone.abort();
  await left.catch(() => {});
  await server.send("POST /webhook?pipeline=web");
  assert.equal((await server.json("GET /api/v1/builds/2")).state, "queued");
});

Deno.test("a stale attempt is refused with 409, whatever it writes", async () => {
  await using server = await startServerWorld();
  await server.send("POST /webhook?pipeline=web");
  await claim(server);
  server.pass(30_001);
  await server.ports.queue.sweep(server.ports.clock.now(), new AbortController().signal);
  assert.equal((await claim(server)).attempt, 2);
  for (
    const [what, body] of [["heartbeat", {}], ["events", { events: [] }], ["finish", {
      outcome: "passed",
    }]] as const
  ) {
    const answer = await server.send(`POST /api/v1/builds/1/${what}`, { body: { attempt: 1, ...body } });
    assert.equal(answer.status, 409);
    assert.equal((await answer.json()).error.code, "attempt_stale");
  }
});

Deno.test("a cancel reaches the worker with its heartbeat, and a rerun builds the same commit", async () => {
  await using server = await startServerWorld();
  await server.send("POST /webhook?pipeline=web&ref=feature");
  await claim(server);
  await server.send("POST /api/v1/builds/1/events", { body: { attempt: 1, sha: SHA, events: [] } });
  assert.equal((await server.send("POST /api/v1/builds/1/rerun")).status, 409);
  assert.equal((await server.json("POST /api/v1/builds/1/cancel")).state, "cancelling");
  assert.deepEqual(await server.json("POST /api/v1/builds/1/heartbeat", { body: { attempt: 1 } }), {
    cancel: true,
  });
  await server.send("POST /api/v1/builds/1/finish", {
    body: { attempt: 1, outcome: "cancelled", reason: "asked" },
  });
  const again = await server.json("POST /api/v1/builds/1/rerun");
  assert.deepEqual([again.id, again.ref, again.cause.rerun_of], ["2", "feature", "1"]);
  assert.equal((await claim(server)).job.sha, SHA);
});

async function hook(
  server: ServerWorld,
  { secret = "top", delivery = "d1", event = "push", payload, signature }: {
    readonly secret?: string;
    readonly delivery?: string;
    readonly event?: string;
    readonly payload: unknown;
    readonly signature?: string;
  },
) {
  const body = JSON.stringify(payload);
  return await server.send("POST /hooks/github", {
    body,
    headers: {
      "x-github-event": event,
      "x-github-delivery": delivery,
      "x-hub-signature-256": signature ?? await sign(secret, body),
    },
  });
}

const PUSH = {
  ref: "refs/heads/main",
  before: "a".repeat(40),
  after: SHA,
  repository: { clone_url: "https://github.com/acme/web.git", default_branch: "main" },
  sender: { login: "ann" },
};

Deno.test("a signed hook queues its builds once: not again, not under a new delivery id", async () => {
  await using server = await startServerWorld({ githubSecret: "top" });
  const first = await (await hook(server, { payload: PUSH })).json();
  assert.deepEqual([first.queued, first.builds, first.repeated], [
    true,
    [{ id: "1", pipeline: "web" }],
    false,
  ]);
  for (const delivery of ["d1", "d2"]) {
    const again = await hook(server, { payload: PUSH, delivery });
    assert.equal(again.status, 200);
    assert.equal((await again.json()).repeated, true);
  }
  assert.equal((await server.json("GET /api/v1/builds")).builds.length, 1);
});

Deno.test("forged hooks are refused before they are read", async () => {
  await using server = await startServerWorld({ githubSecret: "top" });
  const forged = [
    await hook(server, { payload: PUSH, secret: "guess" }),
    await hook(server, { payload: PUSH, signature: "sha256=00" }),
    await hook(server, { payload: PUSH, signature: "" }),
    await server.send("POST /hooks/github", { body: "{not json" }),
  ];
  assert.deepEqual(forged.map(({ status }) => status), [403, 403, 403, 403]);
  assert.equal((await server.json("GET /api/v1/builds")).builds.length, 0);
  await using open = await startServerWorld();
  assert.equal((await hook(open, { payload: PUSH })).status, 403);
});

Deno.test("a fork's build sees no secret, not when it runs again either", async () => {
  const asked: string[] = [];
  await using server = await startServerWorld({
    githubSecret: "top",
    mayWrite: (login) => {
      asked.push(login);
      return Promise.resolve(true);
    },
  });
  const pull = {
    action: "opened",
    pull_request: { number: 7, head: { sha: SHA, repo: null }, base: { sha: PUSH.before, repo: { id: 1 } } },
    repository: PUSH.repository,
    sender: { login: "ann" },
  };
  assert.equal((await (await hook(server, { payload: pull, event: "pull_request" })).json()).queued, true);
  assert.deepEqual(asked, ["ann"]);
  assert.deepEqual((await claim(server)).job.secretValues, {});
  await server.send("POST /api/v1/builds/1/finish", { body: { attempt: 1, outcome: "failed" } });
  await server.send("POST /api/v1/builds/1/rerun");
  const again = await claim(server);
  assert.deepEqual([again.build, again.job.secretValues, again.job.pr], ["2", {}, 7]);
});

Deno.test("every role may do what it is for, on every path, and nothing else", async () => {
  await using server = await startServerWorld({ onLoopback: false });
  const keys = {
    none: undefined,
    wrong: "nonsense",
    read: await server.addKey("read"),
    trigger: await server.addKey("trigger"),
    worker: await server.addKey("worker"),
    admin: await server.addKey("admin"),
  };
  await server.send("POST /webhook?pipeline=web", { key: keys.admin });
  const body = {
    worker: "w",
    tags: [],
    wait_ms: 0,
    attempt: 9,
    events: [],
    outcome: "passed",
    pipeline: "web",
  };
  const paths: Readonly<Record<string, string>> = {
    "GET /api/v1/builds": "read trigger admin",
    "GET /api/v1/builds/1": "read trigger admin",
    "GET /api/v1/builds/1/log": "read trigger admin",
    "GET /api/v1/queue": "read trigger admin",
    "GET /api/v1/workers": "read trigger admin",
    "GET /pipelines": "read trigger admin",
    "GET /metrics": "read trigger admin",
    "POST /webhook?pipeline=web": "trigger admin",
    "POST /api/v1/builds": "trigger admin",
    "POST /api/v1/builds/1/cancel": "trigger admin",
    "POST /api/v1/builds/1/rerun": "trigger admin",
    "POST /api/v1/claim": "worker admin",
    "POST /dequeue": "worker admin",
    "POST /api/v1/builds/1/heartbeat": "worker admin",
    "POST /api/v1/builds/1/events": "worker admin",
    "POST /api/v1/builds/1/finish": "worker admin",
    "POST /api/v1/reload": "admin",
    "GET /healthz": "none wrong read trigger worker admin",
  };
  for (const [line, roles] of Object.entries(paths)) {
    for (const [role, key] of Object.entries(keys)) {
      const answer = await server.send(line, {
        ...(key === undefined ? {} : { key }),
        ...(line.startsWith("POST") ? { body } : {}),
      });
      await answer.body?.cancel();
      const isAllowed = roles.split(" ").includes(role);
      const refused = role === "none" ? 401 : 403;
      assert.equal(answer.status === refused, !isAllowed, `${line} as ${role}: ${answer.status}`);
    }
  }
  assert.deepEqual(server.failures, []);
});

Deno.test("a key that is limited to pipelines sees and triggers no other", async () => {
  const docs = { ...WEB, name: "docs" };
  await using server = await startServerWorld({ onLoopback: false, pipelines: [WEB, docs] });
  const admin = await server.addKey("admin");
  const key = await server.addKey("trigger", { pipelines: ["docs"] });
  const worker = await server.addKey("worker", { pipelines: ["docs"] });
  await server.send("POST /webhook?pipeline=web", { key: admin });
  assert.equal((await server.send("POST /webhook?pipeline=web", { key })).status, 403);
  assert.equal((await server.send("GET /api/v1/builds/1", { key })).status, 403);
  assert.deepEqual((await server.json("GET /api/v1/builds", { key })).builds, []);
  assert.equal((await server.send("POST /api/v1/builds/1/cancel", { key })).status, 403);
  assert.equal((await server.send("POST /webhook?pipeline=docs", { key })).status, 200);
  assert.equal((await claim(server, worker)).build, "2");
});

Deno.test("a worker of the replaced tool is answered as before", async () => {
  await using server = await startServerWorld({ workerKeys: ["key1"] });
  const dequeue = (headers: Record<string, string>, body: unknown = { tags: [] }) =>
    server.send("POST /dequeue", { body, headers });
  assert.equal((await dequeue({})).status, 401);
  assert.equal((await dequeue({ "x-api-key": "key2" })).status, 403);
  assert.equal((await dequeue({ "x-api-key": "key1" })).status, 204);
  assert.equal((await dequeue({ "x-api-key": "key1" }, "nonsense")).status, 400);
  await server.send("POST /webhook?pipeline=web&changed-refs=abc,def");
  const job = await (await dequeue({
    "x-api-key": "key1",
    "content-type": "application/x-www-form-urlencoded",
  })).json();
  assert.deepEqual(Object.keys(job), ["name", "schedule-time", "env", "pipeline", "changed-refs", "otel"]);
  assert.deepEqual([job.name, job.env, job["changed-refs"]], ["web", { NPM_TOKEN: "s3cret" }, [
    "abc",
    "def",
  ]]);
  assert.equal(job.otel["service-name"], "bass:pipeline:web");
  assert.match(job.otel["root-span-id"], /^[0-9a-f]{16}$/);
  assert.equal((await server.json("GET /api/v1/builds/1")).state, "handed_over");
});

Deno.test("mistakes are answered with what was wrong, and nothing is queued", async () => {
  await using server = await startServerWorld({ maxQueued: 1 });
  const status = async (line: string, body?: unknown) => {
    const answer = await server.send(line, body === undefined ? {} : { body });
    return [answer.status, (await answer.json()).error.code];
  };
  assert.deepEqual(await status("POST /webhook"), [400, "pipeline_missing"]);
  assert.deepEqual(await status("POST /webhook?pipeline=wbe"), [404, "pipeline_unknown"]);
  assert.deepEqual(await status("POST /webhook?pipeline=web&changed-refs=--output=x"), [
    400,
    "revision_invalid",
  ]);
  assert.deepEqual(await status("POST /api/v1/builds", { pipeline: "web", ref: "-x" }), [
    400,
    "revision_invalid",
  ]);
  assert.deepEqual(await status("POST /api/v1/builds", { pipeline: "web", env: { A: 1 } }), [
    400,
    "field_invalid",
  ]);
  assert.deepEqual(await status("POST /api/v1/builds", "[]"), [400, "body_invalid"]);
  assert.deepEqual(await status("GET /api/v1/builds/77"), [404, "build_unknown"]);
  assert.deepEqual(await status("GET /api/v1/builds/1x"), [400, "field_invalid"]);
  assert.deepEqual(await status("GET /nothing"), [404, "path_unknown"]);
  assert.deepEqual(await status("POST /api/v1/builds/1/events", { attempt: 1, events: [{}] }), [
    400,
    "field_invalid",
  ]);
  assert.equal((await server.json("GET /api/v1/builds")).builds.length, 0);
  await server.send("POST /webhook?pipeline=web");
  assert.deepEqual(await status("POST /webhook?pipeline=web"), [429, "queue_full"]);
  assert.deepEqual(server.failures, []);
});

Deno.test("the queue lists every build that waits, oldest first, in pages, and only those that a key may see", async () => {
  await using server = await startServerWorld({
    onLoopback: false,
    pipelines: [WEB, { ...WEB, name: "other" }],
  });
  const key = await server.addKey("admin");
  for (let at = 0; at < 6; at++) {
    await server.send(`POST /webhook?pipeline=${at % 2 === 0 ? "web" : "other"}`, { key });
  }
  const pages = async (path: string, asked: string) => {
    const ids: string[][] = [];
    for (let after = "0"; ids.length < 10;) {
      const { builds, next } = await server.json(`GET ${path}&after=${after}`, { key: asked });
      ids.push(builds.map(({ id }: { id: string }) => id));
      if (next === null) return ids;
      after = next;
    }
    throw new Error(JSON.stringify(ids));
  };
  assert.deepEqual(await pages("/api/v1/queue?limit=4", key), [["1", "2", "3", "4"], ["5", "6"]]);
  const limited = await server.addKey("read", { name: "limited", pipelines: ["other"] });
  assert.deepEqual(await pages("/api/v1/queue?limit=2", limited), [["2", "4"], ["6"]]);
  const { builds, next } = await server.json("GET /api/v1/builds?limit=2", { key: limited });
  assert.deepEqual([builds.map(({ id }: { id: string }) => id), next], [["6", "4"], "4"]);
  assert.equal((await server.send("GET /api/v1/queue?limit=0", { key })).status, 400);
  assert.equal((await server.send("GET /api/v1/queue?after=x", { key })).status, 400);
});

Deno.test("a waiting build says which workers are missing", async () => {
  await using server = await startServerWorld({ pipelines: [{ ...WEB, workerTags: ["gpu"] }] });
  await server.send("POST /webhook?pipeline=web");
  assert.match((await server.json("GET /api/v1/builds/1")).reason, /no worker with gpu has asked/);
  await server.send("POST /api/v1/claim", { body: { worker: "w", tags: [], wait_ms: 0 } });
  const { builds: [waiting] } = await server.json("GET /api/v1/queue");
  assert.match(waiting.reason, /no worker with gpu/);
});
