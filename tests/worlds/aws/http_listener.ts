import type { WireRequest, WireResponse } from "./wire.ts";

/** Answers one request; undefined drops the connection without a word. */
export type Answerer = (request: WireRequest) => Promise<WireResponse | undefined>;

/** A server that listens. */
export interface HttpListener {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves HTTP/1.1 on a free port, one request a connection. It reads the socket itself, because no server of the
 * runtime can drop a connection without having answered on every version that the tests run on.
 */
export function listenHttp(answer: Answerer): HttpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Promise<void>>();
  const accepting = (async () => {
    for await (const connection of listener) {
      const served = serveOne(connection, answer).finally(() => open.delete(served));
      open.add(served);
    }
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    async close() {
      listener.close();
      await accepting;
      await Promise.all(open);
    },
  };
}

async function serveOne(connection: Deno.Conn, answer: Answerer): Promise<void> {
  try {
    const request = await readRequest(connection);
    const response = request === undefined ? undefined : await answer(request);
    if (response !== undefined) await writeResponse(connection, response);
  } catch (error) {
    // Whoever asked has gone away: nobody is left to be told.
    if (!isGone(error)) throw error;
  } finally {
    connection.close();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

async function readRequest(connection: Deno.Conn): Promise<WireRequest | undefined> {
  let seen = new Uint8Array(0);
  const chunk = new Uint8Array(65_536);
  const more = async (): Promise<boolean> => {
    const count = await connection.read(chunk);
    if (count === null) return false;
    const joined = new Uint8Array(seen.length + count);
    joined.set(seen);
    joined.set(chunk.subarray(0, count), seen.length);
    seen = joined;
    return true;
  };
  let end = headEnd(seen);
  while (end < 0) {
    if (!await more()) return undefined;
    end = headEnd(seen);
  }
  const [first = "", ...lines] = new TextDecoder("latin1").decode(seen.subarray(0, end)).split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  if (headers.has("transfer-encoding")) throw new Error("Reading a request: its body is sent in chunks");
  const length = Number(headers.get("content-length") ?? 0);
  while (seen.length < end + 4 + length) if (!await more()) return undefined;
  return { method, path, headers, body: seen.slice(end + 4, end + 4 + length) };
}

/** Where the empty line that ends the head begins; -1 as long as it is not there. */
function headEnd(bytes: Uint8Array): number {
  for (let i = 0; i + 3 < bytes.length; i++) {
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return -1;
}

async function writeResponse(connection: Deno.Conn, { status, headers, body }: WireResponse): Promise<void> {
  const sent = new Headers(headers);
  sent.set("content-length", String(body.length));
  sent.set("connection", "close");
  const head = [`HTTP/1.1 ${status} ${status < 400 ? "OK" : "Refused"}`];
  for (const [name, value] of sent) head.push(`${name}: ${value}`);
  await writeAll(connection, new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  await writeAll(connection, body);
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}
