import { ROOT_CONTEXT, SeverityNumber, trace, TraceFlags } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import { LoggerProvider, type ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { VERSION } from "../../../lib/version.ts";
import type { BuildLog } from "../../../pipelines/core/trace/mod.ts";
import { hrTime } from "./hr_time.ts";

const SEVERITIES = {
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
} as const;

/**
 * Makes a function that turns log records of builds into the SDK's. Records of one millisecond get nanoseconds in
 * their order, so that a reader who sorts by time sees lines as they were written.
 */
export function makeLogMaker(resource: Resource): (logs: readonly BuildLog[]) => ReadableLogRecord[] {
  let made: ReadableLogRecord[] = [];
  let [last, sequence] = [-1, 0];
  // Lines of one step follow each other.
  let of = { spanId: "", context: ROOT_CONTEXT };
  const provider = new LoggerProvider({
    resource,
    processors: [{
      onEmit: (record) => made.push(record),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    }],
  });
  const logger = provider.getLogger("showtime", VERSION);
  return (logs) => {
    made = [];
    for (const { traceId, spanId, at, severity, text, stream } of logs) {
      sequence = at === last ? Math.min(sequence + 1, 999_999) : 0;
      last = at;
      const time = hrTime(at, sequence);
      if (of.spanId !== spanId) {
        const span = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
        of = { spanId, context: trace.setSpanContext(ROOT_CONTEXT, span) };
      }
      logger.emit({
        timestamp: time,
        observedTimestamp: time,
        severityNumber: SEVERITIES[severity],
        severityText: severity.toUpperCase(),
        body: text,
        attributes: stream === undefined ? {} : { "log.iostream": stream },
        context: of.context,
      });
    }
    return made;
  };
}
