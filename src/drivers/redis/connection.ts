import { AppError, toError } from "../../lib/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RedisClient } from "./commands.ts";
import { explainError, isPassing, isReply } from "./explain_error.ts";
import { formatRedisAddress, type RedisAddress } from "./redis_address.ts";

/** The server, and how long it may take. */
export interface ConnectionOptions {
  readonly address: RedisAddress;
  readonly clock: Clock;
  /** Milliseconds for a connection. */
  readonly connectMs: number;
  /** Milliseconds for one command. */
  readonly commandMs: number;
}

/** The waits between attempts, in milliseconds. Afterwards the command fails. */
const WAITS = [200, 1_000] as const;

/** A script with its keys and arguments. */
export interface ScriptCall {
  readonly script: string;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/** A connection that is made when it is first used, and made again a few times if it is lost. */
export class Connection {
  readonly name: string;
  readonly #options: ConnectionOptions;
  #client: RedisClient | undefined;
  /** Shared by calls that begin at the same time. */
  #ready: Promise<RedisClient> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.name = `redis ${formatRedisAddress(options.address)}`;
  }

  /** Runs a script that bears a repetition. */
  async run({ script, keys, args }: ScriptCall, signal: AbortSignal): Promise<unknown> {
    return await this.use((client) => client.eval(script, keys.length, ...keys, ...args), signal);
  }

  /**
   * Runs work on the connection, and again if the connection is lost. `attempt` counts the earlier attempts, whose outcome
   * is unknown.
   */
  async use<T>(
    work: (client: RedisClient, attempt: number) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    for (let attempt = 0;; attempt++) {
      signal.throwIfAborted();
      const failure = await this.#attempt((client) => work(client, attempt), signal);
      if ("result" in failure) return failure.result;
      const { error } = failure;
      const wait = WAITS[attempt];
      const isFinal = error instanceof AppError || (isReply(error) && !isPassing(error));
      if (isFinal || wait === undefined) throw explainError(error, this.name);
      await this.#options.clock.sleep(wait, signal);
    }
  }

  /** Ends the connection. Every answer has been read. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#ready = undefined;
    if (client === undefined || client.status === "end") return;
    const ended = new Promise<void>((resolve) => client.once("end", resolve));
    client.disconnect();
    await ended;
  }

  async #attempt<T>(
    work: (client: RedisClient) => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly result: T } | { readonly error: unknown }> {
    const end = () => void this.close();
    signal.addEventListener("abort", end, { once: true });
    try {
      return { result: await work(await (this.#ready ??= this.#connect())) };
    } catch (error) {
      // An answer that may still come must not be taken for that of the next command.
      if (!isReply(error)) await this.close();
      signal.throwIfAborted();
      return { error };
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async #connect(): Promise<RedisClient> {
    const { address, connectMs, commandMs } = this.#options;
    const { host, port, db, username, password, isTls } = address;
    // A bundle gives the package's exports under `default` only.
    const { Redis } = (await import("ioredis")).default;
    const client: RedisClient = new Redis({
      host,
      port,
      ...username === undefined ? {} : { username },
      ...password === undefined ? {} : { password },
      // A certificate for an IP address is asked for without a name.
      ...isTls ? { tls: isAddress(host) ? {} : { servername: host } } : {},
      connectTimeout: connectMs,
      // A server that does not answer does not say goodbye either.
      disconnectTimeout: 100,
      commandTimeout: commandMs,
      // Newer protocols and a name of the client cost a handshake, and the scripts' answers need neither.
      protocol: 2,
      disableClientInfo: true,
      lazyConnect: true,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    let reason: Error | undefined;
    client.on("error", (error) => reason ??= toError(error));
    try {
      this.#client = client;
      await client.connect();
      // The package would go on in database 0 if the server refused another one.
      if (db !== 0) await client.select(db);
      if (reason !== undefined) throw reason;
      return client;
    } catch (error) {
      await this.close();
      // The package says that the connection is closed; the event said why.
      throw isReply(error) ? error : reason ?? error;
    }
  }
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^\d+(?:\.\d+){3}$/.test(host);
}
