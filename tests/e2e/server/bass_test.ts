/** The protocol of bass's worker against this server, and this worker against bass's orchestrator. */

import assert from "node:assert/strict";
import { startBassOrchestrator } from "../../worlds/builds/bass_orchestrator.ts";
import { ask, makeServerPlace, ownPort, untilBuild } from "../../worlds/builds/server_place.ts";
import { Reading } from "../../worlds/pipelines/build_place.ts";
import { startCollector } from "../../worlds/otlp/collector.ts";

/** Asks as bass's worker does: JSON in a body that claims to be a form. */
async function dequeue(url: string, tags: readonly string[], key?: string) {
  const response = await fetch(`${url}/dequeue`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(key === undefined ? {} : { "x-api-key": key }),
    },
    body: JSON.stringify({ tags }),
  });
  const text = await response.text();
  return { status: response.status, job: text.startsWith("{") ? JSON.parse(text) : undefined };
}

/** bass's three files, with keys that nothing reads. */
async function bassFiles() {
  const place = await makeServerPlace({});
  const { repository, here } = place;
  const entry = { repository, ref: "main" };
  const mail = { email: { to: "a@b.example", subject: "$PIPELINE_NAME", body: "$TRACEURL" } };
  await here.write(
    "orchestrator-pipelines.json",
    JSON.stringify({
      q: {
        ...entry,
        exec: ["./run.sh", "a b"],
        webhook: null,
        "x-webhook": { "msg-pattern": "x" },
        poll: null,
      },
      tagged: {
        ...entry,
        exec: "./run.sh",
        "worker-tags": ["gpu", "big"],
        notifications: { onSuccess: mail },
      },
      release: { ...entry, exec: ["./run.sh"], "tag-pattern": "v[0-9]+", cwd: "." },
    }),
  );
  await here.write("orchestrator.env", "\n# secrets\nTOKEN=a=b\n");
  await here.write("worker-keys", "key1\n");
  return place;
}

Deno.test("bass's files serve by their names, and a client that speaks as its worker takes the builds", async () => {
  await serveBassFiles([]);
});

Deno.test("bass's flags name the same files under other names", async () => {
  await serveBassFiles(["-e", "other.env", "-w", "other-keys"]);
});

