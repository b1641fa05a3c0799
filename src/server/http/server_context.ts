import type { Access, Caller } from "../../pipelines/app/server/identify.ts";
import type { ServerPorts } from "../../pipelines/app/server/server_ports.ts";
import type { ServerAction } from "../../pipelines/core/builds/permits.ts";

/** The parts of the interface that routes use. */
export interface ServerContext {
  readonly ports: ServerPorts;
  readonly access: Access;
  /** Whether the server listens on a loopback address. */
  readonly onLoopback: boolean;
  /** The secret of GitHub's hooks; undefined if none is configured. */
  readonly githubSecret: string | undefined;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal;
  /** Reports a failure that no answer explains. */
  readonly onFailure: (error: unknown) => void;
}

/** Identifies the caller of a request and checks that it may do this. Throws AppError `key_missing` or `key_refused`. */
export async function callerOf(
  { access }: ServerContext,
  request: Request,
  asked: { readonly action: ServerAction; readonly pipeline?: string },
): Promise<Caller> {
  return await access.caller(keyOf(request), asked, request.signal);
}

/** Reads the key of a request: a header, else the cookie of a browser. */
export function keyOf(request: Request): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const cookie = /(?:^|;\s*)showtime_key=([^;]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  return bearer ?? request.headers.get("x-api-key") ?? cookie;
}
