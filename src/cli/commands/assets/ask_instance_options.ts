import type { OptionSpec } from "../../command.ts";

/** The login methods with what they are, in the order of the question. */
export const METHODS = {
  password: "a name and a password, for a token",
  session: "a name and a password, in the login form",
  token: "a token or an API key",
  oauth: "a person's login at an identity provider",
  client_credentials: "a client's own login at an identity provider",
} as const;

/** The flags of `instances add`. */
export const INSTANCE_OPTIONS: readonly OptionSpec[] = [
  { name: "url", value: "url", description: "address of the start page, with its path prefix" },
  { name: "insecure", description: "allow plain http to another machine" },
  {
    name: "method",
    value: "method",
    choices: Object.keys(METHODS),
    description: "how to log in; password if no person can be asked",
  },
  { name: "username", value: "name", description: "account, for password and session" },
  { name: "provider", value: "provider", choices: ["db", "ldap"], description: "where the account is known" },
  {
    name: "secret",
    value: "reference",
    description: "where the secret is: ${env:SHOWTIME_NAME} or ${file:PATH}",
  },
  { name: "authorization-url", value: "url", description: "where a person logs in, for oauth" },
  { name: "token-url", value: "url", description: "where tokens come from" },
  { name: "client-id", value: "id", description: "client at the identity provider" },
  { name: "scope", value: "scope", description: "scope to ask for" },
  { name: "redirect-port", value: "port", description: "loopback port that the login returns to" },
];
