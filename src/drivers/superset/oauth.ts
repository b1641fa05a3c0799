/** Tokens of an identity provider: by the client's own secret, or by a refresh token that a person's login gave. */

import * as oauth from "oauth4webapi";
import type { AuthSettings } from "../../assets/core/instance.ts";
import type { SavedLogin } from "../../assets/ports/login.ts";
import { AppError, EXIT, toError } from "../../lib/errors.ts";
import { isLoopback } from "../../lib/loopback.ts";
import { CERTIFICATE_HINT, isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";
import type { Connection, TokenSource } from "./connection.ts";
import { renewalTime } from "./login.ts";

/** The settings of the methods that ask an identity provider. */
export type ProviderSettings = Extract<AuthSettings, { method: "oauth" | "client_credentials" }>;

/** The tokens that a provider gave. */
export interface ProviderTokens {
  readonly access: string;
  /** Undefined if the provider gives no refresh token. */
  readonly refresh: string | undefined;
  /** The life of the access token in seconds, if the provider says it. */
  readonly lifeSeconds: number | undefined;
}

/** The identity provider of one instance, as oauth4webapi sees it. */
export class Provider {
  readonly #name: string;
  readonly #settings: ProviderSettings;
  readonly #fetch: typeof fetch;
  readonly #keepSecret: (value: string) => void;
  readonly #server: oauth.AuthorizationServer;
  readonly #client: oauth.Client;

  constructor(
    { name, settings, fetch, keepSecret = () => {} }: {
      /** The instance's name in messages. */
      readonly name: string;
      readonly settings: ProviderSettings;
      readonly fetch: typeof globalThis.fetch;
      /** Receives every token, so that no output shows it. */
      readonly keepSecret?: (value: string) => void;
    },
  ) {
    this.#name = name;
    this.#settings = settings;
    this.#fetch = fetch;
    this.#keepSecret = keepSecret;
    // The addresses are configured, so the issuer's own name plays no part.
    this.#server = { issuer: new URL(settings.token_url).origin, token_endpoint: settings.token_url };
    this.#client = { client_id: settings.client_id };
  }

  /** Gets tokens for the client itself. Throws AppError `superset_login_refused`. */
  async byClient(signal: AbortSignal): Promise<ProviderTokens> {
    const scope = this.#settings.scope;
    return await this.#ask(
      (auth) =>
        oauth.clientCredentialsGrantRequest(
          this.#server,
          this.#client,
          auth,
          scope === undefined ? {} : { scope },
          this.#options(signal),
        ),
      signal,
    );
  }

  /** Gets tokens for a refresh token. Throws AppError `superset_login_refused`. */
  async byRefresh(refresh: string, signal: AbortSignal): Promise<ProviderTokens> {
    const tokens = await this.#ask(
      (auth) =>
        oauth.refreshTokenGrantRequest(this.#server, this.#client, auth, refresh, this.#options(signal)),
      signal,
    );
    // A provider that does not rotate refresh tokens leaves the old one valid.
    return { ...tokens, refresh: tokens.refresh ?? refresh };
  }

  /**
   * Gets tokens for the answer of a person's login, which has a code. Throws AppError `superset_login_refused`, also if
   * the state is not the one of the request.
   */
  async byCode(
    answer: URL,
    { state, verifier, redirect }: {
      readonly state: string;
      readonly verifier: string;
      readonly redirect: string;
    },
    signal: AbortSignal,
  ): Promise<ProviderTokens> {
    const given = new URLSearchParams(answer.searchParams);
    // The issuer is not configured: there is only one provider to mix up.
    given.delete("iss");
    let code: URLSearchParams;
    try {
      code = oauth.validateAuthResponse(this.#server, this.#client, given, state);
    } catch (error) {
      throw this.#refused(error);
    }
    return await this.#ask(
      (auth) =>
        oauth.authorizationCodeGrantRequest(
          this.#server,
          this.#client,
          auth,
          code,
          redirect,
          verifier,
          this.#options(signal),
        ),
      signal,
    );
  }

  #options(signal: AbortSignal) {
    return {
      signal,
      [oauth.customFetch]: this.#fetch,
      // The configuration allows plain http on loopback only.
      [oauth.allowInsecureRequests]: isLoopback(new URL(this.#settings.token_url).host),
    };
  }

  /** Asks with the secret in the header, as every provider must allow, and in the form if that is refused. */
  async #ask(
    send: (auth: oauth.ClientAuth) => Promise<Response>,
    signal: AbortSignal,
  ): Promise<ProviderTokens> {
    const secret = this.#settings.client_secret;
    if (secret === undefined) return await this.#exchange(send, oauth.None(), signal);
    try {
      return await this.#exchange(send, oauth.ClientSecretBasic(secret), signal);
    } catch (error) {
      if (!(error instanceof AppError) || !isRefusalOfClient(error.cause)) throw error;
      return await this.#exchange(send, oauth.ClientSecretPost(secret), signal);
    }
  }

  async #exchange(
    send: (auth: oauth.ClientAuth) => Promise<Response>,
    auth: oauth.ClientAuth,
    signal: AbortSignal,
  ): Promise<ProviderTokens> {
    try {
      const response = await withoutIdToken(await send(auth));
      const tokens = await oauth.processGenericTokenEndpointResponse(this.#server, this.#client, response);
      for (const each of [tokens.access_token, tokens.refresh_token ?? ""]) this.#keepSecret(each);
      return {
        access: tokens.access_token,
        refresh: tokens.refresh_token,
        lifeSeconds: tokens.expires_in,
      };
    } catch (error) {
      signal.throwIfAborted();
      throw this.#refused(error);
    }
  }

  #refused(error: unknown): AppError {
    const at = `Logging in to ${this.#name}: the identity provider`;
    if (isUntrustedCertificate(error)) {
      return new AppError("superset_unreachable", `${at} has a certificate that is not trusted`, {
        hint: CERTIFICATE_HINT,
        cause: error,
      });
    }
    const said = wordsOf(error);
    if (said === undefined) {
      return new AppError("superset_unreachable", `${at} did not answer (${toError(error).message})`, {
        hint: `Check auth.token_url of ${this.#name}, and that this machine reaches it`,
        retryable: true,
        cause: error,
      });
    }
    return new AppError("superset_login_refused", `${at} refused (${said})`, {
      exitCode: EXIT.refused,
      hint: isRefusalOfClient(error)
        ? "Check auth.client_id and auth.client_secret, and the variable that it names"
        : /invalid_grant/.test(said) && this.#settings.method === "oauth"
        ? `Log in again with "showtime assets login ${this.#name}"`
        : `Check auth of ${this.#name} against the client's settings at the provider`,
      cause: error,
    });
  }
}

