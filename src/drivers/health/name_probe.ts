import type { NamedAnswer, NameProbe, NameQuestion } from "../../ports/health.ts";
import { ANSWERS, failureKind } from "./failure.ts";

/** The most bytes of an answer's head that are read. */
const MOST_HEAD_BYTES = 64 * 1024;
const LOOPBACK = ["127.0.0.1", "::1"] as const;

/**
 * Makes the probe of names. It connects by itself, since an HTTP client takes neither another host than that of the URL
 * nor a name under `.localhost` that the system does not know.
 */
export function makeNameProbe(): NameProbe {
  return async (url, question, signal) => {
    signal.throwIfAborted();
    const limit = AbortSignal.timeout(question.timeoutMs);
    const either = AbortSignal.any([signal, limit]);
    let asked = false;
    const onAsked = () => asked = true;
    try {
      return await ask(new URL(question.path, url), { ...question, onAsked }, either);
    } catch (error) {
      signal.throwIfAborted();
      const late = limit.aborted;
      const answer = describe(error, late);
      return { status: undefined, mark: undefined, answer, ...(late && asked ? { hangs: true } : {}) };
    }
  };
}

function describe(error: unknown, late: boolean): string {
  if (late) return "no answer in time";
  const kind = failureKind(error);
  return ANSWERS[kind] ?? "no connection";
}

/** Whether a name leads to this machine by itself (RFC 6761). */
function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost");
}

async function ask(
  url: URL,
  { header, onAsked }: NameQuestion & { readonly onAsked: () => void },
  signal: AbortSignal,
): Promise<NamedAnswer> {
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n` +
    "User-Agent: showtime\r\nAccept: */*\r\nConnection: close\r\n\r\n";
  const { connection, untrusted } = await connect(url, signal);
  if (untrusted !== undefined) {
    onAsked();
    const { hostname, port } = untrusted;
    const { readUntrustedHead } = await import("./untrusted_tls.ts");
    const head = await readUntrustedHead({ hostname, port, servername: url.hostname, request }, signal);
    return { ...readHead(head, header), untrusted: true };
  }
  const close = () => {
    try {
      connection.close();
    } catch {
      // The end of the answer has closed it.
    }
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    signal.throwIfAborted();
    await writeAll(connection, new TextEncoder().encode(request));
    onAsked();
    return readHead(await readUntilBody(connection), header);
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/** A connection, or the address of a server whose certificate is not trusted. */
type Connected =
  | { readonly connection: Deno.Conn; readonly untrusted?: undefined }
  | {
    readonly connection?: undefined;
    readonly untrusted: { readonly hostname: string; readonly port: number };
  };

async function connect(url: URL, signal: AbortSignal): Promise<Connected> {
  const secure = url.protocol === "https:";
  const port = Number(url.port || (secure ? 443 : 80));
  const hosts = isLocal(url.hostname) ? LOOPBACK : [url.hostname];
  let failure: unknown;
  for (const hostname of hosts) {
    try {
      const connection = await connectTo({ hostname, port }, signal);
      return { connection: secure ? await encrypt(connection, url.hostname, signal) : connection };
    } catch (error) {
      signal.throwIfAborted();
      if (secure && /certificate|UnknownIssuer|NotValidForName/i.test(String(error))) {
        return { untrusted: { hostname, port } };
      }
      // The first address is the one that counts, unless nothing listens there.
      failure ??= error;
      if (!(error instanceof Deno.errors.ConnectionRefused)) break;
    }
  }
  throw failure;
}

/** Connects, or ends at the abort of the signal. A connection that comes too late is closed. */
async function connectTo(to: Deno.ConnectOptions, signal: AbortSignal): Promise<Deno.TcpConn> {
  const over = Promise.withResolvers<never>();
  const end = () => over.reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  const connecting = Deno.connect(to);
  try {
    return await Promise.race([connecting, over.promise]);
  } catch (error) {
    connecting.then((late) => late.close(), () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

async function encrypt(connection: Deno.TcpConn, hostname: string, signal: AbortSignal): Promise<Deno.Conn> {
  const encrypted = await Deno.startTls(connection, { hostname });
  const close = () => encrypted.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await encrypted.handshake();
    return encrypted;
  } catch (error) {
    if (!signal.aborted) encrypted.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Reads the head of the answer. Throws if the connection ends before it does. */
async function readUntilBody(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(4096);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const read = await connection.read(buffer);
    if (read === null) throw new Error("connection closed before message completed");
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
    if (text.length > MOST_HEAD_BYTES) throw new Error("invalid http header");
  }
  return text.slice(0, text.indexOf("\r\n\r\n"));
}

function readHead(head: string, header: string): NamedAnswer {
  const [first = "", ...lines] = head.split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(first)?.[1]);
  if (!(status > 0)) throw new Error("invalid http version");
  const line = lines.find((each) => each.toLowerCase().startsWith(`${header}:`));
  return { status, mark: line?.slice(header.length + 1).trim(), answer: String(status) };
}
