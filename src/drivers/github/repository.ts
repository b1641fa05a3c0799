/** Questions about the one repository this driver works on. */

import { AppError } from "../../lib/errors.ts";
import type { GithubClient } from "./client.ts";
import type { GraphqlIssue } from "./errors.ts";
import { nodesAt, pageInfoAt, textAt, valueAt } from "./json.ts";
import type { LabelIds } from "./label_ids.ts";

/** What every call of the driver works with. */
export interface Context {
  readonly client: GithubClient;
  readonly owner: string;
  readonly name: string;
  /** `owner/name`, for messages. */
  readonly repo: string;
  readonly ids: LabelIds;
}

/** A GraphQL question about the repository. */
export interface Question {
  readonly what: string;
  /** Fields of the repository. */
  readonly select: string;
  /** Fields beside the repository. */
  readonly beside?: string;
  /** Declarations of `variables`, as `$pr: Int!`. */
  readonly declare?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Errors that the caller lives with; any other throws. `path` begins below `repository`. */
  readonly tolerate?: (issue: GraphqlIssue) => boolean;
}

export interface RepositoryAnswer {
  readonly repository: unknown;
  readonly data: unknown;
  /** Those that were tolerated. */
  readonly issues: readonly GraphqlIssue[];
}

/** Asks; throws AppError `repository_not_found` where GitHub does not show the repository to this token. */
export async function askRepository(
  context: Context,
  question: Question,
  signal: AbortSignal,
): Promise<RepositoryAnswer> {
  const document = `query ($owner: String!, $name: String!${
    question.declare === undefined ? "" : `, ${question.declare}`
  }) {
    repository(owner: $owner, name: $name) { ${question.select} }
    ${question.beside ?? ""}
  }`;
  const variables = { owner: context.owner, name: context.name, ...question.variables };
  const asking = { what: question.what, signal };
  const answer = await context.client.graphql(document, { ...asking, variables });
  const repository = valueAt(answer.data, "repository");
  if (repository === undefined && answer.issues.every((issue) => issue.type === "NOT_FOUND")) {
    throw repositoryNotFound(question.what, context.repo);
  }
  const issues = answer.issues.map((issue) =>
    issue.path[0] === "repository" ? { ...issue, path: issue.path.slice(1) } : issue
  );
  const bad = issues.filter((issue) => !(question.tolerate?.(issue) ?? false));
  if (bad.length > 0) throw context.client.issueError(bad, asking);
  const id = textAt(repository, "id");
  if (id !== undefined) context.ids.repositoryId = id;
  return { repository, data: answer.data, issues };
}

/** A connection that is read to its end. `select` gives its text; the page's cursor is the variable `$after`. */
export interface PagedQuestion extends Question {
  /** The connection's name or alias inside the repository, and what lies between. */
  readonly path: readonly string[];
  /** Told the nodes so far; true ends the reading before the last page. */
  readonly enough?: (nodes: readonly unknown[]) => boolean;
}

export async function askAllPages(
  context: Context,
  question: PagedQuestion,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const nodes: unknown[] = [];
  const declare = ["$after: String", ...(question.declare === undefined ? [] : [question.declare])].join(
    ", ",
  );
  let after: string | undefined;
  do {
    const variables = { ...question.variables, after: after ?? null };
    const { repository } = await askRepository(context, { ...question, declare, variables }, signal);
    nodes.push(...nodesAt(repository, ...question.path));
    const page = pageInfoAt(repository, ...question.path);
    after = page.hasNextPage ? page.endCursor : undefined;
  } while (after !== undefined && !question.enough?.(nodes));
  return nodes;
}

/** The node id of the repository, asked for once. */
export async function repositoryId(context: Context, signal: AbortSignal): Promise<string> {
  const what = `Reading the repository "${context.repo}"`;
  if (context.ids.repositoryId === undefined) await askRepository(context, { what, select: "id" }, signal);
  if (context.ids.repositoryId === undefined) throw repositoryNotFound(what, context.repo);
  return context.ids.repositoryId;
}

export function repositoryNotFound(what: string, repo: string): AppError {
  return new AppError("repository_not_found", `${what}: GitHub shows no repository "${repo}"`, {
    hint: "Check --repo, and that the token may see the repository",
  });
}

/** Splits `items` into parts of at most `size`, so that one request does not grow without bound. */
export function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}
