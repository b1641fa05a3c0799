import { isLoopback } from "../../lib/loopback.ts";
import { AppError } from "../../lib/errors.ts";
import { foreignRequest } from "../own_origin.ts";

/** The way a request came. */
export interface RequestWay {
  /** The address of the machine that sent it; undefined for this process itself. */
  readonly remote: string | undefined;
  /** Whether the server listens on a loopback address. */
  readonly onLoopback: boolean;
  /** The addresses of proxies that are believed what they say about the outer connection. */
  readonly trustedProxies: readonly string[];
  /** The address that people open; undefined if it is not known. */
  readonly publicUrl: string | undefined;
}

/** The headers that proxies add. A request with one of them came from elsewhere. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"];

/** Whether the request came from a program on this machine, and not through a proxy. */
export function isFromHere(request: Request, { onLoopback, remote }: RequestWay): boolean {
  return onLoopback && isOwnMachine(remote) && isLoopback(hostOf(request)) &&
    !FORWARDED.some((name) => request.headers.has(name));
}

/**
 * Throws AppError `plain_http_refused` if a request travelled unencrypted between machines, and `origin_refused` if a page of
 * another site may have sent it.
 */
export function refuseForeign(request: Request, way: RequestWay): void {
  if (!isEncrypted(request, way)) {
    throw new AppError("plain_http_refused", "Asking the server: the connection is not encrypted", {
      hint:
        "Give `showtime serve` a certificate (--tls-cert), or put a proxy with one before it (--trusted-proxy)",
    });
  }
  const publicUrl = way.publicUrl === undefined ? undefined : URL.parse(way.publicUrl);
  const foreign = publicUrl?.host === hostOf(request) || !way.onLoopback
    ? foreignOrigin(request, publicUrl?.origin)
    : foreignRequest(request);
  if (foreign === undefined) return;
  throw new AppError(
    "origin_refused",
    `Asking the server: ${foreign.charAt(0).toLowerCase()}${foreign.slice(1)}`,
    {
      hint: "Open the server's own address, or start it with --public-url and the address that people open",
    },
  );
}

/** Whether each part of the way was encrypted or stayed on one machine. */
function isEncrypted(request: Request, { remote, trustedProxies }: RequestWay): boolean {
  const outer = request.headers.get("x-forwarded-proto")?.split(",")[0]?.trim().toLowerCase();
  const isTrusted = isOwnMachine(remote) || trustedProxies.includes(plainAddress(remote));
  if (isTrusted && outer !== undefined) return outer === "https";
  return isOwnMachine(remote) || new URL(request.url).protocol === "https:";
}

/** A browser names the page that sends a change in `Origin`; programs send no such header. */
function foreignOrigin(request: Request, publicOrigin: string | undefined): string | undefined {
  const origin = request.headers.get("origin");
  if (request.method === "GET" || request.method === "HEAD" || origin === null) return undefined;
  if (origin === publicOrigin || URL.parse(origin)?.host === hostOf(request)) return undefined;
  return "A page of another site sent this request";
}

function hostOf(request: Request): string {
  return request.headers.get("host") ?? new URL(request.url).host;
}

function isOwnMachine(remote: string | undefined): boolean {
  return remote === undefined || isLoopback(plainAddress(remote));
}

/** Returns an address as IPv4 if it is an IPv4 address in the form of IPv6. */
function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
}
