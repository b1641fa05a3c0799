/**
 * How one request to GitHub is sent: octokit with its throttling plugin, told to wait by our clock.
 *
 * {@link pace} sends again what failed on the way, the plugin what met a rate limit; every wait is made by the former and
 * the limit handler through the Clock, so that an abort ends it and nothing is left that keeps the process alive.
 */

import { Octokit } from "octokit";
import type { Clock } from "../../ports/clock.ts";
import type { Actor } from "../../environments/ports/forge.ts";
import { toActor } from "./convert.ts";
import { type GraphqlIssue, isDoubtful, translateFailure, translateIssues, unreachable } from "./errors.ts";
import { listAt, textAt, valueAt } from "./json.ts";
import { dateMs, DEFAULT_DELAYS, type Delays } from "./limits.ts";
import { networkError } from "./network.ts";
import { backoffMs, pace } from "./pace.ts";

/** The part of `fetch` that is used. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface GithubClientOptions {
  readonly token: string;
  readonly restUrl: string;
  readonly graphqlUrl: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly fetch?: Fetch;
  /** Told what is waited for and how long. */
  readonly onWait?: (text: string) => void;
  readonly delays?: Delays;
}

/** What every request is told besides its content. */
export interface Asking {
  /** What is attempted, as "Reading …", for messages. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** False: sent once only, because it may not take effect twice. Default true. */
  readonly resend?: boolean;
}

export interface RestAnswer {
  readonly status: number;
  readonly data: unknown;
}

export interface GraphqlAnswer {
  readonly data: unknown;
  readonly issues: readonly GraphqlIssue[];
}

export class GithubClient {
  readonly #options: GithubClientOptions;
  readonly #delays: Required<Delays>;
  readonly #octokit: Octokit;
  #sent = 0;
  #scopes: readonly string[] | undefined;
  #viewer: Actor | undefined;
  #newest: { readonly date: number; readonly at: number } | undefined;

  constructor(options: GithubClientOptions) {
    this.#options = options;
    this.#delays = { ...DEFAULT_DELAYS, ...options.delays };
    this.#octokit = new Octokit({
      auth: options.token,
      baseUrl: options.restUrl.replace(/\/+$/, ""),
      request: { fetch: this.#fetch.bind(this) },
      // pace() retries and waits, see there.
      retry: { enabled: false },
      throttle: { enabled: false },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    pace(this.#octokit, {
      clock: options.clock,
      delays: this.#delays,
      onWait: options.onWait ?? (() => {}),
      said: new Set(),
    });
  }

  /** GitHub's time, milliseconds since 1970; this machine's before the first answer. */
  now(): number {
    const here = this.#options.clock.now();
    return this.#newest === undefined ? here : this.#newest.date + (here - this.#newest.at);
  }

  /** HTTP requests sent, repeated ones included. */
  requestCount(): number {
    return this.#sent;
  }

  /** The scopes of a classic token; undefined where no answer told any. */
  scopes(): readonly string[] | undefined {
    return this.#scopes;
  }

  /** The owner of the token, as far as an answer told it along. */
  knownViewer(): Actor | undefined {
    return this.#viewer;
  }

  /** Sends a REST request; statuses in `answers` are returned, other failures throw AppError. */
  async rest(
    route: string,
    asking: Asking & {
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly answers?: readonly number[];
    },
  ): Promise<RestAnswer> {
    try {
      return await this.#request(route, asking);
    } catch (thrown) {
      asking.signal.throwIfAborted();
      const status = Number(valueAt(thrown, "status"));
      const response = valueAt(thrown, "response");
      const error = translateFailure(thrown, this.#failure(asking, this.#options.restUrl));
      const isLimit = error.code === "forge_rate_limited";
      if (response === undefined || isLimit || !asking.answers?.includes(status)) throw error;
      return { status, data: valueAt(response, "data") };
    }
  }

  /** Sends a GraphQL document. Partial errors are returned; an answer without data throws AppError. */
  async graphql(
    document: string,
    asking: Asking & { readonly variables: Readonly<Record<string, unknown>> },
  ): Promise<GraphqlAnswer> {
    const failure = this.#failure(asking, this.#options.graphqlUrl);
    let answer: RestAnswer;
    try {
      const parameters = { query: document, variables: asking.variables };
      answer = await this.#request(`POST ${this.#options.graphqlUrl}`, { ...asking, parameters });
    } catch (thrown) {
      asking.signal.throwIfAborted();
      throw translateFailure(thrown, failure);
    }
    const issues = listAt(answer.data, "errors").map(toIssue);
    const data = valueAt(answer.data, "data");
    if (data === undefined && issues.length > 0) throw translateIssues(issues, failure);
    if (data === undefined) {
      throw unreachable(asking.what, { host: failure.host, reason: "its answer is not GraphQL" });
    }
    this.#viewer = toActor(valueAt(data, "viewer")) ?? this.#viewer;
    return { data, issues };
  }

  /** An AppError for partial errors that the caller cannot live with. */
  issueError(issues: readonly GraphqlIssue[], asking: Asking): Error {
    return translateIssues(issues, this.#failure(asking, this.#options.graphqlUrl));
  }

  /**
   * Sends something that must not take effect twice: after a failure that leaves doubt, `lookBack` says whether it
   * did (its value), or gives undefined and it is sent again.
   */
  async once<T>(
    send: () => Promise<T>,
    options: { readonly lookBack: () => Promise<T | undefined>; readonly signal: AbortSignal },
  ): Promise<T> {
    for (let sent = 1;; sent++) {
      try {
        return await send();
      } catch (error) {
        options.signal.throwIfAborted();
        if (!isDoubtful(error)) throw error;
        if (sent <= this.#delays.retries) {
          await this.#options.clock.sleep(backoffMs(this.#delays, sent), options.signal);
        }
        const done = await options.lookBack();
        if (done !== undefined) return done;
        if (sent > this.#delays.retries) throw error;
      }
    }
  }

  async #request(
    route: string,
    asking: Asking & { readonly parameters: Readonly<Record<string, unknown>> },
  ): Promise<RestAnswer> {
    asking.signal.throwIfAborted();
    const response = await this.#octokit.request(route, {
      ...asking.parameters,
      headers: { "user-agent": this.#options.userAgent, "x-github-api-version": "2022-11-28" },
      request: { signal: asking.signal, ...(asking.resend === false ? { retries: 0 } : {}) },
    });
    return { status: response.status, data: response.data };
  }

  async #fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    this.#sent += 1;
    const limit = AbortSignal.timeout(this.#delays.answerMs);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const response = await (this.#options.fetch ?? fetch)(input, { ...init, signal }).catch((thrown) => {
      init.signal?.throwIfAborted();
      throw networkError(thrown, { answerMs: limit.aborted ? this.#delays.answerMs : undefined });
    });
    const date = dateMs(response.headers.get("date"));
    this.#scopes = response.headers.get("x-oauth-scopes")?.split(",").map((scope) => scope.trim())
      .filter((scope) => scope !== "") ?? this.#scopes;
    if (date !== undefined) this.#newest = { date, at: this.#options.clock.now() };
    return response;
  }

  #failure(asking: Asking, url: string): { what: string; host: string; now: number } {
    return { what: asking.what, host: URL.canParse(url) ? new URL(url).host : url, now: this.now() };
  }
}

function toIssue(value: unknown): GraphqlIssue {
  return {
    type: textAt(value, "type") ?? textAt(value, "extensions", "code") ?? "",
    message: textAt(value, "message") ?? "",
    path: listAt(value, "path").map(String),
  };
}
