import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import { planTelemetry, type TelemetryFlags } from "../../../../src/pipelines/core/trace/mod.ts";

const FLAGS: TelemetryFlags = { tracesEndpoint: undefined, logsEndpoint: undefined, serviceName: undefined };

function planOf(env: Readonly<Record<string, string>>, flags: Partial<TelemetryFlags> = {}) {
  return planTelemetry({ flags: { ...FLAGS, ...flags }, env: (name) => env[name], pipeline: "web" });
}

function urls(env: Readonly<Record<string, string>>, flags: Partial<TelemetryFlags> = {}) {
  const { traces, logs } = planOf(env, flags);
  return [traces?.url, logs?.url];
}

Deno.test("without an endpoint nothing is sent", () => {
  assert.deepEqual(urls({}), [undefined, undefined]);
  assert.deepEqual(urls({ OTEL_EXPORTER_OTLP_ENDPOINT: "" }), [undefined, undefined]);
});

Deno.test("the endpoint for all signals is a base, the endpoint for one signal is used as it is", () => {
  assert.deepEqual(urls({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }), [
    "http://c:4318/v1/traces",
    "http://c:4318/v1/logs",
  ]);
  assert.deepEqual(urls({ OTEL_EXPORTER_OTLP_ENDPOINT: "https://c/otlp/?k=v" }), [
    "https://c/otlp/v1/traces?k=v",
    "https://c/otlp/v1/logs?k=v",
  ]);
  assert.deepEqual(
    urls({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://logs/in" }),
    ["http://c/v1/traces", "http://logs/in"],
  );
});

Deno.test("flags come before variables, also before those that switch telemetry off", () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_SERVICE_NAME: "s" };

  assert.deepEqual(urls(env, { tracesEndpoint: "http://flag/t" }), ["http://flag/t", "http://c/v1/logs"]);
  assert.deepEqual(urls({ ...env, OTEL_SDK_DISABLED: "TRUE" }, { tracesEndpoint: "http://flag/t" }), [
    "http://flag/t",
    undefined,
  ]);
  assert.deepEqual(urls({ ...env, OTEL_LOGS_EXPORTER: "none" }), ["http://c/v1/traces", undefined]);
  assert.equal(planOf(env, { serviceName: "flag" }).resource["service.name"], "flag");
});

Deno.test("the service is the flag's, else that of the variables, else the pipeline's", () => {
  const attributes = { OTEL_RESOURCE_ATTRIBUTES: "service.name=of-attributes,a=b" };

  assert.deepEqual(planOf({}).resource, { "service.name": "bass:pipeline:web" });
  assert.deepEqual(planOf(attributes).resource, { a: "b", "service.name": "of-attributes" });
  assert.equal(planOf({ ...attributes, OTEL_SERVICE_NAME: "s" }).resource["service.name"], "s");
});

Deno.test("headers for one signal come before those for all, and before the login of the URL", () => {
  const { traces, logs } = planOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://ana:p%3A%C3%A9@c",
    OTEL_EXPORTER_OTLP_HEADERS: "X-A=1, x-b = two%20words ;meta",
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: "x-a=2,Authorization=Bearer t",
  });

  assert.deepEqual(traces?.headers, { authorization: "Basic YW5hOnA6w6k=", "x-a": "1", "x-b": "two words" });
  assert.deepEqual(logs?.headers, { authorization: "Bearer t", "x-a": "2", "x-b": "two words" });
  assert.equal(traces?.url, "http://c/v1/traces");
  assert.equal(traces?.shown, "http://c/v1/traces");
});

Deno.test("timeout and compression are read, for one signal first", () => {
  const { traces, logs } = planOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://c",
    OTEL_EXPORTER_OTLP_TIMEOUT: "500",
    OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: "700",
    OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: "gzip",
  });

  assert.deepEqual([traces?.timeoutMs, traces?.gzip], [500, true]);
  assert.deepEqual([logs?.timeoutMs, logs?.gzip], [700, false]);
});

Deno.test("a variable that cannot be used is ignored with one warning that names it and hides logins", () => {
  const { traces, logs, warnings } = planOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://ana:secret@c",
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://c/logs",
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: "nothing",
    OTEL_EXPORTER_OTLP_TIMEOUT: "0",
    OTEL_RESOURCE_ATTRIBUTES: "%%%=x",
  });

  assert.equal(traces, undefined);
  assert.deepEqual([logs?.url, logs?.headers, logs?.timeoutMs], ["http://c/logs", {}, 10_000]);
  assert.deepEqual(warnings, [
    "Reading OTEL_RESOURCE_ATTRIBUTES: the value is not a list of key=value, so it is not used",
    "Reading OTEL_EXPORTER_OTLP_ENDPOINT: the value is not an HTTP URL, so it is not used",
    "Reading OTEL_EXPORTER_OTLP_LOGS_HEADERS: the value is not a list of key=value, so it is not used",
    "Reading OTEL_EXPORTER_OTLP_TIMEOUT: the value is not a number of milliseconds above 0, so it is not used",
  ]);
});

Deno.test("an endpoint for gRPC is not used", () => {
  const { traces, warnings } = planOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  });

  assert.equal(traces, undefined);
  assert.match(warnings.join(), /^Reading OTEL_EXPORTER_OTLP_ENDPOINT: the protocol is grpc/);
});

Deno.test("a header that HTTP does not allow is not used", () => {
  const { traces, warnings } = planOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://c",
    OTEL_EXPORTER_OTLP_HEADERS: "x-a=one%0D%0Atwo",
  });

  assert.deepEqual(traces?.headers, {});
  assert.equal(warnings.length, 1);
});

Deno.test("a flag that is no URL is wrong usage, and the error hides the login", () => {
  assert.throws(
    () => planOf({}, { tracesEndpoint: "ftp://ana:secret@c" }),
    (error) => error instanceof AppError && error.exitCode === 2 && !error.message.includes("secret"),
  );
});
