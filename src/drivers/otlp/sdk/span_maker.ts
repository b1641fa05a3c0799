import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import { AlwaysOnSampler, type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { VERSION } from "../../../lib/version.ts";
import type { BuildSpan } from "../../../pipelines/core/trace/mod.ts";
import { hrTime } from "./hr_time.ts";

const CODES = { unset: SpanStatusCode.UNSET, ok: SpanStatusCode.OK, error: SpanStatusCode.ERROR } as const;

/** Makes a function that turns spans of builds into the SDK's, which keep their own identifiers. */
export function makeSpanMaker(resource: Resource): (spans: readonly BuildSpan[]) => ReadableSpan[] {
  let [traceId, spanId] = ["", ""];
  let made: ReadableSpan[] = [];
  const provider = new TracerProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => spanId },
    spanProcessors: [{
      onStart: () => {},
      onEnd: (span) => made.push(span),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    }],
  });
  const tracer = provider.getTracer("showtime", VERSION);
  const make = (span: BuildSpan) => {
    [traceId, spanId] = [span.traceId, span.spanId];
    const { parentSpanId, status, message } = span;
    const context = parentSpanId === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, {
      traceId,
      spanId: parentSpanId,
      traceFlags: TraceFlags.SAMPLED,
    });
    const started = tracer.startSpan(span.name, {
      kind: SpanKind.SERVER,
      attributes: { ...span.attributes },
      startTime: hrTime(span.startedAt),
    }, context);
    started.setStatus({ code: CODES[status], ...message === undefined ? {} : { message } });
    started.end(hrTime(span.endedAt));
  };
  return (spans) => {
    made = [];
    spans.forEach(make);
    return made;
  };
}
