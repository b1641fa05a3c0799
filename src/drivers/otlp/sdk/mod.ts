/**
 * OpenTelemetry's packages: the SDK makes spans and log records, its exporters' base and serializers make messages.
 * The exporters' own transport is `node:http`, where a dropped connection never ends, so `post` sends the messages.
 * The SDK reads no variable of the process: settings come from the plan.
 */

import {
  CompressionAlgorithm,
  createOtlpNetworkExportDelegate,
  ExporterMetrics,
  type IExporterTransport,
  OTLPExporterBase,
} from "@opentelemetry/otlp-exporter-base";
import {
  type ISerializer,
  JsonLogsSerializer,
  JsonTraceSerializer,
  LogsExporterMetricsHelper,
  TraceExporterMetricsHelper,
} from "@opentelemetry/otlp-transformer";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import type { BuildLog, BuildSpan, SignalTarget } from "../../../pipelines/core/trace/mod.ts";
import type { Ending } from "../ending.ts";
import { post, type PostAnswer } from "../post.ts";
import { makeLogMaker } from "./log_maker.ts";
import { makeSpanMaker } from "./span_maker.ts";

/** Sends spans and log records, each as one message. */
export interface Sdk {
  /** Sends spans to the target. */
  sendSpans(spans: readonly BuildSpan[], target: SignalTarget): Promise<PostAnswer>;
  /** Sends log records to the target. */
  sendLogs(logs: readonly BuildLog[], target: SignalTarget): Promise<PostAnswer>;
}

/** Makes the sender for a resource. */
export function makeSdk(
  { resource: attributes, ending }: {
    readonly resource: Readonly<Record<string, string>>;
    readonly ending: Ending;
  },
): Sdk {
  const resource = defaultResource().merge(resourceFromAttributes(attributes));
  const [makeSpans, makeLogs] = [makeSpanMaker(resource), makeLogMaker(resource)];
  const metrics = {
    spans: new ExporterMetrics({
      componentType: "otlp_http_json_span_exporter",
      metricsHelper: TraceExporterMetricsHelper,
      responseAttributesFromError: () => ({}),
      url: undefined,
      meterProvider: undefined,
    }),
    logs: new ExporterMetrics({
      componentType: "otlp_http_json_log_exporter",
      metricsHelper: LogsExporterMetricsHelper,
      responseAttributesFromError: () => ({}),
      url: undefined,
      meterProvider: undefined,
    }),
  };
  return {
    sendSpans: (spans, target) =>
      exportOnce(makeSpans(spans), {
        serializer: JsonTraceSerializer,
        metrics: metrics.spans,
        target,
        ending,
      }),
    sendLogs: (logs, target) =>
      exportOnce(makeLogs(logs), { serializer: JsonLogsSerializer, metrics: metrics.logs, target, ending }),
  };
}

/** Exports items as one message; the exporter's callback does not have the collector's answer, the transport does. */
function exportOnce<Items, Answer>(
  items: Items,
  { serializer, metrics, target, ending }: {
    readonly serializer: ISerializer<Items, Answer>;
    readonly metrics: ExporterMetrics<Items>;
    readonly target: SignalTarget;
    readonly ending: Ending;
  },
): Promise<PostAnswer> {
  const { promise, resolve } = Promise.withResolvers<PostAnswer>();
  let answer: PostAnswer | undefined;
  const transport: IExporterTransport = {
    async send(data) {
      answer = await post(new Uint8Array(data), { target, ending });
      return answer.kind === "taken"
        ? { status: "success" }
        : { status: "failure", error: new Error(answer.reason) };
    },
    shutdown: () => {},
  };
  const { NONE } = CompressionAlgorithm;
  const settings = { timeoutMillis: target.timeoutMs, concurrencyLimit: 1, compression: NONE };
  const delegate = createOtlpNetworkExportDelegate(settings, serializer, metrics, transport);
  new OTLPExporterBase(delegate).export(
    items,
    ({ error }) => resolve(answer ?? { kind: "refused", reason: error?.message ?? "no answer" }),
  );
  return promise;
}
