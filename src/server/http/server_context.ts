import type { Access, Caller } from "../../pipelines/app/server/identify.ts";
import type { BuildFilter } from "../../pipelines/ports/build_store.ts";
import type { ServerPorts } from "../../pipelines/app/server/server_ports.ts";
import type { ClaimLatency } from "./claim_latency.ts";
import { isFromHere, type RequestWay } from "./refuse_foreign.ts";
import type { ServerAction } from "../../pipelines/core/builds/permits.ts";

/** The parts of the interface that routes use. */
export interface ServerContext {
  readonly ports: ServerPorts;
  readonly access: Access;
  /** Whether the server listens on a loopback address. */
  readonly onLoopback: boolean;
  /** The addresses of proxies that may say that the outer connection is encrypted. */
  readonly trustedProxies: readonly string[];
  /** The secret of GitHub's hooks; undefined if none is configured. */
  readonly githubSecret: string | undefined;
  readonly latency: ClaimLatency;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal;
  /** Reports a failure that no answer explains. */
  readonly onFailure: (error: unknown) => void;
}

/** The address of the machine that sent a request, which the listener gives to the interface. */
export interface ServerBindings {
  readonly remote?: string;
}

/** Returns the way that a request came. */
export function wayOf(
  { onLoopback, trustedProxies, ports }: ServerContext,
  remote: string | undefined,
): RequestWay {
  return { remote, onLoopback, trustedProxies, publicUrl: ports.settings.publicUrl };
}

/** Identifies the caller of a request and checks that it may do this. Throws AppError `key_missing` or `key_refused`. */
export async function callerOf(
  context: ServerContext,
  request: Request,
  asked: { readonly action: ServerAction; readonly pipeline?: string },
): Promise<Caller> {
  // The listener has refused requests of other machines to a loopback address already.
  const isLocal = isFromHere(request, wayOf(context, undefined));
  return await context.access.caller(keyOf(request), { ...asked, isLocal }, request.signal);
}

/** Limits a list of builds to those that a caller may see. */
export function visibleTo({ pipelines }: Caller): Pick<BuildFilter, "pipelines"> {
  return pipelines === undefined ? {} : { pipelines };
}

/** Reads the key of a request: a header, else the cookie of a browser. */
export function keyOf(request: Request): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const cookie = /(?:^|;\s*)showtime_key=([^;]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  return bearer ?? request.headers.get("x-api-key") ?? cookie;
}
