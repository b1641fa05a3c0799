import { formatLabel } from "../../../environments/core/labels/mod.ts";
import type { LockRecord } from "../../../environments/core/lock.ts";
import type { PullSummary, StartsSnapshot } from "../../../environments/ports/forge.ts";
import { sameText, SUMMARY, toLock, toSummary } from "../convert.ts";
import { incompleteAnswer, nodesAt, pageInfoAt } from "../json.ts";
import { type Context, queryRepository } from "../repository.ts";

/** Reads the definitions of the limits' lock and the open pull requests with a label, all pages. */
export async function readStarts(
  context: Context,
  label: string,
  signal: AbortSignal,
): Promise<StartsSnapshot> {
  const what = `Counting the environments of "${context.repo}"`;
  const lockName = formatLabel({ kind: "limits_lock" });
  const locks: LockRecord[] = [];
  const pulls: PullSummary[] = [];
  let after: string | undefined;
  do {
    // GitHub's search for labels may miss names that begin with a sign, so the words are searched for.
    const first = after === undefined
      ? `locks: labels(query: "lock limits", first: 100) { nodes { id name description } }`
      : "";
    const { repository } = await queryRepository(context, {
      what,
      declare: "$labels: [String!], $after: String",
      variables: { labels: [label], after: after ?? null },
      select: `id ${first} pullRequests(labels: $labels, states: [OPEN], first: 100, after: $after) {
        nodes { ${SUMMARY} } pageInfo { hasNextPage endCursor } }`,
    }, signal);
    const asked = { value: repository, what };
    for (const node of after === undefined ? nodesAt(asked, "locks") : []) {
      const lock = toLock(node);
      if (lock === undefined) throw incompleteAnswer(what, "locks");
      if (sameText(lock.name, lockName)) locks.push(lock);
    }
    pulls.push(...nodesAt(asked, "pullRequests").map((value) => toSummary({ value, what })));
    const page = pageInfoAt(asked, "pullRequests");
    after = page.hasNextPage ? page.endCursor : undefined;
  } while (after !== undefined);
  return { locks, pulls };
}
