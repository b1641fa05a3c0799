import { isLoopback } from "../lib/loopback.ts";

/** The addresses that a server has besides a loopback address. */
export interface OwnAddresses {
  /** The address that people open, if it is known. */
  readonly publicUrl?: string | undefined;
  /** Whether the server may have any name, since each request needs a key. */
  readonly anyHost?: boolean;
}

/**
 * Returns why a request must not be answered: a page of another site may have sent it. Undefined if it may be. The host
 * must be a loopback address or the public one, since a name of another site can be made to lead to this machine. A
 * browser names the page that sends a change in `Origin`; programs send no such header.
 */
export function foreignRequest(
  request: Request,
  { publicUrl, anyHost = false }: OwnAddresses = {},
): string | undefined {
  const { protocol, host: asked } = new URL(request.url);
  const host = request.headers.get("host") ?? asked;
  const known = publicUrl === undefined ? undefined : URL.parse(publicUrl) ?? undefined;
  if (!anyHost && !isLoopback(host) && host !== known?.host) {
    return "The host of the request is not this machine";
  }
  if (request.method === "GET" || request.method === "HEAD") return undefined;
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `${protocol}//${host}` && origin !== known?.origin) {
    return "A page of another site sent this request";
  }
  return undefined;
}
