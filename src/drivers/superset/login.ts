/** Logging in: with a name and password for a bearer token, with a given token, or through the login form. */

import type { AuthSettings } from "../../assets/core/instance.ts";
import { AppError, EXIT } from "../../lib/errors.ts";
import { field, jsonOf, messageOf } from "./answers.ts";
import { type Connection, NoAnswer, type TokenSource } from "./connection.ts";
import { isPage } from "./explain_answer.ts";

type PasswordSettings = Extract<AuthSettings, { method: "password" | "session" }>;

/** A token is renewed when less than this is left of it, in milliseconds. */
const SPARE_MS = 30_000;

/** Gets bearer tokens for a name and password, and renews them before they expire. */
export function passwordTokens(connection: Connection, settings: PasswordSettings): TokenSource {
  let access: { readonly token: string; readonly renewAt: number } | undefined;
  let refresh: string | undefined;
  let pending: Promise<string> | undefined;

  async function login(signal: AbortSignal): Promise<string> {
    const { username, password, provider } = settings;
    const answer = await ask(connection, {
      path: "/api/v1/security/login",
      json: { username, password, provider, refresh: true },
    }, signal);
    const token = field(jsonOf(answer), "access_token");
    if (answer.status !== 200 || typeof token !== "string") throw loginRefused(connection, answer);
    const renewal = field(jsonOf(answer), "refresh_token");
    refresh = typeof renewal === "string" ? renewal : undefined;
    return token;
  }

  async function renew(signal: AbortSignal): Promise<string> {
    if (refresh === undefined) return await login(signal);
    const answer = await ask(connection, {
      path: "/api/v1/security/refresh",
      headers: { authorization: `Bearer ${refresh}` },
    }, signal);
    const token = field(jsonOf(answer), "access_token");
    refresh = answer.status === 200 ? refresh : undefined;
    return answer.status === 200 && typeof token === "string" ? token : await login(signal);
  }

  return {
    async bearer(signal) {
      if (access !== undefined && connection.clock.now() < access.renewAt) return access.token;
      // Requests at the same time share one login.
      pending ??= renew(signal).finally(() => pending = undefined);
      const token = await pending;
      access = { token, renewAt: renewalTime(token, { now: connection.clock.now() }) };
      return token;
    },
    expire() {
      access = undefined;
    },
  };
}

/**
 * Returns the time to renew a token, in milliseconds since 1970: before its life ends. The life is what the claims or
 * the provider say, since the server's clock and this machine's may differ. Without either it is 10 minutes.
 */
export function renewalTime(
  token: string,
  { now, lifeSeconds }: { readonly now: number; readonly lifeSeconds?: number | undefined },
): number {
  const claims = claimsOf(token);
  const [expires, issued] = [field(claims, "exp"), field(claims, "iat")];
  const claimed = typeof expires === "number" && typeof issued === "number" ? expires - issued : undefined;
  const lifeMs = 1000 * (lifeSeconds ?? claimed ?? 600);
  return now + Math.max(lifeMs / 2, lifeMs - SPARE_MS);
}

/** Returns the id of the account that one of Superset's own tokens was given to; undefined if it does not say. */
export function accountOf(token: string): number | undefined {
  const subject = field(claimsOf(token), "sub");
  const id = typeof subject === "number" || typeof subject === "string" ? Number(subject) : NaN;
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** Reads the claims of a token, without checking its signature; undefined if it has none. */
export function claimsOf(token: string): unknown {
  try {
    return JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}

/** Uses one token for all requests. */
export function fixedToken(token: string): TokenSource {
  return { bearer: () => Promise.resolve(token), expire: () => {} };
}

/** Logs in through the login form, which gives the connection a session cookie. */
export async function sessionLogin(
  connection: Connection,
  settings: PasswordSettings,
  signal: AbortSignal,
): Promise<void> {
  connection.tokens = undefined;
  connection.forgetCsrf();
  const page = await ask(connection, { method: "GET", path: "/login/" }, signal);
  const html = new TextDecoder().decode(page.bytes);
  const token = /<input[^>]*\bname="csrf_token"[^>]*\bvalue="([^"]+)"/.exec(html)?.[1] ??
    /<input[^>]*\bvalue="([^"]+)"[^>]*\bname="csrf_token"/.exec(html)?.[1] ??
    /&#34;csrf_token&#34;: &#34;([^&]+)&#34;/.exec(html)?.[1];
  const form = new URLSearchParams({ username: settings.username, password: settings.password });
  if (token !== undefined) form.set("csrf_token", token);
  const answer = await ask(connection, {
    path: "/login/",
    form,
    headers: { Referer: `${connection.url}/login/` },
  }, signal);
  if (answer.status !== 302 || !isInside(connection, answer)) throw loginRefused(connection, answer);
}

/** Whether the server leads on to one of its own pages, which is how the form accepts a password. */
function isInside(connection: Connection, answer: { readonly headers: Headers }): boolean {
  const location = answer.headers.get("location") ?? "";
  if (!URL.canParse(location, `${connection.url}/`)) return false;
  const target = new URL(location, `${connection.url}/`);
  return target.host === new URL(connection.url).host && !isLoginForm(connection, answer);
}

/** Whether the server leads back to its own login form, which is how the form refuses a password. */
function isLoginForm({ url }: Connection, { headers }: { readonly headers: Headers }): boolean {
  const location = headers.get("location") ?? "";
  if (!URL.canParse(location, `${url}/`)) return false;
  const target = new URL(location, `${url}/`);
  const form = new URL(`${url}/login/`);
  return target.host === form.host && [form.pathname, form.pathname.slice(0, -1)].includes(target.pathname);
}

async function ask(
  connection: Connection,
  request: {
    readonly method?: "GET" | "POST";
    readonly path: string;
    readonly json?: unknown;
    readonly form?: URLSearchParams;
    readonly headers?: Readonly<Record<string, string>>;
  },
  signal: AbortSignal,
) {
  try {
    return await connection.send({ method: "POST", ...request }, signal);
  } catch (error) {
    throw error instanceof NoAnswer ? connection.unreachable(error) : error;
  }
}

/** The error about a login that the server refused. Names what to look at by the server's words. */
export function loginRefused(
  connection: Connection,
  answer: { readonly status: number; readonly headers: Headers; readonly bytes: Uint8Array<ArrayBuffer> },
): AppError {
  const words = messageOf(answer);
  const provider = words.includes("provider");
  const { status } = answer;
  const form = status === 302 && isLoginForm(connection, answer);
  const isRefusal = form || status >= 400 && status < 404 || status === 422;
  if (!isRefusal || isPage(answer) && !form) {
    return connection.unexpected("Logging in", answer);
  }
  return new AppError(
    "superset_login_refused",
    `Logging in to ${connection.name}: the server refused (${answer.status}, ${words})`,
    {
      exitCode: EXIT.refused,
      hint: provider
        ? "The server logs people in elsewhere: use auth.method oauth, token or client_credentials, or provider: ldap"
        : "Check username and password in assets.instances, and the variables they name",
    },
  );
}
