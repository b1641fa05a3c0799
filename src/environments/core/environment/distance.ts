import { type FullSha, type ShortSha, shortSha } from "../../../lib/ids.ts";

/**
 * Counts the commits of a pull request between the one that runs and its head; 0 if the head runs. Undefined
 * if the list of commits, oldest first, does not show it: after a force push the old commit is not among
 * them.
 */
export function commitsBehind(
  commits: readonly FullSha[],
  { runs, head }: { readonly runs: ShortSha; readonly head: FullSha },
): number | undefined {
  if (shortSha(head) === runs) return 0;
  const at = commits.findLastIndex((sha) => shortSha(sha) === runs);
  const to = commits.lastIndexOf(head);
  return at < 0 || to <= at ? undefined : to - at;
}

/** Describes how far an environment is behind: `1 commit behind`, or `behind`; empty if it is not. */
export function describeBehind(behind: number | undefined): string {
  if (behind === 0) return "";
  if (behind === undefined) return "behind";
  return `${behind} ${behind === 1 ? "commit" : "commits"} behind`;
}
