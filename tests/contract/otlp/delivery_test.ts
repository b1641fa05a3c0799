import assert from "node:assert/strict";
import { makeTelemetry } from "../../../src/drivers/otlp/mod.ts";
import { planTelemetry } from "../../../src/pipelines/core/trace/mod.ts";
import type { Telemetry } from "../../../src/pipelines/ports/telemetry.ts";
import { spanTrees } from "../../worlds/bass/span_trees.ts";
import { EVENTS, outputOf, STARTED, TRACE } from "../../worlds/otlp/build_events.ts";
import { attributesOf, startCollector } from "../../worlds/otlp/collector.ts";

const NEVER = new AbortController().signal;
const LONG_MS = 60_000;

function telemetryTo(url: string, env: Readonly<Record<string, string>> = {}): Telemetry {
  const plan = planTelemetry({
    flags: { tracesEndpoint: undefined, logsEndpoint: undefined, serviceName: undefined },
    env: (name) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env })[name],
    pipeline: "web",
  });
  assert.deepEqual(plan.warnings, []);
  const telemetry = makeTelemetry({ plan, trace: TRACE });
  assert.ok(telemetry);
  return telemetry;
}

Deno.test("a build arrives as a tree of spans with their own identifiers, under the root span", async () => {
  await using collector = startCollector();
  const telemetry = telemetryTo(collector.url);

  EVENTS.forEach(telemetry.observe);

  assert.equal(await telemetry.finish(LONG_MS, NEVER), undefined);
  const spans = collector.spans();
  assert.deepEqual(spanTrees(spans, TRACE.rootSpanId), {
    spans: [{
      name: "Build: web - ERROR",
      status: 2,
      spans: [{
        name: "step:web",
        status: 2,
        spans: [{ name: "step:a", status: 1, spans: [] }, { name: "step:b", status: 2, spans: [] }],
      }],
    }],
    orphans: [],
  });
  assert.deepEqual([...new Set(spans.map(({ traceId, kind }) => `${traceId} ${kind}`))], [
    `${TRACE.traceId} 2`,
  ]);
  const b = spans.find(({ name }) => name === "step:b");
  assert.equal(b?.spanId, "b000000000000000");
  assert.equal(b?.startTimeUnixNano, "1768487401623000000");
  assert.equal(b?.endTimeUnixNano, "1768487403123000000");
  assert.equal(b?.status?.message, "exit code 7");
  const attributes = attributesOf(b?.attributes);
  assert.equal(attributes["process.exit.code"], 7);
  assert.equal(attributes["cicd.pipeline.task.run.result"], "failure");
});

Deno.test("each line is a log record of its step's span, in the order in which it was written", async () => {
  await using collector = startCollector();
  const telemetry = telemetryTo(collector.url);

  EVENTS.forEach(telemetry.observe);

  assert.equal(await telemetry.finish(LONG_MS, NEVER), undefined);
  const logs = collector.logs();
  assert.deepEqual(
    logs.map(({ spanId, severityNumber, severityText, body, attributes, timeUnixNano }) => [
      [spanId, severityNumber, severityText, body?.stringValue].join(" "),
      attributesOf(attributes)["log.iostream"],
      timeUnixNano,
    ]),
    [
      ["00f067aa0ba902b7 13 WARN A secret is short", undefined, "1768487400123000000"],
      ["a000000000000000 9 INFO one", "stdout", "1768487401123000000"],
      ["a000000000000000 9 INFO two", "stdout", "1768487401123000001"],
      ["a000000000000000 9 INFO of a", "stderr", "1768487401123000002"],
      ["b000000000000000 17 ERROR web/b: exit code 7", undefined, "1768487403123000000"],
    ],
  );
  assert.ok(logs.every(({ traceId }) => traceId === TRACE.traceId));
});

