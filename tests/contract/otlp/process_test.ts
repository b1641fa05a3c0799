import assert from "node:assert/strict";
import { startCollector } from "../../worlds/otlp/collector.ts";

const PROGRAM = new URL("../../worlds/otlp/send_build.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

/** Sends a build from a process of its own, which may read OpenTelemetry's variables and no other. */
async function sendBuild(env: Readonly<Record<string, string>>): Promise<unknown> {
  const rights = [
    "--no-prompt",
    "--allow-net=127.0.0.1,collector.invalid",
    "--allow-env=OTEL_*",
    "--ignore-env",
  ];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", `--config=${CONFIG}`, ...rights, PROGRAM],
    env: { ...env },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a process that may read only OpenTelemetry's variables sends its build", async () => {
  await using collector = startCollector();

  assert.deepEqual(await sendBuild({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }), {
    sent: true,
    warning: null,
  });
  assert.equal(collector.spans().length, 4);
});

Deno.test("a process with telemetry switched off sends nothing", async () => {
  await using collector = startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: "true" };

  assert.deepEqual(await sendBuild(env), { sent: false, warning: null });
  assert.equal(collector.requests.length, 0);
});

Deno.test("the process's proxy is used", async () => {
  await using proxy = startCollector();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.invalid:4318",
    http_proxy: proxy.url,
    no_proxy: "",
  };

  assert.deepEqual(await sendBuild(env), { sent: true, warning: null });
  assert.deepEqual(proxy.requests.map(({ path }) => path).sort(), ["/v1/logs", "/v1/traces"]);
});
