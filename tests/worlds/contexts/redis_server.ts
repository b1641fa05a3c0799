/** A Redis server of a test's own, on a free port, with its files in a temporary folder. */

/** A running server. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** The URL of database 0, without a login. */
  readonly url: string;
  /** Ends the server at once, as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what is on its disk. */
  start(): Promise<void>;
  /** Stops and continues the process, so that the server does not answer. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Runs a command over a plain connection, as a client of the original does. */
  command(...parts: readonly string[]): Promise<string>;
}

/** Starts a server; `options` are lines of its configuration. */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-redis-" });
  const port = freePort();
  const base = options.some((line) => line.startsWith("tls-port")) ? ["port 0"] : [`port ${port}`];
  const lines = [
    ...base,
    "bind 127.0.0.1",
    `dir ${folder}`,
    "appendonly yes",
    "appendfsync always",
    ...options,
  ];
  await Deno.writeTextFile(
    `${folder}/redis.conf`,
    lines.join("\n").replaceAll("{port}", String(port)) + "\n",
  );
  let child: Deno.ChildProcess | undefined;
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    async start() {
      child = new Deno.Command("redis-server", {
        args: [`${folder}/redis.conf`],
        stdout: "null",
        stderr: "null",
      })
        .spawn();
      await answers(port);
    },
    async kill() {
      child?.kill("SIGKILL");
      await child?.status;
      child = undefined;
    },
    signal: (signal) => child?.kill(signal),
    command: (...parts) => runCommand(port, parts),
    async [Symbol.asyncDispose]() {
      await server.kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
  await server.start();
  return server;
}

/** Finds a port that is free now. */
export function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      (await Deno.connect({ port, hostname: "127.0.0.1" })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error("Starting redis-server: it does not answer");
}

/** Sends one command and returns what Redis answers, as it is, without the framing of a text. */
async function runCommand(port: number, parts: readonly string[]): Promise<string> {
  const encoder = new TextEncoder();
  using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  const sent = parts.map((part) => `$${encoder.encode(part).length}\r\n${part}\r\n`).join("");
  const bytes = encoder.encode(`*${parts.length}\r\n${sent}`);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  let answer = new Uint8Array();
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) break;
    answer = new Uint8Array([...answer, ...buffer.subarray(0, count)]);
    const text = new TextDecoder().decode(answer);
    const [, length] = /^\$(-?\d+)\r\n/.exec(text) ?? [];
    if (length === undefined && text.endsWith("\r\n")) return text.trimEnd();
    if (length === "-1") return "";
    const head = `$${length}\r\n`.length;
    if (length !== undefined && answer.length >= head + Number(length) + 2) {
      return new TextDecoder().decode(answer.subarray(head, head + Number(length)));
    }
  }
  throw new Error("Reading an answer of Redis: it ends too early");
}
