import { AppError, toError, usageError } from "../../lib/errors.ts";
import { isLoopback } from "../../lib/loopback.ts";
import { maskUrlLogins } from "../../lib/url_login.ts";

/** The address of a server and the key for it. */
export interface ServerClientOptions {
  /** As `https://ci.example.org`. */
  readonly url: string;
  readonly key: string | undefined;
}

/** An answer of the server. */
export interface ServerAnswer {
  readonly status: number;
  /** Undefined if the body is no JSON. */
  readonly body: unknown;
}

/** A request. */
export interface ServerRequest {
  readonly method: "GET" | "POST";
  /** As `/api/v1/builds`. */
  readonly path: string;
  readonly body?: unknown;
  /** Milliseconds until the answer must be there; 30 s if left out. */
  readonly timeoutMs?: number;
}

/** Sends requests to one server. */
export interface ServerClient {
  /** Sends a request once. Throws AppError `server_unreachable` (retryable). */
  send(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer>;
  /** As {@link send}. Throws AppError also for an answer that is not 2xx: see {@link refusal}. */
  ask(request: ServerRequest, signal: AbortSignal): Promise<unknown>;
  /** Opens a stream of an answer. Throws as {@link ask}. */
  open(request: ServerRequest, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

const TIMEOUT_MS = 30_000;

/**
 * Makes a client. Throws AppError `server_url_invalid` (exit code 2) if the URL is malformed, or if a key would travel over plain
 * HTTP to another machine.
 */
export function makeServerClient({ url, key }: ServerClientOptions): ServerClient {
  const base = readUrl(url);
  const headers: Record<string, string> = {
    "content-type": "application/json",
    ...(key === undefined ? {} : { authorization: `Bearer ${key}`, "x-api-key": key }),
  };
  const fetchOnce = async ({ method, path, body }: ServerRequest, signal: AbortSignal): Promise<Response> => {
    try {
      return await fetch(new URL(path, base), {
        method,
        headers,
        redirect: "manual",
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw unreachable(base, cause);
    }
  };
  const client: ServerClient = {
    async send(request, signal) {
      signal.throwIfAborted();
      const limit = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
      const either = AbortSignal.any([signal, limit]);
      try {
        const response = await fetchOnce(request, either);
        return { status: response.status, body: parsed(await response.text()) };
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof AppError ? error : unreachable(base, error);
      }
    },
    async ask(request, signal) {
      const answer = await client.send(request, signal);
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      throw refusal(base, answer);
    },
    async open(request, signal) {
      const response = await fetchOnce(request, signal);
      if (response.ok && response.body !== null) return response.body;
      throw refusal(base, { status: response.status, body: parsed(await response.text()) });
    },
  };
  return client;
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw usageError(
      "server_url_invalid",
      `Reading the server's address: ${JSON.stringify(maskUrlLogins(text))} is no HTTP address`,
      "Write it as https://ci.example.org",
    );
  }
  if (url.protocol === "http:" && !isLoopback(url.host)) {
    throw usageError(
      "server_url_invalid",
      `Reading the server's address: ${url.origin} is not encrypted, and keys and secrets would travel over it`,
      "Give the server a certificate (--tls-cert, or a proxy) and write https://, or tunnel it to this machine",
    );
  }
  return url;
}

/** Explains an answer that is not 2xx. 5xx and 429 are retryable. */
export function refusal(base: URL, { status, body }: ServerAnswer): AppError {
  const { message, hint, code } = errorOf(body);
  const passes = status === 429 || status >= 500;
  return new AppError(
    passes ? "server_failed" : status === 401 || status === 403 ? "server_refused" : code ?? "server_refused",
    `Asking ${base.origin}: ${message ?? `it answered ${status}`}`,
    {
      retryable: passes,
      hint: hint ?? (status === 401 ? "Give a key: SHOWTIME_API_KEY" : "Check the address of the server"),
    },
  );
}

function errorOf(
  body: unknown,
): { readonly message?: string; readonly hint?: string; readonly code?: string } {
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
  if (typeof error !== "object" || error === null) return {};
  const text = (name: string) => {
    const value = (error as Readonly<Record<string, unknown>>)[name];
    return typeof value === "string" ? { [name]: value } : {};
  };
  return { ...text("message"), ...text("hint"), ...text("code") };
}

function unreachable(base: URL, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const said = toError(cause).message;
  const words = /refused/i.test(said)
    ? "connection refused"
    : /timed out|timeout/i.test(said)
    ? "no answer"
    : said;
  return new AppError("server_unreachable", `Asking ${base.origin}: ${maskUrlLogins(words)}`, {
    cause,
    retryable: true,
    hint: "Check that `showtime serve` runs there and that this machine reaches it",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
