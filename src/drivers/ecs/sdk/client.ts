import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { isUntrustedCertificate } from "../../../lib/untrusted_certificate.ts";

/** The time limit of one request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;
/**
 * The most attempts of one call. The SDK waits longer before each attempt, and longer still after throttling.
 */
const MAX_ATTEMPTS = 6;

/** The transport between a client and AWS. */
export interface ClientSetup {
  /** The function that sends requests; the runtime's `fetch` by default. */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * Returns the options of every client. Credentials, profiles and endpoints come from the SDK's own chain. The
 * request handler uses `fetch`, because with node:http, Deno 2.7.11 waits forever after a server drops a
 * connection.
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
