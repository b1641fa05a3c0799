import { AppError } from "../../lib/errors.ts";
import { AnswerTooLarge, readWhole, withBody } from "../../lib/read_whole.ts";
import { CERTIFICATE_HINT, isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";
import { basicAuthorization, type Credentials, field } from "./credentials.ts";

const TIMEOUT_MS = 30_000;

/** The address of a registry, with the login. */
export interface RegistryClientOptions {
  /** Host, with its port if it has one; `docker.io` for Docker Hub's registry. */
  readonly host: string;
  readonly fetch: typeof fetch;
  readonly credentials: Credentials | undefined;
  /** The time limit of one request; 30 seconds unless given. */
  readonly timeoutMs?: number | undefined;
  /** Another address of the registry than its host. */
  readonly baseUrl?: string | undefined;
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
  const base = options.baseUrl ?? baseUrl(options.host);
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

/** The largest answer that is read: far more than a manifest, a configuration or a page of tags has. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Fetches a whole answer of at most 8 MiB, body included, within 30 seconds. Throws AppError
 * `registry_unreachable` if the registry does not answer like that; retryable unless its certificate is refused.
 */
export async function fetchWithin(
  options: { readonly fetch: typeof fetch; readonly host: string; readonly timeoutMs?: number | undefined },
  call: RequestInit & { readonly url: URL },
  signal: AbortSignal,
): Promise<Response> {
  const { url, ...init } = call;
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const either = AbortSignal.any([signal, limit]);
  try {
    const response = await options.fetch(url, { ...init, signal: either });
    // The limit holds until the last byte: a registry may stall after the headers.
    return withBody(response, await readWhole(response, { mostBytes: MOST_BYTES, signal: either }));
  } catch (cause) {
    signal.throwIfAborted();
    const asking = `Asking the registry "${options.host}"`;
    if (isUntrustedCertificate(cause)) {
      throw new AppError(
        "registry_unreachable",
        `${asking}: its certificate at ${url.origin} is not trusted`,
        {
          cause,
          hint: CERTIFICATE_HINT,
        },
      );
    }
    const state = cause instanceof AnswerTooLarge
      ? `${cause.message} at ${url.origin}`
      : `it does not answer at ${url.origin}`;
    throw new AppError("registry_unreachable", `${asking}: ${state}`, {
      cause,
      retryable: !(cause instanceof AnswerTooLarge),
      hint: "Check the network and the image's name",
    });
  }
}

function baseUrl(host: string): string {
  if (host === "docker.io") return "https://registry-1.docker.io";
  return `${isLoopback(host) ? "http" : "https"}://${host}`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}
