import type { Fault } from "./control/faults.ts";
import type { Answer, RateLimit } from "./rest/mod.ts";

function commonHeaders(now: number): Headers {
  const id = Array.from(
    crypto.getRandomValues(new Uint8Array(10)),
    (byte) => byte.toString(16).padStart(2, "0"),
  );
  return new Headers({
    "date": new Date(now).toUTCString(),
    "server": "showtime-simulator",
    "x-github-media-type": "github.v3; format=json",
    "x-github-request-id": id.join("").toUpperCase(),
  });
}

function rateHeaders(rate: RateLimit): Readonly<Record<string, string>> {
  return {
    "x-ratelimit-limit": String(rate.limit),
    "x-ratelimit-remaining": String(rate.remaining),
    "x-ratelimit-used": String(rate.used),
    "x-ratelimit-reset": String(rate.reset),
    "x-ratelimit-resource": "core",
  };
}

/** Makes the HTTP response of an answer, with the server's date and the caller's limits. */
export function toResponse(
  answer: Answer,
  options: { readonly now: number; readonly rate: RateLimit },
): Response {
  const headers = commonHeaders(options.now);
  for (const [name, value] of Object.entries(rateHeaders(options.rate))) headers.set(name, value);
  if (answer.link !== undefined) headers.set("link", answer.link);
  if (answer.location !== undefined) headers.set("location", answer.location);
  if (answer.text !== undefined) {
    headers.set("content-type", "application/vnd.github.raw+json; charset=utf-8");
    return new Response(answer.text, { status: answer.status, headers });
  }
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  headers.set("content-type", "application/json; charset=utf-8");
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers });
}

const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

const REASONS: Readonly<Record<number, string>> = {
  401: "Bad credentials",
  403: "Resource not accessible by integration",
  404: "Not Found",
  422: "Validation Failed",
  429: SECONDARY,
  500: "Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

/** Makes the HTTP response of a fault. */
export function faultResponse(fault: Fault, now: number): Response {
  const status = fault.status ?? 500;
  const headers = commonHeaders(now);
  headers.set("content-type", "application/json; charset=utf-8");
  if (fault.retry_after !== undefined) headers.set("retry-after", String(fault.retry_after));
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers.set(name, value);
  const limited = fault.retry_after !== undefined && status === 403;
  const message = fault.message ??
    (limited ? SECONDARY : REASONS[status] ?? "The simulator refuses this request");
  if ([204, 205, 304].includes(status)) return new Response(null, { status, headers });
  const body = { message, documentation_url: "https://docs.github.com/rest", status: String(status) };
  return new Response(JSON.stringify(body), { status, headers });
}
