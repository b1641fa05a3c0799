/** Queries the repository that this driver works on. */

import { AppError } from "../../lib/errors.ts";
import type { GithubClient } from "./client.ts";
import type { GraphqlIssue } from "./errors.ts";
import { incompleteAnswer, nodesAt, numberAt, pageInfoAt, textAt, valueAt } from "./json.ts";

/** The node ids of label definitions that this process has seen. Letter case of names does not matter. */
export class LabelIds {
  readonly #ids = new Map<string, string>();
  /** The node id of the repository; undefined until an answer has named it. */
  repositoryId: string | undefined;
  /** The numeric id of the repository; undefined until an answer has named it. */
  repositoryNumber: number | undefined;
  /** The numeric ids that other names lead to; undefined for a name without a repository. */
  readonly numbersByName = new Map<string, number | undefined>();

  /** Stores the node id of a name. */
  remember(name: string, id: string): void {
    this.#ids.set(name.toLowerCase(), id);
  }

  /** Returns the node id of a name; undefined if it is not known. */
  get(name: string): string | undefined {
    return this.#ids.get(name.toLowerCase());
  }

  /** Forgets the node ids of these names, so that they are looked up again. */
  forget(names: readonly string[]): void {
    for (const name of names) this.#ids.delete(name.toLowerCase());
  }

  /** Forgets the deleted definition with this node id. */
  forgetId(id: string): void {
    for (const [name, known] of this.#ids) if (known === id) this.#ids.delete(name);
  }
}

/** The state that all calls of the driver share. */
export interface Context {
  readonly client: GithubClient;
  readonly owner: string;
  readonly name: string;
  /** `owner/name`, for messages. */
  readonly repo: string;
  readonly ids: LabelIds;
}

/** A GraphQL query about the repository. */
export interface RepositoryQuery {
  /** The attempted action for messages, as "Reading …". */
  readonly what: string;
  /** The fields of the repository. */
  readonly select: string;
  /** The fields beside the repository. */
  readonly beside?: string;
  /** The declarations of `variables`, as `$pr: Int!`. */
  readonly declare?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Whether the caller accepts an error; any other throws. The issue's `path` begins below `repository`. */
  readonly tolerate?: (issue: GraphqlIssue) => boolean;
}

/** The answer to a query about the repository. */
export interface RepositoryAnswer {
  readonly repository: unknown;
  readonly data: unknown;
  /** The errors that `tolerate` accepted. */
  readonly issues: readonly GraphqlIssue[];
}

/** Sends the query. Throws AppError `repository_not_found` if the token cannot see the repository. */
export async function queryRepository(
  context: Context,
  query: RepositoryQuery,
  signal: AbortSignal,
): Promise<RepositoryAnswer> {
  const document = `query ($owner: String!, $name: String!${
    query.declare === undefined ? "" : `, ${query.declare}`
  }) {
    repository(owner: $owner, name: $name) { databaseId ${query.select} }
    ${query.beside ?? ""}
  }`;
  const variables = { owner: context.owner, name: context.name, ...query.variables };
  const request = { what: query.what, signal };
  const answer = await context.client.graphql(document, { ...request, variables });
  const repository = valueAt(answer.data, "repository");
  if (repository === undefined && answer.issues.length === 0) {
    throw incompleteAnswer(query.what, "repository");
  }
  if (repository === undefined && answer.issues.every((issue) => issue.type === "NOT_FOUND")) {
    throw repositoryNotFound(query.what, context.repo);
  }
  const issues = answer.issues.map((issue) =>
    issue.path[0] === "repository" ? { ...issue, path: issue.path.slice(1) } : issue
  );
  const bad = issues.filter((issue) => !(query.tolerate?.(issue) ?? false));
  if (bad.length > 0) throw context.client.issueError(bad, request);
  const id = textAt(repository, "id");
  if (id !== undefined) context.ids.repositoryId = id;
  context.ids.repositoryNumber = numberAt(repository, "databaseId") ?? context.ids.repositoryNumber;
  return { repository, data: answer.data, issues };
}

/** A query of a connection, which is read to its end. The variable `$after` is the cursor of the page. */
export interface PagedQuery extends RepositoryQuery {
  /** The path from the repository to the connection, by name or alias. */
  readonly path: readonly string[];
  /** Whether the nodes so far suffice; true ends the reading before the last page. */
  readonly enough?: (nodes: readonly unknown[]) => boolean;
}

/** Returns the nodes of all pages. */
export async function queryAllPages(
  context: Context,
  query: PagedQuery,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const nodes: unknown[] = [];
  const declare = ["$after: String", ...(query.declare === undefined ? [] : [query.declare])].join(
    ", ",
  );
  let after: string | undefined;
  do {
    const variables = { ...query.variables, after: after ?? null };
    const { repository } = await queryRepository(context, { ...query, declare, variables }, signal);
    const asked = { value: repository, what: query.what };
    nodes.push(...nodesAt(asked, ...query.path));
    const page = pageInfoAt(asked, ...query.path);
    after = page.hasNextPage ? page.endCursor : undefined;
  } while (after !== undefined && !query.enough?.(nodes));
  return nodes;
}

/** Returns the node id of the repository, and asks GitHub for it only once. */
export async function repositoryId(context: Context, signal: AbortSignal): Promise<string> {
  const what = `Reading the repository "${context.repo}"`;
  if (context.ids.repositoryId === undefined) await queryRepository(context, { what, select: "id" }, signal);
  if (context.ids.repositoryId === undefined) throw repositoryNotFound(what, context.repo);
  return context.ids.repositoryId;
}

/** Returns the numeric id of the repository that a name leads to, redirects included, and asks only once. */
export async function findRepositoryId(
  context: Context,
  repo: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const known = context.ids.numbersByName;
  const key = repo.toLowerCase();
  if (known.has(key)) return known.get(key);
  const [owner, name] = repo.split("/");
  const { data } = await context.client.rest("GET /repos/{owner}/{repo}", {
    what: `Looking for the repository "${repo}"`,
    signal,
    parameters: { owner, repo: name },
    answers: [403, 404, 410, 451],
  });
  // The redirect of a former name leads to an address that holds the id; `fetch` may have followed it.
  const redirected = /\/repositories\/(\d{1,15})$/.exec(textAt(data, "url") ?? "")?.[1];
  const id = numberAt(data, "id") ?? (redirected === undefined ? undefined : Number(redirected));
  known.set(key, id);
  return id;
}

/** Makes the AppError for a repository that GitHub does not show. */
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
