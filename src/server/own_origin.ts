import { isLoopback } from "../lib/loopback.ts";

/**
 * Returns why a request must not be answered: a page of another site may have sent it. Undefined if it may be. The host
 * must be a loopback address, since a name of another site can be made to lead to this machine. A browser names the
 * page that sends a change in `Origin`; programs send no such header.
 */
export function foreignRequest(request: Request): string | undefined {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (!isLoopback(host)) return "The host of the request is not this machine";
  if (request.method === "GET" || request.method === "HEAD") return undefined;
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) return "A page of another site sent this request";
  return undefined;
}
