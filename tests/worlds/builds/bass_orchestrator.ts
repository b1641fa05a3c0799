/**
 * An orchestrator as bass's answers: HTTP/1.0, a connection for each request, answers without a length, and no answer at
 * all to paths that it does not know.
 */

/** A request that it took. */
export interface TakenRequest {
  readonly line: string;
  readonly key: string | undefined;
  readonly body: string;
}

/** A running orchestrator. */
export interface BassOrchestrator extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly TakenRequest[];
  /** Puts a job into its queue, as its webhook does. */
  queue(job: unknown): void;
}

/** Starts one with a key. */
export function startBassOrchestrator(key: string): BassOrchestrator {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: TakenRequest[] = [];
  const jobs: unknown[] = [];
  const answer = ({ line, key: sent, body }: TakenRequest): string | undefined => {
    const reply = (status: string, { text = "", more = "" } = {}) =>
      `HTTP/1.0 ${status}\r\nServer: BaseHTTP/0.6 Python/3.13.0\r\n${more}\r\n${text}`;
    if (line.startsWith("GET /pipelines ")) {
      return reply("200 OK", {
        text: '{"web": {"worker-tags": []}}',
        more: "Access-Control-Allow-Origin: *\r\n",
      });
    }
    if (!line.startsWith("POST /dequeue ")) return undefined;
    if (sent === undefined || sent === "") return reply("401 Unauthorized");
    if (sent !== key) return reply("403 Forbidden");
    if (!Array.isArray(JSON.parse(body).tags)) return undefined;
    const job = jobs.shift();
    return job === undefined ? reply("204 No Content") : reply("200 OK", { text: JSON.stringify(job) });
  };
  const serving = (async () => {
    for await (const connection of listener) {
      const request = await readRequest(connection);
      if (request !== undefined) {
        requests.push(request);
        const text = answer(request);
        if (text !== undefined) await connection.write(new TextEncoder().encode(text));
      }
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    requests,
    queue: (job) => void jobs.push(job),
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving.catch(() => {});
    },
  };
}

async function readRequest(connection: Deno.Conn): Promise<TakenRequest | undefined> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  for (;;) {
    const read = await connection.read(buffer).catch(() => null);
    if (read === null) return undefined;
    text += new TextDecoder().decode(buffer.subarray(0, read));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
    if (text.length < end + 4 + length) continue;
    const key = /^x-api-key: *(.*?)\r?$/im.exec(text.slice(0, end))?.[1];
    return { line: text.slice(0, text.indexOf("\r\n")), key, body: text.slice(end + 4) };
  }
}
