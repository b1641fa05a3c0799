import { type AppError, usageError } from "../lib/errors.ts";
import type { Variables } from "../lib/variables.ts";
import { parseRemote, parseRepositoryName, type RemoteAnswer } from "../lib/git/git_remote.ts";
import { quote } from "../lib/quote.ts";

/** The repository that the program works on. */
export interface Repository {
  /** `owner/name` */
  readonly repo: string;
  /** `--repo`, the names of variables, or `git remote`. */
  readonly source: string;
}

const OTHER_FORGES =
  /(?:^|\.)(?:gitlab|bitbucket|codeberg|gitea|forgejo)\.|^(?:ssh\.)?dev\.azure\.com$|\.visualstudio\.com$|(?:^|\.)sr\.ht$/;
const HINT = "Name it as owner/name, as in --repo apache/superset";
const OR_NAME_IT = "name it with --repo owner/name or the variable GITHUB_REPOSITORY";

/** Finds the repository that a flag or variables name; undefined if none of them does. */
export function namedRepository(
  { flag, env }: { readonly flag?: string | undefined; readonly env: Variables },
): Repository | undefined {
  const [org, name] = [env["GITHUB_ORG"]?.trim(), env["GITHUB_REPO"]?.trim()];
  if (flag !== undefined) return named(flag, "--repo");
  if (org && name) return named(`${org}/${name}`, "GITHUB_ORG and GITHUB_REPO");
  return env["GITHUB_REPOSITORY"] ? named(env["GITHUB_REPOSITORY"], "GITHUB_REPOSITORY") : undefined;
}

/**
 * Reads the repository from the remote of a clone. Throws AppError with exit code 2: `repository_unknown` if there is
 * no remote, `repository_malformed` if its address does not name a repository.
 */
export function remoteRepository(answer: RemoteAnswer): Repository {
  if (answer.kind !== "found") throw unknownRepository(answer);
  const repo = parseRemote(answer.url.trim());
  if (repo === undefined) throw malformed("git remote", withoutCredentials(answer.url));
  const host = otherForge(answer.url);
  if (host !== undefined) {
    const state = `the remote of this clone is on ${host}, and Showtime works on GitHub`;
    throw usageError(
      "repository_unknown",
      `Cannot tell the repository: ${state}`,
      `If it is on GitHub too, ${OR_NAME_IT}`,
    );
  }
  return { repo, source: "git remote" };
}

/** Returns the host of a remote that is on another forge than GitHub. Other hosts may be GitHub's own, under any name. */
function otherForge(url: string): string | undefined {
  const host = /^(?:[a-z+]+:\/\/)?(?:[^@/\s]+@)?([^:/\s]+)/i.exec(url.trim())?.[1]?.toLowerCase();
  return host !== undefined && OTHER_FORGES.test(host) ? host : undefined;
}

function named(text: string, source: string): Repository {
  const repo = parseRepositoryName(text.trim()) ?? parseRemote(text.trim());
  if (repo === undefined) throw malformed(source, withoutCredentials(text));
  return { repo, source };
}

function malformed(source: string, text: string): AppError {
  return usageError(
    "repository_malformed",
    `Finding the repository: ${source} is ${quote(text)}, which is not a repository`,
    HINT,
  );
}

function unknownRepository(answer: Exclude<RemoteAnswer, { kind: "found" }>): AppError {
  const [state, hint] = describe(answer);
  return usageError("repository_unknown", `Cannot tell the repository: ${state}`, hint);
}

function describe(answer: Exclude<RemoteAnswer, { kind: "found" }>): readonly [state: string, hint: string] {
  switch (answer.kind) {
    case "not_trusted":
      return [
        "Git does not open this clone, because another user owns its folder",
        `Run "${answer.fix}", or ${OR_NAME_IT}`,
      ];
    case "no_git":
      return ["git is not installed, so the remote cannot be read", `Install git, or ${OR_NAME_IT}`];
    case "no_clone":
      return ["this folder is not in a Git clone", `Run it in a clone, or ${OR_NAME_IT}`];
    case "no_remote":
      return [
        "this clone has no remote",
        `Add one with "git remote add origin git@github.com:owner/name.git", or ${OR_NAME_IT}`,
      ];
    case "several":
      return [
        `this clone has the remotes ${answer.names.join(", ")}, and none of them is called origin`,
        `Say which: ${OR_NAME_IT}`,
      ];
    case "failed":
      return [`Git says ${quote(answer.words)}`, `Correct that, or ${OR_NAME_IT}`];
  }
}

function withoutCredentials(text: string): string {
  return text.replace(/^([a-z+]+:\/\/)[^@/]*@/i, "$1");
}
