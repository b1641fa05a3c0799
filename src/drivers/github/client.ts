/** Sends one request to GitHub through octokit. {@link pace} waits and sends it again. */

import { Octokit } from "octokit";
import type { Clock } from "../../ports/clock.ts";
import type { Actor } from "../../environments/ports/forge.ts";
import { readWhole, withBody } from "../../lib/read_whole.ts";
import { toActor } from "./convert.ts";
import {
  type GraphqlIssue,
  isDoubtful,
  networkError,
  translateFailure,
  translateIssues,
  unreachable,
} from "./errors.ts";
import { listAt, textAt, valueAt } from "./json.ts";
import { dateMs, DEFAULT_DELAYS, type Delays } from "./limits.ts";
import { backoffMs, pace } from "./pace.ts";
import { rightsOfFields, rightsOfRoute } from "./refusals.ts";

/** The largest answer that is read: far more than 100 comments of the greatest length. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The part of `fetch` that the client uses. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** How the client reaches GitHub. */
export interface GithubClientOptions {
  readonly token: string;
  readonly restUrl: string;
  readonly graphqlUrl: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly fetch?: Fetch;
  /** Called at the start of a wait with its reason and its length. */
  readonly onWait?: (text: string) => void;
  readonly delays?: Delays;
}

/** The options of every request besides its content. */
export interface RequestOptions {
  /** The attempted action for messages, as "Reading …". */
  readonly what: string;
  readonly signal: AbortSignal;
  /** If false, a failed request is not sent again, because it must not take effect twice. Default true. */
  readonly resend?: boolean;
}

/** An answer of the REST API. */
export interface RestAnswer {
  readonly status: number;
  readonly data: unknown;
}

/** An answer of the GraphQL API that has data; `issues` are its partial errors. */
export interface GraphqlAnswer {
  readonly data: unknown;
  readonly issues: readonly GraphqlIssue[];
}

/** The client for one GitHub server and one token. */
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

  /** Returns GitHub's time in milliseconds since 1970; before the first answer, this machine's time. */
  now(): number {
    const here = this.#options.clock.now();
    return this.#newest === undefined ? here : this.#newest.date + (here - this.#newest.at);
  }

  /** Counts the HTTP requests sent, retries included. */
  requestCount(): number {
    return this.#sent;
  }

  /** Returns the scopes of a classic token; undefined if no answer has named any. */
  scopes(): readonly string[] | undefined {
    return this.#scopes;
  }

  /** Returns the owner of the token; undefined until an answer has named one. */
  knownViewer(): Actor | undefined {
    return this.#viewer;
  }

  /** Sends a REST request. A failure whose status is in `answers` is returned, any other throws AppError. */
  async rest(
    route: string,
    options: RequestOptions & {
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly answers?: readonly number[];
    },
  ): Promise<RestAnswer> {
    try {
      return await this.#request(route, options);
    } catch (thrown) {
      options.signal.throwIfAborted();
      const status = Number(valueAt(thrown, "status"));
      const response = valueAt(thrown, "response");
      const failure = this.#failure(options, this.#options.restUrl);
      const error = translateFailure(thrown, { ...failure, rights: rightsOfRoute(route) });
      const isLimit = error.code === "forge_rate_limited";
      if (response === undefined || isLimit || !options.answers?.includes(status)) throw error;
      return { status, data: valueAt(response, "data") };
    }
  }

  /** Sends a GraphQL document. Partial errors are returned; an answer without data throws AppError. */
  async graphql(
    document: string,
    options: RequestOptions & { readonly variables: Readonly<Record<string, unknown>> },
  ): Promise<GraphqlAnswer> {
    const failure = {
      ...this.#failure(options, this.#options.graphqlUrl),
      rights: rightsOfFields(fieldsOf(document)),
    };
    let answer: RestAnswer;
    try {
      const parameters = { query: document, variables: options.variables };
      answer = await this.#request(`POST ${this.#options.graphqlUrl}`, { ...options, parameters });
    } catch (thrown) {
      options.signal.throwIfAborted();
      throw translateFailure(thrown, failure);
    }
    const issues = listAt(answer.data, "errors").map(toIssue);
    const data = valueAt(answer.data, "data");
    if (data === undefined && issues.length > 0) throw translateIssues(issues, failure);
    if (data === undefined) {
      throw unreachable(options.what, { host: failure.host, reason: "its answer is not GraphQL" });
    }
    this.#viewer = toActor(valueAt(data, "viewer")) ?? this.#viewer;
    return { data, issues };
  }

  /** Makes the AppError for partial errors that the caller cannot accept. */
  issueError(issues: readonly GraphqlIssue[], options: RequestOptions): Error {
    const failure = this.#failure(options, this.#options.graphqlUrl);
    return translateIssues(issues, { ...failure, rights: rightsOfFields([]) });
  }

  /**
   * Sends a request that must not take effect twice. If a failure leaves its effect in doubt, `lookBack` asks
   * GitHub: a value is the result, and after undefined `send` is called again.
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
    options: RequestOptions & { readonly parameters: Readonly<Record<string, unknown>> },
  ): Promise<RestAnswer> {
    options.signal.throwIfAborted();
    const response = await this.#octokit.request(route, {
      ...options.parameters,
      headers: { "user-agent": this.#options.userAgent, "x-github-api-version": "2022-11-28" },
      request: { signal: options.signal, ...(options.resend === false ? { retries: 0 } : {}) },
    });
    return { status: response.status, data: response.data };
  }

  async #fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    this.#sent += 1;
    const limit = AbortSignal.timeout(this.#delays.answerMs);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const read = async () => {
      const answer = await (this.#options.fetch ?? fetch)(input, { ...init, signal });
      // The limit holds until the last byte: an answer may stall after its headers.
      return withBody(answer, await readWhole(answer, { mostBytes: MOST_BYTES, signal }));
    };
    const response = await read().catch((thrown) => {
      init.signal?.throwIfAborted();
      throw networkError(thrown, { answerMs: limit.aborted ? this.#delays.answerMs : undefined });
    });
    const date = dateMs(response.headers.get("date"));
    this.#scopes = response.headers.get("x-oauth-scopes")?.split(",").map((scope) => scope.trim())
      .filter((scope) => scope !== "") ?? this.#scopes;
    if (date !== undefined) this.#newest = { date, at: this.#options.clock.now() };
    return response;
  }

  #failure(options: RequestOptions, url: string): { what: string; host: string; now: number } {
    return { what: options.what, host: URL.canParse(url) ? new URL(url).host : url, now: this.now() };
  }
}

/** Returns the names of the mutations in a document; none for a query. */
function fieldsOf(document: string): readonly string[] {
  return [...document.matchAll(/^\s*m\d+: (\w+)\(/gm)].flatMap(([, name]) => name ?? []);
}

function toIssue(value: unknown): GraphqlIssue {
  return {
    type: textAt(value, "type") ?? textAt(value, "extensions", "code") ?? "",
    message: textAt(value, "message") ?? "",
    path: listAt(value, "path").map(String),
  };
}
