/** Sends a small build with the settings of the process, as a program does: prints the warning as JSON. */

import { makeTelemetry } from "../../../src/drivers/otlp/mod.ts";
import { planTelemetry } from "../../../src/pipelines/core/trace/mod.ts";
import { EVENTS, TRACE } from "./build_events.ts";

const plan = planTelemetry({
  flags: { tracesEndpoint: undefined, logsEndpoint: undefined, serviceName: undefined },
  env: (name) => Deno.env.get(name),
  pipeline: "web",
});
const telemetry = makeTelemetry({ plan, trace: TRACE });
EVENTS.forEach((event) => telemetry?.observe(event));
const warning = await telemetry?.finish(60_000, new AbortController().signal);
console.log(JSON.stringify({ sent: telemetry !== undefined, warning: warning ?? null }));
