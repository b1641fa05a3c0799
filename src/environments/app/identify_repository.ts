import {
  judgeOwner,
  type OwnerMarks,
  type RepositoryIdentity,
  sameRepo,
} from "../core/environment/ownership.ts";
import type { ForgeReader } from "../ports/forge.ts";

/** The ports and values that identifying the repository uses. */
export interface IdentityPorts {
  /** `owner/name`. */
  readonly repo: string;
  readonly forge: Pick<ForgeReader, "knownRepositoryId" | "findRepositoryId">;
}

/** The most names that one call asks GitHub about. The things that carry further names count as another's. */
const MOST_NAMES = 10;

/**
 * Identifies the repository that a run works for: the id that GitHub has given it, and its former names among
 * the marks of `seen`. GitHub is asked only about names on things that carry no id.
 */
export async function identifyRepository(
  { repo, forge }: IdentityPorts,
  seen: readonly OwnerMarks[],
  signal: AbortSignal,
): Promise<RepositoryIdentity> {
  const repoId = forge.knownRepositoryId();
  if (repoId === undefined) return { repo };
  const strange = new Map<string, string>();
  for (const marks of seen) {
    if (marks.repoId !== undefined || marks.repo === undefined || sameRepo(marks.repo, repo)) continue;
    strange.set(marks.repo.toLowerCase(), marks.repo);
  }
  const formerRepos: string[] = [];
  for (const name of [...strange.values()].slice(0, MOST_NAMES)) {
    if (await forge.findRepositoryId(name, signal) === repoId) formerRepos.push(name);
  }
  return { repo, repoId, formerRepos };
}

/** Splits environments into those of the repository, with those that no repository marks, and those of others. */
export function splitByOwner<Environment extends OwnerMarks>(
  environments: readonly Environment[],
  identity: RepositoryIdentity,
): { readonly own: readonly Environment[]; readonly elsewhere: readonly Environment[] } {
  const isOwn = (each: Environment) => judgeOwner(each, identity) !== "other";
  return {
    own: environments.filter(isOwn),
    elsewhere: environments.filter((each) => !isOwn(each)),
  };
}
