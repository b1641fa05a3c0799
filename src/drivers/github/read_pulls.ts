/** Reads lists of pull requests, and the commits with their first runs, and the permissions of the repository. */

import { toError, usageError } from "../../lib/errors.ts";
import { type FullSha, parseFullSha, parsePrNumber, type PrNumber } from "../../lib/ids.ts";
import type { PermissionAnswer } from "../../lib/permission.ts";
import type { BranchPull, HeadRun, PullSummary } from "../../environments/ports/forge.ts";
import { ACTOR, sameText, shaAt, SUMMARY, toPermission, toSummary } from "./convert.ts";
import { incompleteAnswer, instantAt, nodesAt, numberAt, pageInfoAt, textAt, valueAt } from "./json.ts";
import { pullMissing } from "./pull_page.ts";
import { chunk, type Context, queryAllPages, queryRepository } from "./repository.ts";

/** The number of pull requests or logins that one request reads. */
const PER_REQUEST = 100;

/** Lists the pull requests with a label, open ones first. */
export async function listPulls(
  context: Context,
  options: { readonly label: string; readonly states: "open" | "all"; readonly signal: AbortSignal },
): Promise<readonly PullSummary[]> {
  const what = `Listing the pull requests of "${context.repo}"`;
  const nodes = await queryAllPages(context, {
    what,
    path: ["pullRequests"],
    declare: "$labels: [String!], $states: [PullRequestState!]",
    variables: {
      labels: [options.label],
      states: options.states === "open" ? ["OPEN"] : ["OPEN", "CLOSED", "MERGED"],
    },
    select: `id pullRequests(labels: $labels, states: $states, first: 100, after: $after) {
      nodes { ${SUMMARY} } pageInfo { hasNextPage endCursor } }`,
    beside: `viewer { ${ACTOR} }`,
    tolerate: (issue) => issue.path[0] === "viewer",
  }, options.signal);
  const pulls = nodes.map((value) => toSummary({ value, what }));
  return [...pulls.filter((pull) => pull.open), ...pulls.filter((pull) => !pull.open)];
}

/** Reads pull requests by number; those that do not exist are left out. */
export async function readPulls(
  context: Context,
  numbers: readonly PrNumber[],
  signal: AbortSignal,
): Promise<readonly PullSummary[]> {
  const pulls: PullSummary[] = [];
  const what = `Reading pull requests of "${context.repo}"`;
  for (const part of chunk([...new Set(numbers)], PER_REQUEST)) {
    const { repository, issues } = await queryRepository(context, {
      what,
      declare: part.map((_, index) => `$n${index}: Int!`).join(", "),
      variables: Object.fromEntries(part.map((number, index) => [`n${index}`, number])),
      select: "id " +
        part.map((_, index) => `p${index}: pullRequest(number: $n${index}) { ${SUMMARY} }`).join(" "),
      tolerate: (issue) => issue.type === "NOT_FOUND" && issue.path.length === 1,
    }, signal);
    // Only an error says that a pull request does not exist.
    const missing = new Set(issues.map(({ path }) => path[0]));
    pulls.push(...part.flatMap((_, index) => {
      const value = valueAt(repository, `p${index}`);
      return value === undefined && missing.has(`p${index}`) ? [] : [toSummary({ value, what })];
    }));
  }
  return pulls;
}

/** Reads the permission of each login. Only an abort throws: a failure is the answer for its logins. */
export async function readPermissions(
  context: Context,
  logins: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PermissionAnswer>> {
  const answers = new Map<string, PermissionAnswer>();
  for (const part of chunk([...new Set(logins)], PER_REQUEST)) {
    try {
      const { repository, issues } = await queryRepository(context, {
        what: `Reading permissions in "${context.repo}"`,
        declare: part.map((_, index) => `$l${index}: String!`).join(", "),
        variables: Object.fromEntries(part.map((login, index) => [`l${index}`, login])),
        select: "id " +
          part.map((_, index) =>
            `p${index}: collaborators(login: $l${index}, first: 1) { edges { permission node { login } } }`
          ).join(" "),
        tolerate: () => true,
      }, signal);
      part.forEach((login, index) =>
        answers.set(login, toPermission(repository, { alias: `p${index}`, login, issues }))
      );
    } catch (error) {
      signal.throwIfAborted();
      for (const login of part) answers.set(login, { kind: "error", message: toError(error).message });
    }
  }
  return answers;
}

/**
 * Finds a commit of a pull request by the first 7 to 40 digits of its hash.
 *
 * The newest commits are read first, because the wanted one is nearly always among them. Throws AppError
 * `unknown_commit` (exit code 2) if no commit or several have these digits.
 */
export async function resolveCommit(
  context: Context,
  pr: PrNumber,
  options: { readonly sha: string; readonly signal: AbortSignal },
): Promise<FullSha> {
  const wanted = options.sha.toLowerCase();
  const what = `Looking for commit "${options.sha}" in pull request #${pr}`;
  const hint = "Give 7 to 40 hex digits of a commit that the pull request has now";
  if (!/^[0-9a-f]{7,40}$/.test(wanted)) {
    throw usageError("unknown_commit", `${what}: it is no commit hash`, hint);
  }
  const found = new Set<FullSha>();
  let before: string | undefined;
  do {
    const { repository, issues } = await queryRepository(context, {
      what,
      declare: "$pr: Int!, $before: String",
      variables: { pr, before: before ?? null },
      select: `id pullRequest(number: $pr) { headRefOid commits(last: 100, before: $before) {
        nodes { commit { oid } } pageInfo { hasPreviousPage startCursor } } }`,
      tolerate: (issue) => issue.type === "NOT_FOUND" && issue.path.join() === "pullRequest",
    }, options.signal);
    const pull = valueAt(repository, "pullRequest");
    if (pull === undefined) throw pullMissing(pr, { what, repo: context.repo, issues });
    const asked = { value: pull, what };
    const listed = nodesAt(asked, "commits").map((node) => shaAt(node, "commit", "oid"));
    for (const sha of [shaAt(pull, "headRefOid"), ...listed]) if (sha?.startsWith(wanted)) found.add(sha);
    const page = pageInfoAt(asked, "commits");
    before = page.hasPreviousPage && !found.has(parseFullSha(wanted) ?? "" as FullSha)
      ? page.startCursor
      : undefined;
  } while (before !== undefined);
  const [sha] = found;
  if (sha === undefined) throw usageError("unknown_commit", `${what}: it has no such commit`, hint);
  if (found.size > 1) {
    throw usageError("unknown_commit", `${what}: ${found.size} commits begin with it`, "Give more digits");
  }
  return sha;
}

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

/** Reads the name of the default branch; undefined if the repository has no commit. */
export async function readDefaultBranch(context: Context, signal: AbortSignal): Promise<string | undefined> {
  const { repository } = await queryRepository(context, {
    what: `Reading the default branch of "${context.repo}"`,
    select: "id defaultBranchRef { name }",
  }, signal);
  return textAt(repository, "defaultBranchRef", "name");
}

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
