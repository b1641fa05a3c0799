/** Trees of spans and lists of log records, without identifiers and times, from what an OTLP collector was sent. */

import type { LogOf, SpanTree } from "./cases.ts";

/** A span as OTLP's JSON has it. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | null;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string | number;
  readonly endTimeUnixNano: string | number;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly attributes?: readonly OtlpAttribute[];
}

/** An attribute as OTLP's JSON has it. */
export interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A log record as OTLP's JSON has it. */
export interface OtlpLog {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly timeUnixNano: string | number;
  readonly observedTimeUnixNano: string | number;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: { readonly stringValue?: string };
  readonly attributes?: readonly OtlpAttribute[];
}

/** Makes the trees below `rootSpanId`; spans whose parent was not sent are orphans. */
export function spanTrees(
  spans: readonly OtlpSpan[],
  rootSpanId: string,
): { readonly spans: readonly SpanTree[]; readonly orphans: readonly SpanTree[] } {
  const sent = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string): readonly SpanTree[] =>
    treesOf(spans.filter(({ parentSpanId }) => parentSpanId === parent));
  const treesOf = (some: readonly OtlpSpan[]): readonly SpanTree[] =>
    some.map(({ name, status, spanId }) => ({ name, status: status?.code ?? 0, spans: below(spanId) })).sort(
      byName,
    );
  const isTop = ({ spanId, parentSpanId }: OtlpSpan) =>
    spanId === rootSpanId || (!sent.has(rootSpanId) && parentSpanId === rootSpanId);
  return {
    spans: treesOf(spans.filter(isTop)),
    orphans: treesOf(spans.filter((span) => !isTop(span) && !sent.has(span.parentSpanId ?? ""))),
  };
}

/** Makes the list of log records, each with the name of its span. */
export function logsBySpan(logs: readonly OtlpLog[], spans: readonly OtlpSpan[]): readonly LogOf[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return logs.map(({ spanId = "", severityNumber = 0, body }) => ({
    span: names.get(spanId) ?? "",
    severity: severityNumber,
    body: body?.stringValue ?? "",
  })).sort((a, b) => order(JSON.stringify(a), JSON.stringify(b)));
}

function byName(a: SpanTree, b: SpanTree): number {
  return order(JSON.stringify(a), JSON.stringify(b));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
