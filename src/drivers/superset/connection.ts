/** One connection to an instance: its cookies, its CSRF token, and requests that are read to their last byte. */

import { CookieJar } from "tough-cookie";
import { AppError, toError } from "../../lib/errors.ts";
import { CERTIFICATE_HINT, isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";
import type { Clock } from "../../ports/clock.ts";
import { type Answer, field, isCsrfRefusal, isTokenRefusal, jsonOf, messageOf } from "./answers.ts";
import { explainAnswer } from "./explain_answer.ts";

/** Imports and exports of many assets take minutes. */
const TIMEOUT_MS = 300_000;
const MAX_BODY_BYTES = 512 * 1024 * 1024;
/** Waits between the attempts of a read, in milliseconds. */
const PAUSES_MS = [500, 2_000, 5_000];

/** The options of a connection. */
export interface ConnectionOptions {
  /** The instance's name in messages. */
  readonly name: string;
  /** The address, with the path prefix of the deployment if it has one, without a slash at the end. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Receives every token, so that no output shows it. */
  readonly keepSecret?: ((value: string) => void) | undefined;
}

/** A request to the instance. */
export interface SupersetRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path below the address, with its query. */
  readonly path: string;
  readonly json?: unknown;
  readonly form?: FormData | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The source of bearer tokens. */
export interface TokenSource {
  /** Returns a token that is valid now. Throws AppError `superset_login_refused`. */
  bearer(signal: AbortSignal): Promise<string>;
  /** Forgets the token, so that the next request gets a new one. */
  expire(): void;
}

/** No answer came: the connection was refused, was reset, or took too long. */
export class NoAnswer extends Error {}

/** A connection to one instance. Cookies of two instances on one host are kept apart. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #jar = new CookieJar();
  #csrf: string | undefined;
  #kept: string | undefined;
  /** Undefined if the session cookie is the login. */
  tokens: TokenSource | undefined;
  requests = 0;
  /** The bytes of the bodies that were sent and received. */
  bytes = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get url(): string {
    return this.#options.url;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get fetch(): typeof fetch {
    return this.#options.fetch;
  }

  /** Sends one request as it is, without a login. Throws {@link NoAnswer}. */
  async send(request: SupersetRequest, signal: AbortSignal): Promise<Answer> {
    const url = `${this.#options.url}${request.path}`;
    const headers = new Headers(request.headers);
    // Superset answers with HTML whatever happened, unless JSON is the only type that is accepted.
    headers.set("accept", "application/json");
    const cookies = await this.#jar.getCookieString(url);
    if (cookies !== "") headers.set("cookie", cookies);
    if (request.json !== undefined) headers.set("content-type", "application/json");
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    this.requests += 1;
    this.bytes += sizeOf(request);
    try {
      const response = await this.#options.fetch(url, {
        method: request.method,
        headers,
        redirect: "manual",
        signal: within,
        ...(request.form === undefined ? {} : { body: request.form }),
        ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
      });
      const bytes = await readBody(response);
      this.bytes += bytes.length;
      for (const cookie of response.headers.getSetCookie()) {
        await this.#jar.setCookie(cookie, url, { ignoreError: true });
      }
      return { status: response.status, headers: response.headers, bytes };
    } catch (error) {
      signal.throwIfAborted();
      throw new NoAnswer(reasonOf(error), { cause: error });
    }
  }

  /** Sends a request with the login. A token that has expired, or that a new key of the server voids, is renewed once. */
  async authorized(request: SupersetRequest, signal: AbortSignal): Promise<Answer> {
    const attempt = async () => {
      const bearer = await this.tokens?.bearer(signal);
      if (bearer !== undefined && bearer !== this.#kept) this.#options.keepSecret?.(bearer);
      this.#kept = bearer;
      const headers = {
        ...request.headers,
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      };
      return await this.send({ ...request, headers }, signal);
    };
    const answer = await attempt();
    if (this.tokens === undefined || !isTokenRefusal(answer)) return answer;
    this.tokens.expire();
    return await attempt();
  }

  /**
   * Sends a read. 429, 5xx and lost answers are repeated up to three times, after the time that the server asks for.
   * Throws AppError `superset_unreachable`.
   */
  async read(request: SupersetRequest, signal: AbortSignal): Promise<Answer> {
    for (let attempt = 0;; attempt++) {
      const pause = PAUSES_MS[attempt];
      let wait: number;
      try {
        const answer = await this.authorized(request, signal);
        if (pause === undefined || !mayPass(answer, request)) return answer;
        wait = Math.min(Number(answer.headers.get("retry-after") ?? 0) * 1000 || pause, 60_000);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (pause === undefined || isUntrustedCertificate(error)) throw this.unreachable(error);
        wait = pause;
      }
      await this.#options.clock.sleep(wait, signal);
    }
  }

  /**
   * Sends a write with the session's cookie, the CSRF token and the Referer. A refusal of the token is answered with one
   * fresh token. Throws {@link NoAnswer}, and AppError `superset_csrf_refused`.
   */
  async write(request: SupersetRequest, signal: AbortSignal): Promise<Answer> {
    for (let fresh = false;; fresh = true) {
      const token = this.#csrf ?? await this.#fetchCsrf(signal);
      this.#csrf = token;
      const headers = { ...request.headers, "X-CSRFToken": token, Referer: `${this.#options.url}/` };
      const answer = await this.authorized({ ...request, headers }, signal);
      if (!isCsrfRefusal(answer)) return answer;
      this.#csrf = undefined;
      if (fresh) {
        throw new AppError(
          "superset_csrf_refused",
          `Writing to ${this.name}: the server refused the CSRF token twice (${messageOf(answer)})`,
          {
            hint:
              "Check that a proxy before the server keeps cookies, and that all replicas have one SECRET_KEY",
          },
        );
      }
    }
  }

  /** Forgets the CSRF token, which belongs to one session. */
  forgetCsrf(): void {
    this.#csrf = undefined;
  }

  /**
   * Tests a write with cookie, CSRF token and Referer: changes a chart that cannot exist, which the server looks for only
   * after it has accepted them. Throws AppError `superset_csrf_refused`, and `superset_right_missing` without a token.
   */
  async testCsrf(signal: AbortSignal): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.write({ method: "PUT", path: "/api/v1/chart/0", json: {} }, signal);
    } catch (error) {
      throw error instanceof NoAnswer ? this.unreachable(error) : error;
    }
    // The right to write is judged by the account's rights.
    if (![400, 403, 404, 422].includes(answer.status)) throw this.unexpected("Testing a write", answer);
  }

  async #fetchCsrf(signal: AbortSignal): Promise<string> {
    const answer = await this.read({ method: "GET", path: "/api/v1/security/csrf_token/" }, signal);
    const token = field(jsonOf(answer), "result");
    if (answer.status === 200 && typeof token === "string") return token;
    throw this.unexpected("Asking for a CSRF token", answer);
  }

  /** The error about an instance that does not answer. */
  unreachable(cause: NoAnswer): AppError {
    const trusted = !isUntrustedCertificate(cause);
    return new AppError("superset_unreachable", `Asking ${this.name} at ${this.url}: ${cause.message}`, {
      hint: trusted
        ? `Check assets.instances.${this.name}.url, and that this machine reaches it`
        : CERTIFICATE_HINT,
      retryable: trusted,
      cause,
    });
  }

  /** The error about an answer that nothing expects. */
  unexpected(action: string, answer: Answer): AppError {
    return explainAnswer({ action, name: this.name, url: this.url }, answer);
  }
}

/** The size of a request's body, without the frame of a form. */
function sizeOf({ json, form }: SupersetRequest): number {
  if (json !== undefined) return JSON.stringify(json).length;
  return [...form?.values() ?? []].reduce(
    (sum, value) => sum + (typeof value === "string" ? value.length : value.size),
    0,
  );
}

async function readBody(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > MAX_BODY_BYTES) {
    await response.body?.cancel();
    throw new Error("the answer is larger than 512 MB");
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  // A connection that is cut ends some bodies without an error.
  if (!response.headers.has("content-encoding") && announced > bytes.length) {
    throw new Error("the answer was cut off");
  }
  return bytes;
}

/** The reason of a failed request, from the innermost cause: the outermost often says only "fetch failed". */
function reasonOf(error: unknown): string {
  let inner = toError(error);
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner.name === "TimeoutError" ? "no answer within 300 s" : inner.message;
}

/** Whether the same read may succeed later. An export that fails with 500 fails for one of its assets: it is divided. */
function mayPass({ status }: Answer, { path }: SupersetRequest): boolean {
  if (status === 429 || status >= 502 && status <= 504) return true;
  return status === 500 && !path.includes("/export/");
}
