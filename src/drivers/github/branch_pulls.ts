import { parsePrNumber } from "../../lib/ids.ts";
import type { BranchPull } from "../../environments/ports/forge.ts";
import { numberAt, textAt } from "./json.ts";
import type { Context } from "./repository.ts";

/** Lists the pull requests whose head is that branch of that owner, open ones first. */
export async function listPullsOfBranch(
  context: Context,
  { owner, branch }: { readonly owner: string; readonly branch: string },
  signal: AbortSignal,
): Promise<readonly BranchPull[]> {
  const { data } = await context.client.rest("GET /repos/{owner}/{repo}/pulls", {
    what: `Looking for pull requests of the branch "${branch}"`,
    signal,
    parameters: {
      owner: context.owner,
      repo: context.name,
      state: "all",
      head: `${owner}:${branch}`,
      per_page: 100,
    },
  });
  const pulls = (Array.isArray(data) ? data : []).flatMap((each: unknown): BranchPull[] => {
    const number = parsePrNumber(numberAt(each, "number") ?? 0);
    if (number === undefined || textAt(each, "head", "ref") !== branch) return [];
    return [{ number, title: textAt(each, "title") ?? "", open: textAt(each, "state") === "open" }];
  });
  return [...pulls.filter(({ open }) => open), ...pulls.filter(({ open }) => !open)];
}
