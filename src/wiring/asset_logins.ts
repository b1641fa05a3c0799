/** Logins of assets at identity providers: the tokens of each method, and the login of a person. */

import type { InstanceLogin } from "../cli/wiring_types.ts";
import type { InstanceSettings } from "../assets/core/instance.ts";
import type { SavedLogin } from "../assets/ports/login.ts";
import {
  authorize,
  clientTokens,
  makeSuperset,
  personTokens,
  Provider,
  type ProviderTokens,
  type SupersetOptions,
} from "../drivers/superset/mod.ts";
import type { Clock } from "../ports/clock.ts";
import type { Terminal } from "../ports/terminal.ts";

/** The things that a login needs. */
export interface LoginTools {
  readonly clock: Clock;
  readonly terminal: Terminal;
  /** Whether the terminal shows no address to open. */
  readonly quiet: boolean;
  readonly saved: SavedLogin;
  readonly keepSecret: (value: string) => void;
}

/** Returns the options of the driver for an instance whose secrets are resolved. */
export function supersetOptions(settings: InstanceSettings, tools: LoginTools): SupersetOptions {
  const { name, url, auth } = settings;
  const { clock, terminal, saved, keepSecret } = tools;
  const plain = { name, url, auth, fetch, clock, keepSecret };
  if (auth.method === "client_credentials") {
    const provider = new Provider({ name, settings: auth, fetch, keepSecret });
    return { ...plain, tokens: (connection) => clientTokens(connection, provider) };
  }
  if (auth.method !== "oauth") return plain;
  const provider = new Provider({ name, settings: auth, fetch, keepSecret });
  const show = (address: string) => showAddress(terminal, { name, address });
  const ask = terminal.can.ask && !tools.quiet
    ? (signal: AbortSignal) => authorize({ name, settings: auth, provider, show }, signal)
    : undefined;
  return { ...plain, tokens: (connection) => personTokens(connection, { provider, saved, ask }) };
}

/** Makes a login that begins anew, whatever is saved. */
export function makeLogin(settings: InstanceSettings, tools: LoginTools): InstanceLogin {
  const { name, auth } = settings;
  const { saved, terminal } = tools;
  const options = supersetOptions(settings, tools);
  if (auth.method !== "oauth") return { server: makeSuperset(options), saved, refreshToken: () => undefined };
  let tokens: ProviderTokens | undefined;
  const provider = new Provider({ name, settings: auth, fetch, keepSecret: tools.keepSecret });
  const show = (address: string) => showAddress(terminal, { name, address });
  const nothing: SavedLogin = { ...saved, read: () => Promise.resolve(undefined) };
  return {
    saved,
    refreshToken: () => tokens?.refresh,
    server: makeSuperset({
      ...options,
      tokens: (connection) =>
        personTokens(connection, {
          provider,
          saved: nothing,
          ask: async (signal) => tokens = await authorize({ name, settings: auth, provider, show }, signal),
        }),
    }),
  };
}

/** Shows the address on a line of its own, unbroken, so that it can be clicked or copied. */
function showAddress(
  terminal: Terminal,
  { name, address }: { readonly name: string; readonly address: string },
): void {
  terminal.say(`${name} needs a login. Open this address in a browser on this machine:`);
  terminal.say(address);
}
