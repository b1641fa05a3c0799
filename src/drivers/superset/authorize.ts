/** A person's login at an identity provider: an address to open, and a loopback port that the answer comes back to. */

import * as oauth from "oauth4webapi";
import type { AuthSettings } from "../../assets/core/instance.ts";
import { AppError, EXIT, usageError } from "../../lib/errors.ts";
import type { Provider, ProviderTokens } from "./oauth.ts";

/** The time that a person has for the login. */
const PATIENCE_MS = 10 * 60_000;

/** The options of {@link authorize}. */
export interface AuthorizeOptions {
  /** The instance's name in messages. */
  readonly name: string;
  readonly settings: Extract<AuthSettings, { method: "oauth" }>;
  readonly provider: Provider;
  /** Shows the address that the person opens. */
  readonly show: (address: string) => void;
}

/**
 * Lets a person log in: authorization code with PKCE (RFC 7636, S256) and a loopback redirect (RFC 8252). Throws
 * AppError `superset_login_refused`, and `port_taken` if the configured port is in use.
 */
export async function authorize(
  { name, settings, provider, show }: AuthorizeOptions,
  signal: AbortSignal,
): Promise<ProviderTokens> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const answered = Promise.withResolvers<URL>();
  answered.promise.catch(() => undefined);
  const server = listen(name, { port: settings.redirect_port ?? 0, onAnswer: answered.resolve });
  const giveUp = () => answered.reject(within.reason);
  within.addEventListener("abort", giveUp, { once: true });
  try {
    const redirect = `http://127.0.0.1:${server.addr.port}/callback`;
    const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()];
    const address = new URL(settings.authorization_url);
    const parameters = {
      response_type: "code",
      client_id: settings.client_id,
      redirect_uri: redirect,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...(settings.scope === undefined ? {} : { scope: settings.scope }),
    };
    for (const [key, value] of Object.entries(parameters)) address.searchParams.set(key, value);
    show(address.href);
    within.throwIfAborted();
    return await provider.byCode(await answered.promise, { state, verifier, redirect }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!within.aborted) throw error;
    throw new AppError("superset_login_refused", `Logging in to ${name}: no answer came within 10 minutes`, {
      exitCode: EXIT.refused,
      hint: "Run it again, and open the printed address in a browser on this machine",
    });
  } finally {
    within.removeEventListener("abort", giveUp);
    await server.shutdown();
  }
}

function listen(
  name: string,
  { port, onAnswer }: { readonly port: number; readonly onAnswer: (answer: URL) => void },
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
      const url = new URL(request.url);
      if (request.method !== "GET" || url.pathname !== "/callback") {
        return new Response("There is nothing here.\n", { status: 404 });
      }
      onAnswer(url);
      return new Response(`showtime has the answer for ${name}. Look at the terminal.\n`, {
        headers: { connection: "close", "referrer-policy": "no-referrer", "cache-control": "no-store" },
      });
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw usageError(
      "port_taken",
      `Logging in to ${name}: the port ${port} is in use`,
      `End the program that uses it, or change auth.redirect_port of ${name}`,
    );
  }
}
