/** Requests to servers of others, one attempt each. */

/** A request. */
export interface HttpRequest {
  readonly method: "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds until the last byte of the answer is waited for. */
  readonly timeoutMs: number;
}

/** An answer. Redirects are answers. */
export interface HttpAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined if it is larger than 1 MiB, breaks off, or does not end in time. */
  readonly text: string | undefined;
}

/** Sends requests. */
export interface Http {
  /**
   * Sends one request and reads its whole answer. Throws AppError `http_unreachable` if there was no
   * connection, so that the server has nothing of it, and `http_unanswered` if the server may have it (exit
   * code 1, retryable). Messages name the origin and nothing else of the URL.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
}