/** ID tokens say who the person is, which the instance finds out by itself: they are neither read nor checked. */
async function withoutIdToken(response: Response): Promise<Response> {
  const text = await response.text();
  const { status, headers } = response;
  let body = text;
  try {
    const { id_token: _, ...rest } = JSON.parse(text);
    body = JSON.stringify(rest);
  } catch {
    // The check of the answer says what is wrong with it.
  }
  return new Response(body, { status, headers });
}

function isRefusalOfClient(error: unknown): boolean {
  return error instanceof oauth.ResponseBodyError && error.error === "invalid_client" ||
    error instanceof oauth.WWWAuthenticateChallengeError;
}

/** Returns the provider's words; undefined if it gave no answer. */
function wordsOf(error: unknown): string | undefined {
  if (error instanceof oauth.ResponseBodyError) {
    return [error.error, error.error_description].filter((each) => each !== undefined).join(": ");
  }
  if (error instanceof oauth.AuthorizationResponseError) {
    return [error.error, error.error_description].filter((each) => each !== undefined).join(": ");
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) return `status ${error.status}`;
  if (error instanceof oauth.OperationProcessingError) return error.message;
  return undefined;
}

/** Gets tokens for the client itself, and new ones before they expire. */
export function clientTokens(connection: Connection, provider: Provider): TokenSource {
  return renewed(connection, (signal) => provider.byClient(signal));
}

/** The options of {@link personTokens}. */
export interface PersonOptions {
  readonly provider: Provider;
  readonly saved: SavedLogin;
  /** Lets a person log in; undefined if no person can be asked. */
  readonly ask: ((signal: AbortSignal) => Promise<ProviderTokens>) | undefined;
}

/**
 * Gets tokens by the saved refresh token, or by a person's login if no token is saved. A saved refresh token that the
 * provider replaces is replaced in its file too.
 */
export function personTokens(connection: Connection, { provider, saved, ask }: PersonOptions): TokenSource {
  let refresh: string | undefined;
  return renewed(connection, async (signal) => {
    const stored = refresh === undefined ? await saved.read() : undefined;
    const known = refresh ?? stored;
    if (known !== undefined) {
      const tokens = await provider.byRefresh(known, signal);
      refresh = tokens.refresh;
      if (tokens.refresh !== undefined && tokens.refresh !== known && await saved.read() === known) {
        await saved.write(tokens.refresh, signal);
      }
      return tokens;
    }
    if (ask === undefined) {
      throw new AppError("superset_login_missing", `Logging in to ${connection.name}: no login is saved`, {
        exitCode: EXIT.refused,
        hint: `Run "showtime assets login ${connection.name} --save" on a terminal`,
      });
    }
    const tokens = await ask(signal);
    refresh = tokens.refresh;
    return tokens;
  });
}

function renewed(connection: Connection, get: (signal: AbortSignal) => Promise<ProviderTokens>): TokenSource {
  let access: { readonly token: string; readonly renewAt: number } | undefined;
  let pending: Promise<ProviderTokens> | undefined;
  return {
    async bearer(signal) {
      const now = connection.clock.now();
      if (access !== undefined && now < access.renewAt) return access.token;
      // Requests at the same time share one login.
      pending ??= get(signal).finally(() => pending = undefined);
      const { access: token, lifeSeconds } = await pending;
      access = { token, renewAt: renewalTime(token, { now: connection.clock.now(), lifeSeconds }) };
      return token;
    },
    expire() {
      access = undefined;
    },
  };
}
