import { AppError, EXIT } from "../../../lib/errors.ts";

/**
 * The repository that a run works for. GitHub's numeric id identifies it; a name is a hint, because a rename or
 * a transfer changes it.
 */
export interface RepositoryIdentity {
  /** `owner/name`. */
  readonly repo: string;
  /** GitHub's numeric id; undefined if GitHub has not given it. */
  readonly repoId?: number | undefined;
  /** Former names that GitHub redirects to this repository. */
  readonly formerRepos?: readonly string[] | undefined;
}

/** The marks on a thing that say which repository it was made for; undefined where a mark is missing. */
export interface OwnerMarks {
  readonly repo?: string | undefined;
  readonly repoId?: number | undefined;
}

/** The marks that say who owns something on a platform. */
export interface Ownership {
  /** The thing in words: `the container "pr-1-abc123f"`. */
  readonly what: string;
  /** Whether it carries `showtime_managed=true`. */
  readonly managed: boolean;
  /** Whether it has the strict name of the older scheme and the tag `pr` of the same number. */
  readonly legacy: boolean;
  /** `owner/name`; undefined if no tag names it. */
  readonly repo: string | undefined;
  /** GitHub's numeric id of that repository; undefined if no tag holds it. */
  readonly repoId?: number | undefined;
  readonly epoch: number;
  /** The command with which a person removes it. */
  readonly removal: string;
}

/**
 * Checks that something may be replaced or removed under `epoch`. Throws AppError `not_ours` if it has
 * neither Showtime's tag nor the strict name of the older scheme, or if it belongs to another repository; and
 * `stale_epoch` if a newer run has changed it.
 */
export function assertOurs(
  thing: Ownership,
  options: RepositoryIdentity & { readonly epoch: number; readonly action: string },
): void {
  const { action } = options;
  const byHand = `Remove it yourself if it may go: ${thing.removal}`;
  if (!thing.managed && !thing.legacy) {
    throw notOurs(`${action}: ${thing.what} was not made by Showtime`, byHand);
  }
  // Everything that Showtime makes carries its repository; only the older scheme does not.
  const owner = judgeOwner(thing, options);
  if (owner === "other" || (owner === "unmarked" && thing.managed)) {
    throw notOurs(
      `${action}: ${thing.what} belongs to ${describeOwner(thing, options)}`,
      thing.repo === undefined || sameRepo(thing.repo, options.repo)
        ? byHand
        : "Use --repo to work on that repository",
    );
  }
  if (thing.epoch > options.epoch) {
    const theirs = thing.epoch === UNREADABLE_EPOCH
      ? "its epoch cannot be read"
      : `epoch ${thing.epoch}; this one is ${options.epoch}`;
    throw new AppError("stale_epoch", `${action}: ${thing.what} was changed by a later run (${theirs})`, {
      hint: `If no run is working on it: ${thing.removal}`,
    });
  }
}

/** Makes the refusal to touch what belongs to another repository: exit code 3. */
export function notOurs(message: string, hint: string): AppError {
  return new AppError("not_ours", message, { hint, exitCode: EXIT.refused });
}

/**
 * Decides whether a thing belongs to a repository. If both sides have an id, the ids decide; otherwise the
 * names do, former names included. `unmarked`: the thing has neither.
 */
export function judgeOwner(marks: OwnerMarks, identity: RepositoryIdentity): "own" | "other" | "unmarked" {
  if (marks.repoId !== undefined && identity.repoId !== undefined) {
    return marks.repoId === identity.repoId ? "own" : "other";
  }
  const { repo } = marks;
  if (repo === undefined) return marks.repoId === undefined ? "unmarked" : "other";
  const names = [identity.repo, ...identity.formerRepos ?? []];
  return names.some((name) => sameRepo(name, repo)) ? "own" : "other";
}

/** Names the owner of a thing in words. Two repositories of one name, one after the other, differ by their id. */
export function describeOwner(marks: OwnerMarks, identity: RepositoryIdentity): string {
  const { repo, repoId } = marks;
  if (repo === undefined) {
    return repoId === undefined ? "no known repository" : `another repository (id ${repoId})`;
  }
  return sameRepo(repo, identity.repo) ? `another repository of that name (id ${repoId})` : repo;
}

/** Whether two names are the same repository to GitHub, which ignores letter case. */
export function sameRepo(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

const UNREADABLE_EPOCH = Number.MAX_SAFE_INTEGER;

/**
 * Parses an epoch tag. A tag that is not a number counts as higher than any, so that no run touches its
 * carrier.
 */
export function readEpoch(text: string | undefined): number {
  const epoch = Number(text ?? 0);
  return Number.isSafeInteger(epoch) ? epoch : UNREADABLE_EPOCH;
}

const UNREADABLE_ID = -1;

/**
 * Parses a tag with a repository's id; undefined for a missing or empty tag. A tag that is not a number counts as
 * the id of another repository, so that no run touches its carrier.
 */
export function readRepositoryId(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : UNREADABLE_ID;
}

/** The end of the year 9999, in seconds since 1970: labels and texts have years of four digits. */
const LATEST_SECONDS = Date.UTC(10_000, 0) / 1000 - 1;

/**
 * Parses a tag of seconds since 1970 to milliseconds; undefined for any other text and after the year 9999.
 */
export function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,12}$/.test(text) || Number(text) > LATEST_SECONDS) return undefined;
  return Number(text) * 1000;
}
