import { usageError } from "../lib/errors.ts";
import type { Variables } from "../lib/variables.ts";

/** A token for GitHub; `value` is a secret. */
export interface Token {
  readonly value: string;
  readonly source: "GITHUB_TOKEN" | "GH_TOKEN" | "gh auth token";
}

/**
 * Finds the token: GITHUB_TOKEN, else GH_TOKEN, else the output of `gh auth token`, if that is given. Throws
 * AppError `token_malformed` (exit code 2) for a token that a header cannot carry; the message does not
 * repeat it.
 */
export function resolveToken(
  { env, ghAuthToken }: { readonly env: Variables; readonly ghAuthToken?: string | undefined },
): Token | undefined {
  const candidates = [
    { value: env["GITHUB_TOKEN"], source: "GITHUB_TOKEN" },
    { value: env["GH_TOKEN"], source: "GH_TOKEN" },
    { value: ghAuthToken, source: "gh auth token" },
  ] as const;
  for (const { value, source } of candidates) {
    const token = value?.trim();
    if (!token) continue;
    if (/^[\x21-\x7e]+$/.test(token)) return { value: token, source };
    const state = `${source} contains a space, a line break or a character that no token has`;
    throw usageError(
      "token_malformed",
      `Reading the GitHub token: ${state}`,
      "Copy the whole token again, and nothing else",
    );
  }
  return undefined;
}

/**
 * Reads the login for deleting images on Docker Hub; undefined unless both variables are set. `token` is a
 * secret.
 */
export function resolveDockerHubLogin(
  env: Variables,
): { readonly user: string; readonly token: string } | undefined {
  const [user, token] = [env["DOCKERHUB_USER"]?.trim(), env["DOCKERHUB_TOKEN"]?.trim()];
  return user && token ? { user, token } : undefined;
}
