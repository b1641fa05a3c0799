import { AppError } from "../../lib/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import { explainError, isPassing, isReply } from "./explain_error.ts";
import { formatRedisAddress } from "./redis_address.ts";
import { type ClientOptions, RedisClient, type ScriptCall } from "./redis_client.ts";

/** The server, how long it may take, and the time. */
export interface ConnectionOptions extends ClientOptions {
  readonly clock: Clock;
}

/** The waits between attempts, in milliseconds. Afterwards the command fails. */
const WAITS = [200, 1_000] as const;

/** A connection that is made when it is first used, and made again a few times if it is lost. */
export class Connection {
  readonly name: string;
  readonly #options: ConnectionOptions;
  #client: RedisClient | undefined;
  /** Ends the connecting. */
  #opening: AbortController | undefined;
  /** Shared by calls that begin at the same time. */
  #ready: Promise<RedisClient> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.name = `redis ${formatRedisAddress(options.address)}`;
  }

  /** Runs a script that bears a repetition. */
  async run(call: ScriptCall, signal: AbortSignal): Promise<unknown> {
    return await this.use((client) => client.eval(call), signal);
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
    this.#opening?.abort();
    await client?.close();
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
    const opening = this.#opening = new AbortController();
    return this.#client = await RedisClient.open(this.#options, opening.signal);
  }
}
