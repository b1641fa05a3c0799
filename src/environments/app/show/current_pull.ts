import { usageError } from "../../../lib/errors.ts";
import { parseRemote } from "../../../lib/git/git_remote.ts";
import { parsePrNumber, type PrNumber } from "../../../lib/ids.ts";
import { quote } from "../../../lib/quote.ts";
import type { Clone } from "../../../ports/clone.ts";
import type { BranchPull, Forge } from "../../ports/forge.ts";

const ACTION = "Finding the pull request of the current branch";

/** The ports and names that the search needs. */
export interface CurrentPullSearch {
  readonly clone: Pick<Clone, "pushed">;
  /** Makes the client of GitHub, if it is needed. */
  readonly forge: () => Promise<Pick<Forge, "pullsOfBranch">>;
  /** `owner/name` of the repository with the pull requests. */
  readonly repo: () => Promise<string>;
  /** A command line that names a pull request, for the hint. */
  readonly example: string;
}

/**
 * Finds the pull request whose head is the checked-out branch: the open one, else the only closed one. Takes at most
 * one request. Throws AppError with exit code 2 if no branch is checked out, or if none or several fit.
 */
export async function findCurrentPull(search: CurrentPullSearch, signal: AbortSignal): Promise<PrNumber> {
  const hint = `Name the pull request, as in "${search.example}"`;
  const pushed = await search.clone.pushed(signal);
  if (pushed === undefined) {
    throw usageError("no_current_branch", `${ACTION}: no branch is checked out in this folder`, hint);
  }
  const followed = pushed.pull === undefined ? undefined : parsePrNumber(pushed.pull);
  if (followed !== undefined) return followed;
  const home = pushed.url === undefined ? undefined : parseRemote(pushed.url);
  const owner = (home ?? await search.repo()).split("/")[0] ?? "";
  const { branch } = pushed;
  const pulls = await (await search.forge()).pullsOfBranch({ owner, branch }, signal);
  const open = pulls.filter((pull) => pull.open);
  const [first, ...others] = open.length > 0 ? open : pulls;
  const head = quote(`${owner}:${branch}`);
  if (first === undefined) {
    throw usageError(
      "no_pull_of_branch",
      `${ACTION}: ${await search.repo()} has none whose head is ${head}`,
      hint,
    );
  }
  if (others.length === 0) return first.number;
  const listed = [first, ...others].slice(0, 10).map(describe).join(", ");
  throw usageError("several_pulls_of_branch", `${ACTION}: several have the head ${head}: ${listed}`, hint);
}

function describe({ number, title, open }: BranchPull): string {
  return `#${number} ${quote(title)}${open ? "" : " (closed)"}`;
}
