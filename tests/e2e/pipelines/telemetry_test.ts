import assert from "node:assert/strict";
import { spanTrees } from "../../worlds/bass/span_trees.ts";
import { refusedAddress } from "../../worlds/otlp/bad_collectors.ts";
import { attributesOf, startCollector } from "../../worlds/otlp/collector.ts";
import { makeBuildPlace, Reading } from "../../worlds/pipelines/build_place.ts";

const PIPELINE = JSON.stringify({
  version: 1,
  name: "web",
  steps: [
    { name: "a", run: "echo of a; echo token=$TOKEN >&2", secrets: ["TOKEN"] },
    { name: "b", run: "exit 7" },
    { name: "c", exec: ["true"] },
  ],
});
const FILES = { "build.json": PIPELINE, "secrets": "TOKEN=s3cret-value\n" };
const WORDS = ["pipeline", "run", "build.json", "--secrets-file", "secrets", "--json"];
const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

Deno.test("a build's trace and output reach the collector that the environment names, below the caller's span, with secrets masked", async () => {
  await using collector = startCollector();
  await using place = await makeBuildPlace(FILES);

  const { code, out, err } = await place.run(WORDS, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    TRACEPARENT: `00-${TRACE_ID}-b7ad6b7169203331-01`,
  });

  assert.equal(code, 1, err);
  assert.equal(JSON.parse(out).trace_id, TRACE_ID);
  const spans = collector.spans();
  const root = spans.find(({ name }) => name === "Build: web - ERROR");
  assert.equal(root?.parentSpanId, "b7ad6b7169203331");
  assert.deepEqual(spanTrees(spans, root?.spanId ?? "").spans, [{
    name: "Build: web - ERROR",
    status: 2,
    spans: [{
      name: "step:web",
      status: 2,
      spans: [
        { name: "step:a", status: 1, spans: [] },
        { name: "step:b", status: 2, spans: [] },
        { name: "step:c - skipped", status: 0, spans: [] },
      ],
    }],
  }]);
  const logs = collector.logs();
  const lines = logs.filter(({ attributes }) => attributesOf(attributes)["log.iostream"] !== undefined);
  assert.deepEqual(lines.map(({ body }) => body?.stringValue).sort(), ["of a", "token=***"]);
  const failed = spans.find(({ name }) => name === "step:b")?.spanId;
  assert.deepEqual(logs.filter(({ severityNumber }) => severityNumber === 17).map(({ spanId }) => spanId), [
    failed,
  ]);
});

Deno.test("a collector gets no secret of the process, and its own secrets are shown nowhere", async () => {
  await using collector = startCollector();
  const step = {
    name: "a",
    run:
      'echo "$GITHUB_TOKEN"; echo "$OTEL_EXPORTER_OTLP_HEADERS"; echo "$OTEL_EXPORTER_OTLP_ENDPOINT"; exit 7',
  };
  const teardown = { exec: ["./$GITHUB_TOKEN"] };
  await using place = await makeBuildPlace({
    "build.json": JSON.stringify({ version: 1, name: "web", steps: [step], teardown }),
  });
  const { out, err } = await place.run(["pipeline", "run", "build.json"], {
    GITHUB_TOKEN: "process-token-1",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20header-token-2,x-scope=tenant",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.replace("://", "://ana:login-password-3@"),
  });
  const sent = JSON.stringify([collector.spans(), collector.logs()]);
  assert.match(out, /x-scope=tenant/);
  assert.match(sent, /x-scope=tenant/);
  for (const text of [out, err, sent]) assert.doesNotMatch(text, /process-token|header-token|login-password/);
});

Deno.test("a collector that is down changes neither result nor exit code, and is one warning", async () => {
  await using place = await makeBuildPlace(FILES);
  const address = refusedAddress();

  const { code, out, err } = await place.run([...WORDS, "-t", `${address}/t`, "-l", `${address}/l`]);

  assert.equal(code, 1, err);
  assert.equal(JSON.parse(out).status, "failed");
  const warnings = err.split("\n").filter((line) => line.includes("Sending telemetry"));
  assert.equal(warnings.length, 1, err);
  assert.match(warnings[0] ?? "", /5 spans and \d+ log records lost \(the connection was refused\)$/);
});

Deno.test("the result is printed before a slow collector has answered", async () => {
  const held = Promise.withResolvers<void>();
  await using collector = startCollector(async () => {
    await held.promise;
    return new Response("{}");
  });
  await using place = await makeBuildPlace(FILES);
  const child = place.start([...WORDS, "-t", `${collector.url}/v1/traces`]);
  const [out, err] = [new Reading(child.stdout), new Reading(child.stderr)];

  await out.until('"status": "failed"');
  // A result that waited for the collector would come when the spans were lost.
  held.resolve();
  const { code } = await child.status;

  await Promise.all([out.ended, err.ended]);
  assert.equal(code, 1);
  assert.equal(collector.spans().length, 5);
  assert.doesNotMatch(err.text, /lost/);
});

Deno.test("a process whose collector never answers ends, with one warning", async () => {
  const held = Promise.withResolvers<Response>();
  await using collector = startCollector(() => held.promise);
  await using place = await makeBuildPlace(FILES);

  const { code, err } = await place.run([...WORDS, "-t", `${collector.url}/v1/traces`]);
  held.resolve(new Response("{}"));

  assert.equal(code, 1);
  assert.match(err, /5 spans lost \(no answer in time\)/);
});
