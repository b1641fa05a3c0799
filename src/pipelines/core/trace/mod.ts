/**
 * The trace of a build: its identifiers, the spans and log records that events make, and where settings send them.
 * Nothing is sent here, and no package of a vendor is named.
 */

export { type BuildTrace, decideTrace, parseTraceParent } from "./build_trace.ts";
export { type BuildSpan, type SpanAttributes, spanOfBuild, spanOfStep } from "./spans.ts";
export { type BuildLog, logsOfEvent } from "./logs.ts";
export {
  planTelemetry,
  type SignalTarget,
  type TelemetryFlags,
  type TelemetryPlan,
} from "./telemetry_plan.ts";
export { redactEvent } from "./redact_event.ts";