Deno.test("the resource has the service and the attributes of the environment", async () => {
  await using collector = startCollector();
  const telemetry = telemetryTo(collector.url, { OTEL_RESOURCE_ATTRIBUTES: "team=a%20b,host.name=ci-1" });

  EVENTS.forEach(telemetry.observe);
  await telemetry.finish(LONG_MS, NEVER);

  const [first] = collector.requests.flatMap(({ message }) => message.resourceSpans ?? []);
  const resource = attributesOf(first?.resource.attributes);
  assert.equal(resource["service.name"], "bass:pipeline:web");
  assert.equal(resource["team"], "a b");
  assert.equal(resource["host.name"], "ci-1");
  assert.equal(resource["telemetry.sdk.name"], "opentelemetry");
});

Deno.test("messages are JSON with the headers and the login of the endpoint", async () => {
  await using collector = startCollector();
  const telemetry = telemetryTo(collector.url.replace("//", "//ana:pa%40ss@"), {
    OTEL_EXPORTER_OTLP_HEADERS: "X-Team=a%2Cb",
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: "authorization=Bearer%20t",
  });

  EVENTS.forEach(telemetry.observe);

  assert.equal(await telemetry.finish(LONG_MS, NEVER), undefined);
  const seen = Object.fromEntries(collector.requests.map(({ path, headers }) => [
    path,
    ["content-type", "x-team", "authorization"].map((name) => headers.get(name)),
  ]));
  assert.deepEqual(seen, {
    "/v1/traces": ["application/json", "a,b", `Basic ${btoa("ana:pa@ss")}`],
    "/v1/logs": ["application/json", "a,b", "Bearer t"],
  });
});

Deno.test("messages are compressed if the environment asks for it", async () => {
  await using collector = startCollector();
  const telemetry = telemetryTo(collector.url, { OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" });

  EVENTS.forEach(telemetry.observe);

  assert.equal(await telemetry.finish(LONG_MS, NEVER), undefined);
  assert.deepEqual(collector.requests.map(({ headers }) => headers.get("content-encoding")), [
    "gzip",
    "gzip",
  ]);
  assert.equal(collector.spans().length, 4);
});

Deno.test("spans and lines arrive while the build runs", async () => {
  await using collector = startCollector();
  const telemetry = telemetryTo(collector.url);

  EVENTS.slice(0, 7).forEach(telemetry.observe);
  await collector.received(2);

  assert.deepEqual(collector.requests.map(({ path }) => path).sort(), ["/v1/logs", "/v1/traces"]);
  EVENTS.slice(7).forEach(telemetry.observe);
  assert.equal(await telemetry.finish(LONG_MS, NEVER), undefined);
  assert.equal(collector.spans().length, 4);
  assert.equal(collector.logs().length, 5);
});

Deno.test("a signal without an endpoint is not sent", async () => {
  await using collector = startCollector();
  const plan = planTelemetry({
    flags: { tracesEndpoint: undefined, logsEndpoint: `${collector.url}/logs`, serviceName: "s" },
    env: () => undefined,
    pipeline: "web",
  });
  const telemetry = makeTelemetry({ plan, trace: TRACE });

  EVENTS.forEach((event) => telemetry?.observe(event));
  await telemetry?.finish(LONG_MS, NEVER);

  assert.deepEqual(collector.requests.map(({ path }) => path), ["/logs"]);
  assert.equal(makeTelemetry({ plan: { ...plan, logs: undefined }, trace: TRACE }), undefined);
});

Deno.test("more output than a message holds arrives in several messages, whole and in order", async () => {
  await using collector = startCollector();
  const telemetry = telemetryTo(collector.url);
  const lines = Array.from({ length: 4_000 }, (_, index) => `${index} ${"x".repeat(1_000)}`);

  telemetry.observe(STARTED);
  telemetry.observe(outputOf(lines));

  assert.equal(await telemetry.finish(LONG_MS, NEVER), undefined);
  assert.ok(collector.requests.length > 4);
  const byTime = collector.logs().toSorted((a, b) =>
    BigInt(a.timeUnixNano) < BigInt(b.timeUnixNano) ? -1 : 1
  );
  assert.deepEqual(byTime.map(({ body }) => body?.stringValue), lines);
});
