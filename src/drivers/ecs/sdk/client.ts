import { FetchHttpHandler } from "@smithy/fetch-http-handler";

/** How long one request may take, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Tries of one call; between them the SDK waits longer each time, and longer still where it was throttled. */
const MAX_ATTEMPTS = 6;

/** What stands between a client and AWS. */
export interface ClientSetup {
  /** Sends requests; the runtime's own unless given. */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * What every client is made with. Credentials, profiles and endpoints come from the SDK's own chain, untouched. The
 * handler is the one that uses `fetch`: with node:http, Deno 2.7.11 waits for ever where a server drops a connection.
 */
export function clientOptions(region: string, { fetch }: ClientSetup = {}) {
  return {
    region,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: "adaptive",
    requestHandler: new FetchHandler({
      requestTimeout: REQUEST_TIMEOUT_MS,
      ...(fetch === undefined ? {} : { customFetch: fetch }),
    }),
  } as const;
}

/** Marks a lost connection as worth another try: the SDK does not know it by the words that Deno has for it. */
class FetchHandler extends FetchHttpHandler {
  override async handle(
    ...request: Parameters<FetchHttpHandler["handle"]>
  ): ReturnType<FetchHttpHandler["handle"]> {
    try {
      return await super.handle(...request);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const { message } = error.cause instanceof Error ? error.cause : error;
      throw Object.assign(new TypeError(message, { cause: error }), { $retryable: { throttling: false } });
    }
  }
}
