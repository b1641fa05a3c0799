import type { HealthKind } from "../../lib/health_outcome.ts";

/** The words of Deno's HTTP client for each kind of failure, over the whole chain of causes. */
const WORDS: readonly (readonly [HealthKind, RegExp])[] = [
  ["blocked_port", /requests to port \d+ are blocked|bad port/i],
  ["refused", /connection refused|os error 10061/i],
  ["reset", /connection reset|connection aborted|broken pipe|os error 1005[34]/i],
  ["dns", /dns error|failed to lookup address|name or service not known|no such host/i],
  ["unreachable", /no route to host|(?:network|host) is unreachable|os error 1005[01]|os error 10065/i],
  ["closed", /before message completed|unexpected eof|connection closed|incomplete message/i],
  ["not_http", /invalid http version|invalid http header|invalid http status|http2 error|parse error/i],
  ["unconnected", /connection timed out|os error 10060/i],
];

/** The answer for people of each kind of failure. */
export const ANSWERS: Readonly<Partial<Record<HealthKind, string>>> = {
  refused: "connection refused",
  reset: "connection reset",
  closed: "connection closed without an answer",
  unconnected: "no connection in time",
  silent: "no answer in time",
  tls: "the port speaks TLS",
  not_http: "an answer that is not HTTP",
  dns: "unknown host name",
  unreachable: "no route to the host",
  blocked_port: "a port that HTTP clients refuse",
  loop: "too many redirects",
};

/**
 * Finds the kind of a failure to fetch. The message of the outermost error is often only "fetch failed", so
 * every cause below it is read too.
 */
export function failureKind(error: unknown): HealthKind {
  const text = causes(error).join("\n");
  return WORDS.find(([, words]) => words.test(text))?.[0] ?? "other";
}

/** Whether a failed request by HTTPS shows that the port speaks TLS: its certificate is refused. */
export function speaksTls(error: unknown): boolean {
  const text = causes(error).join("\n");
  return /certificate|fatal alert|handshake failure|UnknownIssuer/i.test(text) &&
    !/InvalidContentType|corrupt message/i.test(text);
}

/** Returns the messages of an error and of the causes below it. */
function causes(error: unknown): readonly string[] {
  const messages: string[] = [];
  for (let each = error; each instanceof Error && messages.length < 8; each = each.cause) {
    messages.push(each.message);
  }
  return messages;
}
