/** Answers that a fault has spoilt. */

import { message, type Reply } from "../api/answers.ts";
import type { Fault } from "./faults.ts";

/** Makes the answer of a fault that hides what the request did; undefined if the fault lets the real answer through. */
export function faultReply({ status, retry_after, login_page }: Fault): Reply | undefined {
  if (login_page === true) {
    return { status: 200, body: "<!doctype html><title>Superset</title><form id=login></form>" };
  }
  if (status === undefined) return undefined;
  const headers: Readonly<Record<string, string>> = retry_after === undefined
    ? {}
    : { "retry-after": String(retry_after) };
  if (status === 429) {
    const text = "429 Too Many Requests: 50 per 1 second";
    return { status, body: { errors: [{ message: text, error_type: "GENERIC_BACKEND_ERROR" }] }, headers };
  }
  // A proxy answers with a page of its own; the server itself answers 500 with JSON.
  return status === 500
    ? { ...message(status, "Fatal error"), headers }
    : { status, body: `<html><title>${status}</title></html>`, headers };
}

/** Spoils the body of an answer: cuts it, or breaks the connection in its middle. */
export async function spoilBody(response: Response, faults: readonly Fault[]): Promise<Response> {
  const cut = faults.some((fault) => fault.cut === true);
  const broken = faults.some((fault) => fault.reset_in_body === true);
  if (!cut && !broken) return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const half = bytes.slice(0, Math.floor(bytes.length / 2));
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  if (cut) return new Response(half, { status: response.status, headers });
  headers.set("content-length", String(bytes.length));
  // The body ends before the announced length, so the server breaks the connection.
  const body = new Blob([half]).stream();
  return new Response(body, { status: response.status, headers });
}
