import { AppError } from "../../lib/errors.ts";
import { basicAuthorization, type Credentials, field } from "./credentials.ts";

const TIMEOUT_MS = 30_000;

/** The address of a registry, with the login. */
export interface RegistryClientOptions {
  /** Host, with its port if it has one; `docker.io` for Docker Hub's registry. */
  readonly host: string;
  readonly fetch: typeof fetch;
  readonly credentials: Credentials | undefined;
}

/** One request. `scope` is the right that a token is requested for if the registry wants a token. */
export interface RegistryRequest {
  readonly method: "GET" | "HEAD" | "DELETE";
  /** Path below the registry's root, with its query. */
  readonly path: string;
  readonly scope: string;
  readonly accept?: string;
}

/**
 * Client of a registry, which logs in if the registry asks for it. Throws AppError `registry_unreachable`.
 */
export interface RegistryClient {
  request(request: RegistryRequest, signal: AbortSignal): Promise<Response>;
}

/** Makes a client that keeps its tokens in memory. */
export function makeRegistryClient(options: RegistryClientOptions): RegistryClient {
  const base = baseUrl(options.host);
  const tokens = new Map<string, string>();

  async function request(call: RegistryRequest, signal: AbortSignal): Promise<Response> {
    const first = await send(call, tokens.get(call.scope), signal);
    if (first.status !== 401) return first;
    const authorization = await authorize(first.headers.get("www-authenticate") ?? "", call.scope, signal);
    if (authorization === undefined) return first;
    tokens.set(call.scope, authorization);
    return await send(call, authorization, signal);
  }

  function send(
    call: RegistryRequest,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers = new Headers();
    if (call.accept !== undefined) headers.set("accept", call.accept);
    if (authorization !== undefined) headers.set("authorization", authorization);
    return fetchWithin(options, { url: new URL(call.path, base), method: call.method, headers }, signal);
  }

  async function authorize(
    challenge: string,
    scope: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const basic = options.credentials === undefined ? undefined : basicAuthorization(options.credentials);
    if (/^basic/i.test(challenge)) return basic;
    const realm = /realm="([^"]+)"/.exec(challenge)?.[1];
    if (!/^bearer/i.test(challenge) || realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    const service = /service="([^"]*)"/.exec(challenge)?.[1];
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", scope);
    // A password goes over plain HTTP only to a loopback address.
    const safe = url.protocol === "https:" || isLoopback(url.host);
    const headers = new Headers(basic === undefined || !safe ? {} : { authorization: basic });
    const response = await fetchWithin(options, { url, headers }, signal);
    if (!response.ok) {
      return undefined;
    }
    const answer: unknown = await response.json().catch(() => undefined);
    const token = field(answer, "token") ?? field(answer, "access_token");
    return typeof token === "string" ? `Bearer ${token}` : undefined;
  }

  return { request };
}

/**
 * Fetches a whole answer, body included, within 30 seconds. Throws AppError `registry_unreachable`
 * (retryable) if the registry does not answer in that time.
 */
export async function fetchWithin(
  options: { readonly fetch: typeof fetch; readonly host: string },
  call: RequestInit & { readonly url: URL },
  signal: AbortSignal,
): Promise<Response> {
  const { url, ...init } = call;
  signal.throwIfAborted();
  const either = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const response = await options.fetch(url, { ...init, signal: either });
    // The limit holds until the last byte: a registry may stall after the headers.
    const body = await response.arrayBuffer();
    const { status, statusText, headers } = response;
    return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError(
      "registry_unreachable",
      `Asking the registry "${options.host}": it does not answer at ${url.origin}`,
      {
        cause,
        retryable: true,
        hint: "Check the network and the image's name",
      },
    );
  }
}

function baseUrl(host: string): string {
  if (host === "docker.io") return "https://registry-1.docker.io";
  return `${isLoopback(host) ? "http" : "https"}://${host}`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}
