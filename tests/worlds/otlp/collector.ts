/** An OTLP collector of a test's own, over real HTTP, that answers as the test says. */

import type { OtlpAttribute, OtlpLog, OtlpSpan } from "../bass/span_trees.ts";

/** A request that the collector was sent. */
export interface CollectorRequest {
  readonly path: string;
  readonly headers: Headers;
  /** The message, decompressed. */
  readonly message: OtlpMessage;
}

/** A message of either signal. */
export interface OtlpMessage {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
  readonly resourceLogs?: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeLogs: readonly { readonly logRecords: readonly OtlpLog[] }[];
  }[];
}

/** A running collector. */
export interface Collector extends AsyncDisposable {
  /** The address, as `http://127.0.0.1:4318`. */
  readonly url: string;
  readonly requests: readonly CollectorRequest[];
  /** The spans of all requests that were answered with success. */
  spans(): readonly OtlpSpan[];
  /** The log records of all requests that were answered with success. */
  logs(): readonly OtlpLog[];
  /** Resolves when the collector has been sent as many requests. */
  received(count: number): Promise<void>;
}

/** Answers a request; `index` counts from 0. */
export type Answerer = (request: CollectorRequest, index: number) => Response | Promise<Response>;

/** Starts a collector; by default it takes everything. */
export function startCollector(answer: Answerer = () => new Response("{}")): Collector {
  const requests: CollectorRequest[] = [];
  const taken: OtlpMessage[] = [];
  let waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  const stop = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
    async (request) => {
      const body = request.headers.get("content-encoding") === "gzip"
        ? request.body?.pipeThrough(new DecompressionStream("gzip"))
        : request.body;
      const message: OtlpMessage = await new Response(body).json();
      const received = { path: new URL(request.url).pathname, headers: request.headers, message };
      requests.push(received);
      waiters = waiters.filter(({ count, resolve }) => requests.length < count || resolve());
      const response = await answer(received, requests.length - 1);
      if (response.ok) taken.push(message);
      return response;
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    spans: () => taken.flatMap(spansIn),
    logs: () => taken.flatMap(logsIn),
    received(count) {
      if (requests.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiters.push({ count, resolve }));
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

/** Returns the spans of a message. */
export function spansIn({ resourceSpans = [] }: OtlpMessage): readonly OtlpSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** Returns the log records of a message. */
export function logsIn({ resourceLogs = [] }: OtlpMessage): readonly OtlpLog[] {
  return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
}

/** Returns attributes as a map of plain values. */
export function attributesOf(attributes: readonly OtlpAttribute[] = []): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