/** Serves bass's files with these flags, and takes the builds as bass's worker does. */
async function serveBassFiles(flags: readonly string[]): Promise<void> {
  await using place = await bassFiles();
  const [head, port] = [await place.git("rev-parse", "HEAD"), ownPort()];
  if (flags.length > 0) {
    await place.here.write("other.env", "TOKEN=a=b\n");
    await place.here.write("other-keys", "key1\n");
    await place.here.write("orchestrator.env", "TOKEN=not this one\n");
    await place.here.write("worker-keys", "key2\n");
  }
  const child = place.here.start([
    ...["serve", ...flags, "-p", String(port)],
    ...["-t", "http://localhost:4318/v1/traces", "-l", "http://localhost:4318/v1/logs"],
  ]);
  const url = `http://127.0.0.1:${port}`;
  const serve = { url };
  for (let turn = 0; turn < 200; turn++) {
    if (await fetch(`${url}/healthz`).then((answer) => answer.text(), () => undefined) !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  assert.equal((await dequeue(url, [])).status, 401);
  assert.equal((await dequeue(url, [], flags.length > 0 ? "key2" : "wrong")).status, 403);
  assert.equal((await dequeue(url, [], "key1")).status, 204);
  assert.equal((await ask(serve, "POST /webhook")).status, 400);
  assert.equal((await ask(serve, "POST /webhook?pipeline=nope")).status, 404);
  for (
    const line of [
      "q",
      "tagged",
      `q&changed-refs=${head}`,
      "release",
      "release&tags=foo",
      "release&tags=foo,xv12",
    ]
  ) {
    assert.equal((await ask(serve, `POST /webhook?pipeline=${line}`)).status, 200, line);
  }
  const first = await dequeue(url, ["linux"], "key1");
  const second = await dequeue(url, ["linux"], "key1");
  const third = await dequeue(url, ["linux"], "key1");
  assert.equal((await dequeue(url, ["gpu"], "key1")).status, 204);
  const fourth = await dequeue(url, ["gpu", "big", "x"], "key1");

  const names = [first, second, third, fourth].map(({ job }) => job.name);
  assert.deepEqual(names, ["q", "q", "release", "tagged"]);
  const { job } = first;
  assert.deepEqual(Object.keys(job).sort(), [
    "changed-refs",
    "env",
    "name",
    "otel",
    "pipeline",
    "schedule-time",
  ]);
  assert.deepEqual(job.env, { TOKEN: "a=b" });
  assert.deepEqual([job.pipeline.exec, job.pipeline.ref], [["./run.sh", "a b"], "main"]);
  assert.match(job["schedule-time"], /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual([job["changed-refs"], second.job["changed-refs"]], [[], [head]]);
  assert.equal(job.otel["service-name"], "bass:pipeline:q");
  assert.match(`${job.otel["trace-id"]} ${job.otel["root-span-id"]}`, /^[0-9a-f]{32} [0-9a-f]{16}$/);
  const listed = await fetch(`${url}/pipelines`);
  assert.equal(listed.headers.get("access-control-allow-origin"), "*");
  const pipelines = await listed.json();
  assert.deepEqual([pipelines.q["worker-tags"], pipelines.tagged["worker-tags"]], [[], ["gpu", "big"]]);
  assert.equal(JSON.stringify(pipelines).includes("a@b.example"), false);
  const { body: { builds } } = await ask(serve, "GET /api/v1/builds");
  assert.deepEqual(builds.map(({ state }: { state: string }) => state), Array(4).fill("handed_over"));
  child.kill("SIGTERM");
  await Promise.all([child.status, child.stdout.cancel(), child.stderr.cancel()]);
}

Deno.test("a worker finds bass's orchestrator, runs its jobs with bass's flags, and sends the trace", async () => {
  await using collector = startCollector();
  await using orchestrator = startBassOrchestrator("key1");
  await using place = await makeServerPlace({});
  await place.here.writeProgram(
    "repo/run.sh",
    '#!/bin/sh\necho "args $*"; echo "token $TOKEN"; pwd -P; exit "$CODE"\n',
  );
  await place.commit("sub/file", "one\n");
  const head = await place.commit("sub/file", "two\n");
  const job = (name: string, { code, trace }: { readonly code: number; readonly trace: string }) => ({
    name,
    "schedule-time": "2026-01-01T00:00:00+00:00",
    env: { TOKEN: "s3cret-token", CODE: String(code) },
    pipeline: { repository: place.repository, ref: "main", exec: ["./run.sh", "a b"], "worker-tags": [] },
    "changed-refs": [head],
    otel: {
      "traces-endpoint": `${collector.url}/v1/traces`,
      "logs-endpoint": `${collector.url}/v1/logs`,
      "service-name": `bass:pipeline:${name}`,
      "trace-id": trace.repeat(32),
      "root-span-id": trace.repeat(16),
    },
  });
  const words = ["worker", "-d", `${orchestrator.url}/dequeue`, "-t", "linux,big", "-w", "work"];
  orchestrator.queue(job("good", { code: 0, trace: "a" }));
  orchestrator.queue({ ...job("evil", { code: 0, trace: "c" }), "changed-refs": ["--output=x"] });

  const refused = await place.here.run(["worker", "-d", `${orchestrator.url}/dequeue`, "-w", "other"], {
    BASS_API_KEY: "no",
  });
  const child = place.here.start(words, { BASS_API_KEY: "key1" });
  const [err, out] = [new Reading(child.stderr), new Reading(child.stdout)];
  await err.until("its answer is no job");
  orchestrator.queue(job("bad", { code: 3, trace: "b" }));
  await err.until("of bad: failed");
  child.kill("SIGTERM");
  const { code } = await child.status;
  await Promise.all([err.ended, out.ended]);

  assert.equal(refused.code, 1, refused.err);
  assert.match(refused.err, /Asking http:\/\/127\.0\.0\.1:\d+: it answered 403/);
  assert.equal(code, 0);
  const said = err.text;
  assert.match(said, /A bass orchestrator answers there/);
  assert.match(said, /build a{32} of good: passed/);
  assert.equal(out.text, "");
  assert.ok(collector.spans().some(({ name }) => name === "Build: bad - ERROR"));
  const claims = orchestrator.requests.filter(({ line }) => line.startsWith("POST /dequeue "));
  assert.ok(claims.every(({ body }) => body === '{"tags":["linux","big"]}' || body === '{"tags":[]}'));
  const spans = collector.spans();
  const root = spans.find(({ name }) => name === "Build: good - OK");
  assert.deepEqual([root?.traceId, root?.spanId, root?.parentSpanId ?? ""], [
    "a".repeat(32),
    "a".repeat(16),
    "",
  ]);
  assert.equal(spans.find(({ name }) => name === "step:good")?.parentSpanId, root?.spanId);
  const lines = collector.logs().map(({ body }) => body?.stringValue ?? "").join("\n");
  assert.match(
    lines,
    /args a b --root \S+ --service-name bass:pipeline:good --trace-id a{32} --root-span-id a{16} --traces-endpoint \S+ --logs-endpoint \S+ --changeset \S+/,
  );
  assert.match(lines, /token \*\*\*/);
  assert.doesNotMatch(lines + said, /s3cret-token/);
});

Deno.test("a server that is away is not taken for bass's orchestrator: the worker waits for it and keeps its leases", async () => {
  await using place = await makeServerPlace({ web: { exec: ["true"] } });
  const port = ownPort();
  const serve = await place.serve([], { port });
  const worker = await place.worker(serve);
  await serve.end("SIGKILL");
  await worker.err.until("it is asked again");
  const again = await place.serve([], { port });

  const { body } = await ask(again, "POST /webhook?pipeline=web");

  await untilBuild(again, body.build, "passed");
  assert.doesNotMatch(worker.err.text, /bass/);
});

Deno.test("a build of the server has a trace: its root span, its steps and its output", async () => {
  await using collector = startCollector();
  await using place = await makeServerPlace({ web: { file: "build.yml" } });
  await place.commit(
    "build.yml",
    "version: 1\nname: web\nsteps: [{ name: a, run: 'echo of a' }, { name: b, run: exit 3 }]\n",
  );
  const serve = await place.serve(["-t", `${collector.url}/v1/traces`, "-l", `${collector.url}/v1/logs`]);
  await place.worker(serve);

  const { body } = await ask(serve, "POST /webhook?pipeline=web");
  const build = await untilBuild(serve, body.build, "failed");

  const spans = collector.spans();
  const root = spans.find(({ name }) => name === "Build: web - ERROR");
  assert.deepEqual([root?.traceId, root?.parentSpanId ?? ""], [build.trace_id, ""]);
  assert.equal(spans.find(({ name }) => name === "step:web")?.parentSpanId, root?.spanId);
  assert.ok(collector.logs().some(({ body: line }) => line?.stringValue === "of a"));
});

Deno.test("a build whose repository cannot be cloned has a trace: a failed root span with the reason", async () => {
  await using collector = startCollector();
  await using place = await makeServerPlace({ web: { exec: ["true"], repository: "/no/such/repository" } });
  const serve = await place.serve(["-t", `${collector.url}/v1/traces`, "-l", `${collector.url}/v1/logs`]);
  await place.worker(serve);

  const { body } = await ask(serve, "POST /webhook?pipeline=web");
  const build = await untilBuild(serve, body.build, "failed");

  const spans = collector.spans();
  const root = spans.find(({ name }) => name === "Build: web - ERROR");
  assert.deepEqual([root?.traceId, root?.parentSpanId ?? ""], [build.trace_id, ""]);
  const step = spans.find(({ name }) => name === "step:web");
  assert.equal(step?.parentSpanId, root?.spanId);
  assert.match(build.reason, /no\/such\/repository/);
  assert.ok(collector.logs().some(({ body: line }) => line?.stringValue === `web: ${build.reason}`));
});
