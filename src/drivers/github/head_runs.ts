/** Finds the first workflow run of a commit, which shows since when it has been the head of its branch. */

import type { FullSha } from "../../lib/ids.ts";
import type { HeadRun } from "../../environments/ports/forge.ts";
import { sameText, shaAt } from "./convert.ts";
import { incompleteAnswer, instantAt, textAt, valueAt } from "./json.ts";
import type { Context } from "./repository.ts";

/**
 * Finds the earliest run with this head commit, branch and repository that is not older than `since`. One
 * request reads the newest 100 runs of the commit: an older one would only move the time back.
 */
export async function firstRunOf(
  context: Context,
  head: {
    readonly sha: FullSha;
    readonly branch: string;
    readonly repo: string;
    readonly since: number;
  },
  signal: AbortSignal,
): Promise<HeadRun> {
  const what = `Reading the workflow runs of ${head.sha}`;
  const { status, data } = await context.client.rest("GET /repos/{owner}/{repo}/actions/runs", {
    what,
    signal,
    parameters: {
      owner: context.owner,
      repo: context.name,
      head_sha: head.sha,
      per_page: 100,
      exclude_pull_requests: true,
    },
    answers: [403, 404],
  });
  if (status !== 200) return { kind: "unreadable" };
  const runs = valueAt(data, "workflow_runs");
  if (!Array.isArray(runs)) throw incompleteAnswer(what, "workflow_runs");
  const times = runs.filter((run) =>
    shaAt(run, "head_sha") === head.sha && textAt(run, "head_branch") === head.branch &&
    sameText(textAt(run, "head_repository", "full_name"), head.repo)
  ).map((run) => instantAt(run, "created_at")).filter((at) => at > 0 && at >= head.since);
  return times.length === 0 ? { kind: "none" } : { kind: "seen", at: Math.min(...times) };
}
