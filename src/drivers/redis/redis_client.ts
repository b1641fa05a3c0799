import type { RedisAddress } from "./redis_address.ts";
import { encodeCommands, type Reply, ReplyError, ReplyReader } from "./resp.ts";

/** The server, and how long it may take. */
export interface ClientOptions {
  readonly address: RedisAddress;
  /** Milliseconds for a connection. */
  readonly connectMs: number;
  /** Milliseconds for one command. */
  readonly commandMs: number;
}

/** A script with its keys and arguments. */
export interface ScriptCall {
  readonly script: string;
  readonly keys: readonly string[];
  readonly args?: readonly (string | number)[];
}

/** A command that waits for its answer. */
interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

const CLOSED = "the connection was closed";

/** The words of servers that need no password but are given one. The commands work as well. */
const NEEDS_NO_PASSWORD = /no password is set|without any password configured/;

/** One connection to a server. If it is lost or the server is too slow, it is over: all that wait fail. */
export class RedisClient {
  readonly #connection: Deno.Conn;
  readonly #commandMs: number;
  readonly #waiting: Waiting[] = [];
  readonly #reading: Promise<void>;
  #writing: Promise<void> = Promise.resolve();
  #over: Error | undefined;

  private constructor(connection: Deno.Conn, commandMs: number) {
    this.#connection = connection;
    this.#commandMs = commandMs;
    this.#reading = this.#read();
  }

  /**
   * Connects, logs in and chooses the database. Throws Error, or {@link ReplyError} if the server refuses. If `signal` aborts,
   * it throws at once.
   */
  static async open(
    { address, connectMs, commandMs }: ClientOptions,
    signal: AbortSignal,
  ): Promise<RedisClient> {
    const client = new RedisClient(await connect(address, connectMs, signal), commandMs);
    const onAbort = () => client.#fail(new Error(CLOSED));
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { username, password, db } = address;
      const login = password === undefined
        ? []
        : [["AUTH", ...(username === undefined ? [] : [username]), password]];
      const database = db === 0 ? [] : [["SELECT", db]];
      const answers = client.#sendAll([...login, ...database]);
      const settled = await Promise.allSettled(answers);
      const refused = settled.find((each) =>
        each.status === "rejected" && !NEEDS_NO_PASSWORD.test(String(each.reason))
      );
      if (refused?.status === "rejected") throw refused.reason;
      return client;
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Runs a script. */
  async eval({ script, keys, args = [] }: ScriptCall): Promise<Reply> {
    return await this.#send(["EVAL", script, keys.length, ...keys, ...args]);
  }

  /** Lists some keys that fit a pattern, and returns the cursor of the next ones: `0` at the end. */
  async scan(cursor: string, pattern: string): Promise<readonly [cursor: string, keys: readonly string[]]> {
    const reply = await this.#send(["SCAN", cursor, "MATCH", pattern, "COUNT", 500]);
    const [next, keys] = Array.isArray(reply) ? reply : [];
    return [String(next ?? "0"), Array.isArray(keys) ? keys.map(String) : []];
  }

  /** Reads fields of a hash; null for a missing one. */
  async hmget(key: string, ...fields: readonly string[]): Promise<readonly (string | null)[]> {
    const reply = await this.#send(["HMGET", key, ...fields]);
    return Array.isArray(reply) ? reply.map((each) => each === null ? null : String(each)) : [];
  }

  /** Whether a key exists. */
  async exists(key: string): Promise<boolean> {
    return await this.#send(["EXISTS", key]) !== 0;
  }

  /** Ends the connection. What waits fails. */
  async close(): Promise<void> {
    this.#fail(new Error(CLOSED));
    await this.#reading;
    await this.#writing;
  }

  async #send(words: readonly (string | number)[]): Promise<Reply> {
    const [answer] = this.#sendAll([words]);
    if (answer === undefined) throw new Error("no command was sent");
    return await answer;
  }

  /** Sends commands in one block, and returns the answer of each. */
  #sendAll(commands: readonly (readonly (string | number)[])[]): readonly Promise<Reply>[] {
    const over = this.#over;
    if (over !== undefined) return commands.map(() => Promise.reject(over));
    const answers = commands.map(() =>
      new Promise<Reply>((resolve, reject) => {
        const timer = setTimeout(() => this.#fail(new Error("the command timed out")), this.#commandMs);
        this.#waiting.push({ resolve, reject, timer });
      })
    );
    if (commands.length > 0) {
      const bytes = encodeCommands(commands);
      this.#writing = this.#writing.then(() => this.#write(bytes)).catch((error) => this.#fail(error));
    }
    return answers;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#connection.write(rest));
  }

  async #read(): Promise<void> {
    const reader = new ReplyReader();
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (count === null) throw new Error(CLOSED);
        for (const reply of reader.push(buffer.subarray(0, count))) this.#take(reply);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(reply: Reply | ReplyError): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) throw new Error("Protocol error: an answer that no command asked for");
    clearTimeout(waiting.timer);
    if (reply instanceof ReplyError) waiting.reject(reply);
    else waiting.resolve(reply);
  }

  /** Ends the connection, since an answer that may still come must not be taken for that of another command. */
  #fail(error: Error): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
    this.#connection.close();
  }
}

/** Connects within a time and until `signal` aborts. A connection that is there too late is closed. */
async function connect(
  { host, port, isTls }: RedisAddress,
  connectMs: number,
  signal: AbortSignal,
): Promise<Deno.Conn> {
  if (signal.aborted) throw new Error(CLOSED);
  const connecting = isTls ? connectTls(host, port) : Deno.connect({ hostname: host, port });
  const ended = Promise.withResolvers<never>();
  const end = (words: string) => {
    ended.reject(new Error(words));
    connecting.then((connection) => connection.close(), () => {});
  };
  const onAbort = () => end(CLOSED);
  const timer = setTimeout(() => end("the connection timed out"), connectMs);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([connecting, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

async function connectTls(hostname: string, port: number): Promise<Deno.Conn> {
  const connection = await Deno.connectTls({ hostname, port });
  try {
    await connection.handshake();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
