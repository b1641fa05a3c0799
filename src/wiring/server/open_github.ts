import { makeGithubCommitStatuses, makeGithubForge } from "../../drivers/github/mod.ts";
import { mayCauseBuild } from "../../lib/permission.ts";
import { VERSION } from "../../lib/version.ts";
import { repositoryKey } from "../../pipelines/core/triggers/repository_key.ts";
import type { CommitStatuses } from "../../ports/commit_status.ts";
import type { Terminal } from "../../ports/terminal.ts";
import type { Parts } from "../parts.ts";

/** GitHub, as the server of builds uses it. Repositories are given by their addresses. */
export interface ServerGithub {
  /** The statuses of a repository's commits; undefined for a repository that is not on this GitHub. */
  readonly statuses: (repository: string) => CommitStatuses | undefined;
  /** Whether a login may write to a repository; false in doubt. */
  readonly mayWrite: (login: string, repository: string, signal: AbortSignal) => Promise<boolean>;
}

/** Opens GitHub; undefined without a token in GITHUB_TOKEN or GH_TOKEN: then builds have no statuses, and forks no trust. */
export async function openGithub(parts: Parts, terminal: Terminal): Promise<ServerGithub | undefined> {
  const { env } = parts.host;
  const token = env["GITHUB_TOKEN"] || env["GH_TOKEN"];
  if (token === undefined || token === "") return undefined;
  parts.keepSecret(token);
  const { urls } = await parts.actions;
  const host = new URL(env["GITHUB_SERVER_URL"] || "https://github.com").host.toLowerCase();
  const clock = await parts.clock;
  const optionsFor = (repository: string) => {
    const [found, owner, name, ...rest] = repositoryKey(repository)?.split("/") ?? [];
    if (found !== host || owner === undefined || name === undefined || rest.length > 0) return undefined;
    return {
      token,
      repo: `${owner}/${name}`,
      restUrl: urls.api,
      graphqlUrl: urls.graphql,
      userAgent: `showtime/${VERSION}`,
      clock,
      onWait: (text: string) => terminal.say(text),
    };
  };
  return {
    statuses(repository) {
      const options = optionsFor(repository);
      return options === undefined ? undefined : makeGithubCommitStatuses(options);
    },
    async mayWrite(login, repository, signal) {
      const options = optionsFor(repository);
      if (options === undefined) return false;
      try {
        const answers = await makeGithubForge(options).permissions([login], signal);
        return mayCauseBuild(answers.get(login));
      } catch {
        signal.throwIfAborted();
        return false;
      }
    },
  };
}
