import assert from "node:assert/strict";
import { makeTelemetry } from "../../../src/drivers/otlp/mod.ts";
import { planTelemetry } from "../../../src/pipelines/core/trace/mod.ts";
import type { Telemetry } from "../../../src/pipelines/ports/telemetry.ts";
import { refusedAddress, startDroppingServer } from "../../worlds/otlp/bad_collectors.ts";
import { EVENTS, outputOf, STARTED, TRACE } from "../../worlds/otlp/build_events.ts";
import { type Answerer, startCollector } from "../../worlds/otlp/collector.ts";

const NEVER = new AbortController().signal;
/** Longer than a test may take: a call that uses it up fails the test. */
const LONG_MS = 600_000;
const LOST = "4 spans lost";

function telemetryTo(url: string, env: Readonly<Record<string, string>> = {}): Telemetry {
  const plan = planTelemetry({
    flags: { tracesEndpoint: `${url}/v1/traces`, logsEndpoint: undefined, serviceName: undefined },
    env: (name) => env[name],
    pipeline: "web",
  });
  const telemetry = makeTelemetry({ plan, trace: TRACE });
  assert.ok(telemetry);
  return telemetry;
}

/** Sends the build to a collector that answers so, and returns the warning. */
async function warningOf(answer: Answerer, budgetMs = LONG_MS) {
  await using collector = startCollector(answer);
  const telemetry = telemetryTo(collector.url);
  EVENTS.forEach(telemetry.observe);
  const warning = await telemetry.finish(budgetMs, NEVER);
  return {
    warning: warning?.replace(collector.url, "URL"),
    requests: collector.requests.length,
    spans: collector.spans().length,
  };
}

const after = (seconds: string) => ({ headers: { "retry-after": seconds } });

Deno.test("a collector that is down: one warning, without the login of the endpoint", async () => {
  const address = refusedAddress();
  const telemetry = telemetryTo(address.replace("//", "//ana:secret@"));

  EVENTS.forEach(telemetry.observe);

  assert.equal(
    await telemetry.finish(LONG_MS, NEVER),
    `Sending telemetry to ${address}/v1/traces: ${LOST} (the connection was refused)`,
  );
});

Deno.test("an answer that is too long is named with its limit", async () => {
  const { warning } = await warningOf(() => new Response("x".repeat(100_000)));
  assert.equal(warning, `Sending telemetry to URL/v1/traces: ${LOST} (its answer exceeds 64 KiB)`);
});

Deno.test("a collector that never answers is left when the time is over", async () => {
  const held = Promise.withResolvers<Response>();
  const { warning } = await (async () => {
    try {
      return await warningOf(() => held.promise, 50);
    } finally {
      held.resolve(new Response("{}"));
    }
  })();

  assert.equal(warning, `Sending telemetry to URL/v1/traces: ${LOST} (no answer in time)`);
});

Deno.test("a collector that answers late takes everything, if the time is long enough", async () => {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<Response>();
  const result = warningOf(() => {
    asked.resolve();
    return held.promise;
  });
  await asked.promise;

  held.resolve(new Response("{}"));

  assert.deepEqual(await result, { warning: undefined, requests: 1, spans: 4 });
});

Deno.test("a collector that drops the connection: one warning, and the caller goes on", async () => {
  await using server = startDroppingServer();
  const telemetry = telemetryTo(server.url);

  EVENTS.forEach(telemetry.observe);

  assert.equal(
    await telemetry.finish(LONG_MS, NEVER),
    `Sending telemetry to ${server.url}/v1/traces: ${LOST} (the connection was dropped)`,
  );
  assert.ok(server.dropped() > 0);
});

for (const status of [429, 502, 503, 504]) {
  Deno.test(`HTTP ${status} is tried again`, async () => {
    const answer: Answerer = (_, index) => index === 0 ? new Response("", { status }) : new Response("{}");

    assert.deepEqual(await warningOf(answer), { warning: undefined, requests: 2, spans: 4 });
  });
}

Deno.test("HTTP 503 for ever: the end of a build tries twice", async () => {
  assert.deepEqual(await warningOf(() => new Response("", { status: 503 })), {
    warning: `Sending telemetry to URL/v1/traces: ${LOST} (HTTP 503)`,
    requests: 2,
    spans: 0,
  });
});

Deno.test("HTTP 400 is not tried again", async () => {
  assert.deepEqual(await warningOf(() => new Response("no such thing", { status: 400 })), {
    warning: `Sending telemetry to URL/v1/traces: ${LOST} (HTTP 400)`,
    requests: 1,
    spans: 0,
  });
});

Deno.test("Retry-After is waited for at the end of a build", async () => {
  const answer: Answerer = (_, index) =>
    index === 0 ? new Response("", { status: 429, ...after("0") }) : new Response("{}");

  assert.deepEqual(await warningOf(answer), { warning: undefined, requests: 2, spans: 4 });
});

