/** Queries a pull request: everything on the first page, then further pages of its lists. */

import { AppError } from "../../lib/errors.ts";
import type { PrNumber } from "../../lib/ids.ts";
import { ACTOR, STATUS } from "./convert.ts";
import type { GraphqlIssue } from "./errors.ts";
import { incompleteAnswer, valueAt } from "./json.ts";
import { type Context, queryRepository, type RepositoryAnswer } from "./repository.ts";

/** The lists of the query. The first page has all four, further pages those that are still needed. */
export type List = "locks" | "labels" | "comments" | "timeline";
/** All lists of the query. */
export const LISTS: readonly List[] = ["locks", "labels", "comments", "timeline"];

const FIELDS: Readonly<Record<List, string>> = {
  locks: `locks: labels(query: $query, first: 100, after: $locks) {
    nodes { id name description } pageInfo { hasNextPage endCursor } }`,
  labels: `labels(first: 100, after: $labels) { nodes { id name } pageInfo { hasNextPage endCursor } }`,
  comments: `comments(first: 100, after: $comments) {
    nodes { id body viewerDidAuthor author { ${ACTOR} } } pageInfo { hasNextPage endCursor } }`,
  timeline: `timelineItems(last: 100, before: $timeline,
    itemTypes: [LABELED_EVENT, UNLABELED_EVENT, PULL_REQUEST_COMMIT, HEAD_REF_FORCE_PUSHED_EVENT]) {
    nodes {
      __typename
      ... on LabeledEvent { createdAt actor { ${ACTOR} } label { name } }
      ... on UnlabeledEvent { createdAt actor { ${ACTOR} } label { name } }
      ... on PullRequestCommit { commit { oid } }
      ... on HeadRefForcePushedEvent { createdAt actor { ${ACTOR} } afterCommit { oid } }
    } pageInfo { hasPreviousPage startCursor } }`,
};

const PULL = `id number title body state isDraft createdAt updatedAt headRefOid headRefName
  headRepository { id nameWithOwner } author { ${ACTOR} }`;

/** The page of a pull request to read. */
export interface PageRequest {
  readonly lists: readonly List[];
  /** The cursor of each list's next page; left out for its first page. */
  readonly cursors: Partial<Record<List, string>>;
  readonly signal: AbortSignal;
  /** Set for the first page, which also has the fields of the pull request, the viewer and a permission. */
  readonly first?: { readonly actor: string | undefined; readonly status: boolean };
}

/** Reads one page; throws AppError `pull_not_found` if the pull request does not exist. */
export async function queryPage(
  context: Context,
  pr: PrNumber,
  options: PageRequest,
): Promise<RepositoryAnswer> {
  const actor = options.first?.actor;
  const inPull = options.lists.filter((list) => list !== "locks").map((list) => FIELDS[list]);
  if (options.first !== undefined) inPull.unshift(PULL);
  if (options.first?.status === true) {
    inPull.unshift(`commits(last: 1) { nodes { commit { oid ${STATUS} } } }`);
  }
  const select = ["id"];
  if (options.lists.includes("locks")) select.push(FIELDS.locks);
  if (inPull.length > 0) select.push(`pullRequest(number: $pr) { ${inPull.join(" ")} }`);
  const declare = options.lists.map((list) => `$${list}: String`);
  const variables: Record<string, unknown> = {};
  for (const list of options.lists) variables[list] = options.cursors[list] ?? null;
  if (inPull.length > 0) {
    declare.push("$pr: Int!");
    variables["pr"] = pr;
  }
  if (options.lists.includes("locks")) {
    declare.push("$query: String!");
    variables["query"] = `lock pr-${pr}`;
  }
  if (actor !== undefined) {
    select.push("actor: collaborators(login: $actor, first: 1) { edges { permission node { login } } }");
    declare.push("$actor: String!");
    variables["actor"] = actor;
  }
  const what = describePage(context, pr);
  const answer = await queryRepository(context, {
    what,
    select: select.join(" "),
    declare: declare.join(", "),
    variables,
    ...(options.first === undefined ? {} : { beside: `viewer { ${ACTOR} }` }),
    tolerate: (issue) =>
      issue.path[0] === "actor" || issue.path[0] === "viewer" || isAboutStatus(issue) ||
      (issue.type === "NOT_FOUND" && issue.path.join() === "pullRequest"),
  }, options.signal);
  if (inPull.length > 0 && valueAt(answer.repository, "pullRequest") === undefined) {
    throw pullMissing(pr, { what, repo: context.repo, issues: answer.issues });
  }
  return answer;
}

/** Whether an error is about the status of the head, which a token may lack the right to read. */
export function isAboutStatus({ path }: GraphqlIssue): boolean {
  return path[0] === "pullRequest" && path[1] === "commits" && path.includes("status");
}

/** Names the reading of a pull request, for messages. */
export function describePage(context: Pick<Context, "repo">, pr: PrNumber): string {
  return `Reading pull request #${pr} of "${context.repo}"`;
}

/**
 * Makes the AppError for an answer without the pull request: `pull_not_found` if GitHub's error says that it does
 * not exist, else `forge_failed`.
 */
export function pullMissing(
  pr: PrNumber,
  answer: { readonly what: string; readonly repo: string; readonly issues: readonly GraphqlIssue[] },
): AppError {
  const { what, repo, issues } = answer;
  if (!issues.some(({ type, path }) => type === "NOT_FOUND" && path.join() === "pullRequest")) {
    return incompleteAnswer(what, "pullRequest");
  }
  return new AppError("pull_not_found", `Reading pull request #${pr} of "${repo}": it does not exist`, {
    hint: "Check the number and --repo, and that the token may see the repository",
  });
}
