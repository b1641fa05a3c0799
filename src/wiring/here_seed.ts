import { namedRepository, remoteRepository } from "../config/mod.ts";
import { usageError } from "../lib/errors.ts";
import { parseRemote, parseRepositoryName, type RemoteAnswer } from "../lib/git/git_remote.ts";
import { parseSeed, type Seed } from "../simulators/github/mod.ts";
import type { Parts } from "./parts.ts";

/** The number of the only pull request. */
const PR = 1;
/** The login of the person at this machine. */
const PERSON = "you";

/**
 * Makes the seed of a repository like the clone in the working folder: one pull request, from the checked-out branch
 * at its commit. Throws AppError (exit code 2) if there is no clone or no commit.
 */
export async function makeHereSeed(
  parts: Parts,
  repo: string | undefined,
): Promise<{ readonly seed: Seed; readonly about: string }> {
  const { env, signal } = parts.host;
  const clone = await parts.clone();
  const remote = await clone.remote(signal);
  const named = namedRepository({ flag: repo, env })?.repo;
  if (remote.kind === "no_clone" || remote.kind === "no_git" || remote.kind === "not_trusted") {
    // The answer is no address, so this throws what says why.
    remoteRepository(remote);
  }
  const head = await clone.head(signal);
  if (head === undefined) {
    throw usageError(
      "no_commit",
      "Serving the clone in this folder: it has no commit yet",
      'Commit the project first: git add --all && git commit --message "First"',
    );
  }
  const repository = named ?? await nameOf(parts, remote);
  const branch = head.branch ?? "detached";
  const seed = parseSeed({
    repository,
    token_owner: PERSON,
    collaborators: { [PERSON]: "admin" },
    pulls: [{
      number: PR,
      title: `Branch ${branch}`,
      author: PERSON,
      head: { sha: head.sha, ref: branch, repo: repository },
      pusher: PERSON,
    }],
  });
  return { seed, about: `${repository}, pull request #${PR}: branch ${branch} at ${head.sha.slice(0, 7)}` };
}

/** Names the repository by its remote, or by the folder of the clone. */
async function nameOf(parts: Parts, remote: RemoteAnswer): Promise<string> {
  const found = remote.kind === "found" ? parseRemote(remote.url) : undefined;
  if (found !== undefined) return found;
  const folders = Deno.cwd().split(/[\\/]/);
  const top = folders.at(-1 - ((await parts.place())?.depth ?? 0)) ?? "";
  const name = `local/${top.replaceAll(/[^A-Za-z0-9._-]+/g, "-")}`;
  return parseRepositoryName(name) ?? "local/project";
}