Deno.test("a Retry-After beyond the time left is not waited for", async () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  for (const seconds of ["3600", inAnHour]) {
    const answer = () => new Response("", { status: 429, ...after(seconds) });

    assert.deepEqual(await warningOf(answer), {
      warning: `Sending telemetry to URL/v1/traces: ${LOST} (HTTP 429)`,
      requests: 1,
      spans: 0,
    });
  }
});

Deno.test("while the build runs, a message is sent until the collector takes it", async () => {
  await using collector = startCollector((_, index) =>
    index < 2 ? new Response("", { status: 503, ...after("0") }) : new Response("{}")
  );
  const telemetry = telemetryTo(collector.url);

  EVENTS.forEach(telemetry.observe);
  await collector.received(3);

  assert.equal(await telemetry.finish(LONG_MS, NEVER), undefined);
  assert.equal(collector.spans().length, 4);
});

Deno.test("a partial success: the warning says how many items the collector rejected, and why", async () => {
  const partialSuccess = { rejectedSpans: "2", errorMessage: "too old" };

  const { warning } = await warningOf(() => Response.json({ partialSuccess }));

  assert.equal(warning, "Sending telemetry to URL/v1/traces: 2 spans lost (too old)");
});

Deno.test("a success whose body is not JSON is a success", async () => {
  const { warning, spans } = await warningOf(() => new Response(new Uint8Array([10, 0])));

  assert.equal(warning, undefined);
  assert.equal(spans, 4);
});

Deno.test("a redirect is not followed: the warning names the other address without its query", async () => {
  await using other = startCollector();
  const location = `${other.url}/v1/traces?key=secret`;

  const { warning } = await warningOf(() => new Response("", { status: 308, headers: { location } }));

  assert.equal(
    warning,
    `Sending telemetry to URL/v1/traces: ${LOST} (HTTP 308, a redirect to ${other.url}/v1/traces)`,
  );
  assert.equal(other.requests.length, 0);
});

Deno.test("an answer later than OTEL_EXPORTER_OTLP_TIMEOUT counts as none", async () => {
  const held = Promise.withResolvers<Response>();
  await using collector = startCollector(() => held.promise);
  const telemetry = telemetryTo(collector.url, { OTEL_EXPORTER_OTLP_TIMEOUT: "40" });

  EVENTS.forEach(telemetry.observe);
  const warning = await telemetry.finish(LONG_MS, NEVER);
  held.resolve(new Response("{}"));

  assert.equal(
    warning,
    `Sending telemetry to ${collector.url}/v1/traces: ${LOST} (no answer within 0.04 s)`,
  );
});

Deno.test("a second signal ends the sending at once", async () => {
  const held = Promise.withResolvers<Response>();
  await using collector = startCollector(() => held.promise);
  const telemetry = telemetryTo(collector.url);
  const second = new AbortController();

  EVENTS.forEach(telemetry.observe);
  const finished = telemetry.finish(LONG_MS, second.signal);
  await collector.received(1);
  second.abort();

  assert.match(await finished ?? "", /4 spans lost \(no answer in time\)$/);
  held.resolve(new Response("{}"));
});

Deno.test("a step that prints 1 GB while the collector stands still fills no memory: lines are dropped and counted", async () => {
  const held = Promise.withResolvers<void>();
  await using collector = startCollector(async () => {
    await held.promise;
    return new Response("{}");
  });
  const plan = planTelemetry({
    flags: { tracesEndpoint: undefined, logsEndpoint: `${collector.url}/v1/logs`, serviceName: undefined },
    env: () => undefined,
    pipeline: "web",
  });
  const telemetry = makeTelemetry({ plan, trace: TRACE });
  const pieces = 16 * 1024;

  telemetry?.observe(STARTED);
  for (let index = 0; index < pieces; index++) {
    telemetry?.observe(outputOf(["x".repeat(64 * 1024 - 8) + index]));
  }
  held.resolve();
  const warning = await telemetry?.finish(LONG_MS, NEVER);

  const kept = collector.logs().length;
  assert.ok(kept > 0 && kept * 64 <= 8 * 1024, `${kept} lines kept`);
  assert.equal(
    warning,
    `Sending telemetry to ${collector.url}/v1/logs: ${pieces - kept} log records lost ` +
      "(the build writes faster than the collector takes)",
  );
});

Deno.test("one warning speaks of both signals", async () => {
  const address = refusedAddress();
  const plan = planTelemetry({
    flags: { tracesEndpoint: undefined, logsEndpoint: undefined, serviceName: undefined },
    env: (name) => name === "OTEL_EXPORTER_OTLP_ENDPOINT" ? address : undefined,
    pipeline: "web",
  });
  const telemetry = makeTelemetry({ plan, trace: TRACE });

  EVENTS.forEach((event) => telemetry?.observe(event));

  assert.equal(
    await telemetry?.finish(LONG_MS, NEVER),
    `Sending telemetry to ${address}/v1/traces and ${address}/v1/logs: ` +
      "4 spans and 5 log records lost (the connection was refused)",
  );
});
