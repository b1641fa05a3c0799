import { AppError } from "../../lib/errors.ts";
import { readWhole } from "../../lib/read_whole.ts";
import type { Http, HttpAnswer, HttpRequest } from "../../ports/http.ts";

const MOST_BYTES = 1024 * 1024;

/** Makes the driver. `fetch` is the global one by default. */
export function makeHttp({ fetch: asker = fetch }: { readonly fetch?: typeof fetch } = {}): Http {
  return { send: (request, signal) => send(request, { asker }, signal) };
}

async function send(
  request: HttpRequest,
  { asker }: { readonly asker: typeof fetch },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(request.timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  const { method, headers, body } = request;
  try {
    const response = await asker(request.url, { method, headers, body, redirect: "manual", signal: either });
    const text = await readText(response, { either, signal });
    return { status: response.status, headers: Object.fromEntries(response.headers), text };
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, request, { timedOut: limit.aborted });
  }
}

/** Reads the body. A body that breaks off leaves the status as it is: the server has done what it says. */
async function readText(
  response: Response,
  { either, signal }: { readonly either: AbortSignal; readonly signal: AbortSignal },
): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readWhole(response, { mostBytes: MOST_BYTES, signal: either }));
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** The words of Deno's HTTP client for a connection that was never there: refused, no such host, TLS. */
const UNCONNECTED = /client error \(Connect\)|dns error|tcp connect error|invalid peer certificate/i;

function explain(
  cause: unknown,
  { url, timeoutMs }: HttpRequest,
  { timedOut }: { readonly timedOut: boolean },
): AppError {
  const what = `Sending to ${URL.parse(url)?.origin ?? "a URL"}`;
  if (timedOut) {
    return new AppError("http_unanswered", `${what}: no answer within ${timeoutMs / 1000} s`, {
      retryable: true,
      hint: "Check the server, or give it longer with http.timeout",
    });
  }
  const text = causes(cause).join("\n");
  return UNCONNECTED.test(text)
    ? new AppError("http_unreachable", `${what}: ${reasonOf(text) ?? "no connection"}`, {
      retryable: true,
      hint: "Check that the server runs and that this machine may reach it",
    })
    : new AppError("http_unanswered", `${what}: the connection ended before the answer`, {
      retryable: true,
      hint: "The server may have the request: look there before you send it again",
    });
}

function reasonOf(text: string): string | undefined {
  if (/connection refused|os error 10061/i.test(text)) return "connection refused";
  if (/dns error|failed to lookup|no such host/i.test(text)) return "unknown host name";
  return /certificate|UnknownIssuer/i.test(text) ? "its certificate is not trusted" : undefined;
}

function causes(error: unknown): readonly string[] {
  const messages: string[] = [];
  for (let each = error; each instanceof Error && messages.length < 8; each = each.cause) {
    messages.push(each.message);
  }
  return messages;
}
