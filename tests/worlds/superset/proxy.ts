/**
 * A reverse proxy before a server: it logs and counts requests, makes each one slower, loses requests or answers, and
 * answers itself. With it a real server shows most faults of a network.
 */

/** A request that came to the proxy. */
export interface ProxiedRequest {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  /** Undefined until the answer is there, and if it was lost. */
  status: number | undefined;
  /** The bytes of the answer. */
  bytes: number;
}

/** The fate of a request. */
export type Fate =
  | "pass"
  /** The connection ends before the server sees the request. */
  | "drop_before"
  /** The server does its work, and the connection ends without its answer. */
  | "drop_after"
  /** The proxy answers, and the server never sees the request. */
  | Response
  /** The server does its work, and its answer is replaced. */
  | { readonly replace: (answer: Response) => Response | Promise<Response> };

/** The options of a proxy. */
export interface ProxyOptions {
  /** Milliseconds that are added to each request. */
  readonly delayMs?: number;
  /** Decides about each request; everything passes if left out. `index` counts from 0. */
  readonly fate?: (request: ProxiedRequest, index: number) => Fate | Promise<Fate>;
}

/** A running proxy. */
export interface Proxy {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The requests since the start, or since the last {@link clear}. */
  readonly log: readonly ProxiedRequest[];
  /** Replaces the fate of requests from now on. */
  setFate(fate: NonNullable<ProxyOptions["fate"]>): void;
  clear(): void;
  stop(): Promise<void>;
}

/** Whether a request may change the server: logging in changes nothing. */
export function isWrite({ method, path }: ProxiedRequest): boolean {
  return method !== "GET" && method !== "HEAD" && !/^\/(?:api\/v1\/security\/|login\/)/.test(path);
}

/** Headers that belong to one connection. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "host", "content-length"];

/** Starts a proxy before a server. The caller stops it. */
export function startProxy(target: string, { delayMs = 0, fate = () => "pass" }: ProxyOptions = {}): Proxy {
  let log: ProxiedRequest[] = [];
  let decide = fate;
  // The server's answers pass as they are: no redirection is followed, no cookie is kept.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 16 });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const entry: ProxiedRequest = {
      method: request.method,
      path: `${pathname}${search}`,
      status: undefined,
      bytes: 0,
    };
    const index = log.push(entry) - 1;
    const body = request.body === null ? undefined : await request.arrayBuffer();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const chosen = await decide(entry, index);
    if (chosen === "drop_before") return cut();
    if (chosen instanceof Response) {
      entry.status = chosen.status;
      return chosen;
    }
    const answer = await forward({ request, path: entry.path, body });
    if (chosen === "drop_after") return cut();
    const last = chosen === "pass" ? answer : await chosen.replace(answer);
    entry.status = last.status;
    return last;

    async function forward({ request, path, body }: Forwarded): Promise<Response> {
      const response = await fetch(`${target}${path}`, {
        method: request.method,
        headers: passed(request.headers),
        redirect: "manual",
        client,
        ...(body === undefined ? {} : { body }),
      });
      const bytes = await response.arrayBuffer();
      entry.bytes = bytes.byteLength;
      const headers = passed(response.headers);
      // The body was unpacked on its way here.
      headers.delete("content-encoding");
      return new Response(hasBody(response.status) ? bytes : null, { status: response.status, headers });
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    get log() {
      return log;
    },
    setFate(next) {
      decide = next;
    },
    clear() {
      log = [];
    },
    async stop() {
      await server.shutdown();
      client.close();
    },
  };
}

interface Forwarded {
  readonly request: Request;
  readonly path: string;
  readonly body: ArrayBuffer | undefined;
}

function passed(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of HOP_BY_HOP) kept.delete(name);
  return kept;
}

function hasBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

/** An answer that breaks off before its first byte: the client sees a connection that ends. */
function cut(): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.error(new Error("the proxy cuts the connection"));
    },
  });
  return new Response(body, { headers: { "content-length": "1000" } });
}
