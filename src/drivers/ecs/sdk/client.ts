import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { isUntrustedCertificate } from "../../../lib/untrusted_certificate.ts";
import { readWhole, withBody } from "../../../lib/read_whole.ts";

/** The time limit of one request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The largest answer that is read: far more than a page of log events has. */
const MOST_BYTES = 32 * 1024 * 1024;
/**
 * The most attempts of one call. The SDK waits longer before each attempt, and longer still after throttling.
 */
const MAX_ATTEMPTS = 6;

/** The transport between a client and AWS. */
export interface ClientSetup {
  /** The function that sends requests; the runtime's `fetch` by default. */
  readonly fetch?: typeof fetch | undefined;
  /** The time limit of one request, in milliseconds; 30 seconds by default. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Returns the options of every client. Credentials, profiles and endpoints come from the SDK's own chain. The
 * request handler uses `fetch`, because with node:http, Deno 2.7.11 waits forever after a server drops a
 * connection.
 */
export function clientOptions(region: string, { fetch, timeoutMs = REQUEST_TIMEOUT_MS }: ClientSetup = {}) {
  return {
    region,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: "adaptive",
    requestHandler: new FetchHandler({
      requestTimeout: REQUEST_TIMEOUT_MS,
      customFetch: fetchWhole(fetch, timeoutMs),
    }),
  } as const;
}

/**
 * Returns a `fetch` that reads the whole body within the time limit. The SDK's own limit ends with the headers,
 * so a server that stalls after them would be waited for without end.
 */
function fetchWhole(inner: typeof fetch | undefined, timeoutMs: number): typeof fetch {
  return async (input, init) => {
    const given = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = given ? AbortSignal.any([given, limit]) : limit;
    const response = await (inner ?? fetch)(input, { ...init, signal });
    return withBody(response, await readWhole(response, { mostBytes: MOST_BYTES, signal }));
  };
}

/**
 * A handler that marks a lost connection as retryable: the SDK does not recognise Deno's error for it. A
 * certificate that is not trusted stays so, and no other attempt is made.
 */
class FetchHandler extends FetchHttpHandler {
  override async handle(
    ...request: Parameters<FetchHttpHandler["handle"]>
  ): ReturnType<FetchHttpHandler["handle"]> {
    try {
      return await super.handle(...request);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const lost = new TypeError(innermost(error).message, { cause: error });
      if (isUntrustedCertificate(error)) throw lost;
      throw Object.assign(lost, { $retryable: { throttling: false } });
    }
  }
}

/** Returns the error at the end of the chain of causes: the one before says only that a fetch failed. */
function innermost(error: Error): Error {
  let inner = error;
  for (let depth = 0; depth < 10 && inner.cause instanceof Error; depth++) inner = inner.cause;
  return inner;
}
