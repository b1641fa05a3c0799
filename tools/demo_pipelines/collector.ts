/** A collector of traces for the demo: it takes spans by OTLP over HTTP, and draws them as a tree. */

/** A span, as far as it is drawn. */
interface Span {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

/** A message of OTLP's JSON, as far as it is read. */
interface Message {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
  readonly resourceLogs?: readonly {
    readonly scopeLogs: readonly { readonly logRecords: readonly unknown[] }[];
  }[];
}

/** A running collector. */
export interface Collector {
  /** The address, as `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Draws what has arrived: a line a span, and the number of log records. */
  draw(): readonly string[];
  close(): Promise<void>;
}

/** Starts a collector on a free port. */
export function serveCollector(): Collector {
  const spans: Span[] = [];
  let records = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { resourceSpans = [], resourceLogs = [] }: Message = await request.json();
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    for (const { scopeLogs } of resourceLogs) {
      for (const { logRecords } of scopeLogs) records += logRecords.length;
    }
    return Response.json({});
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    draw: () => [...drawSpans(spans), `and ${records} log records`],
    close: () => server.shutdown(),
  };
}

/** Draws spans below each other, those that began first above the others. */
function drawSpans(spans: readonly Span[]): readonly string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const inOrder = spans.toSorted((a, b) => a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1);
  const below = (parent: string | undefined, depth: number): readonly string[] =>
    inOrder
      .filter(({ parentSpanId = "" }) =>
        known.has(parentSpanId) ? parentSpanId === parent : parent === undefined
      )
      .flatMap((span) => [`${"  ".repeat(depth)}${drawSpan(span)}`, ...below(span.spanId, depth + 1)]);
  return below(undefined, 0);
}

function drawSpan({ name, startTimeUnixNano, endTimeUnixNano }: Span): string {
  const ms = Number((BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1_000_000n);
  return `${name}  ${(ms / 1000).toFixed(1)}s`;
}
