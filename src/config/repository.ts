import { type AppError, usageError } from "../lib/errors.ts";
import type { Variables } from "../lib/variables.ts";
import { quote } from "../lib/quote.ts";

/** The repository that the program works on. */
export interface Repository {
  /** `owner/name` */
  readonly repo: string;
  /** `--repo`, the names of variables, `git remote` or `default`. */
  readonly source: string;
}

const HINT = "Name it as owner/name, as in --repo apache/superset";

/**
 * Finds the repository: `--repo`, else GITHUB_ORG with GITHUB_REPO, else GITHUB_REPOSITORY, else the address
 * of the git remote, else apache/superset. Throws AppError `repository_malformed` (exit code 2) if the first
 * of these that is given does not name a repository.
 */
export function resolveRepository(
  { flag, env, gitRemote }: {
    readonly flag?: string | undefined;
    readonly env: Variables;
    readonly gitRemote?: string | undefined;
  },
): Repository {
  const [org, name] = [env["GITHUB_ORG"]?.trim(), env["GITHUB_REPO"]?.trim()];
  const remote = gitRemote?.trim();
  if (flag !== undefined) return named(flag, "--repo");
  if (org && name) return named(`${org}/${name}`, "GITHUB_ORG and GITHUB_REPO");
  if (env["GITHUB_REPOSITORY"]) return named(env["GITHUB_REPOSITORY"], "GITHUB_REPOSITORY");
  if (!remote) return { repo: "apache/superset", source: "default" };
  const repo = parseRemote(remote);
  if (repo === undefined) throw malformed("git remote", withoutCredentials(remote));
  return { repo, source: "git remote" };
}

/**
 * Parses `owner/name` from the address of a git remote (https, ssh, `git@host:owner/name`); undefined
 * otherwise.
 */
export function parseRemote(remote: string): string | undefined {
  const url = /^(?:https?|ssh|git|git\+ssh):\/\/[^/\s]+\/(\S+)$/.exec(remote)?.[1];
  // `C:\work` and `./a:b` are folders. The alias of a host has more than one letter and no slash.
  const scp = url === undefined
    ? /^(?:[^@\s/]+@)?[A-Za-z0-9][A-Za-z0-9._-]+:(?!\/\/)(\S+)$/.exec(remote)?.[1]
    : undefined;
  const path = (url ?? scp)?.replace(/[?#].*$/, "").replace(/\/+$/, "").replace(/\.git$/, "").replace(
    /^\/+/,
    "",
  );
  // A server may keep its repositories below a folder, so the last two parts count.
  return path === undefined ? undefined : parseName(path.split("/").slice(-2).join("/"));
}

function named(text: string, source: string): Repository {
  const repo = parseName(text.trim()) ?? parseRemote(text.trim());
  if (repo === undefined) throw malformed(source, withoutCredentials(text));
  return { repo, source };
}

function parseName(text: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/.test(text) ? text : undefined;
}

function malformed(source: string, text: string): AppError {
  return usageError(
    "repository_malformed",
    `Finding the repository: ${source} is ${quote(text)}, which is not a repository`,
    HINT,
  );
}

function withoutCredentials(text: string): string {
  return text.replace(/^([a-z+]+:\/\/)[^@/]*@/i, "$1");
}
