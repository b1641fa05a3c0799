/**
 * Comments that are kept in place on pull requests: the implementation of
 * `src/assets/ports/review_comment.ts` and of `src/contexts/ports/comments.ts`.
 */

import type { ReviewComment, ReviewComments } from "../../assets/ports/review_comment.ts";
import type { PullComments } from "../../contexts/ports/comments.ts";
import type { PrNumber } from "../../lib/ids.ts";
import { isBelievedAuthor } from "../../lib/permission.ts";
import { ACTOR, toActor } from "./convert.ts";
import { type GithubForgeOptions, makeContext } from "./forge.ts";
import { flagAt, incompleteAnswer, nodesAt, pageInfoAt, textAt, valueAt } from "./json.ts";
import { mutate } from "./mutation.ts";
import { describePage, pullMissing } from "./pull_page.ts";
import { readPermissions } from "./read_pulls.ts";
import { type Context, queryRepository } from "./repository.ts";

/** Makes the driver for one repository. Throws AppError `bad_repository` (exit code 2). */
export function makeGithubReviewComments(options: GithubForgeOptions): ReviewComments {
  const context = makeContext(options);
  return {
    read: (pr, marker, signal) => readComments(context, pr, { marker, signal }),
    write: (pr, wanted, signal) => writeComment(context, pr, { ...wanted, signal }),
  };
}

/**
 * Makes the driver for comments by their marker. `trustedBots` are believed besides the bot of GitHub
 * Actions.
 */
export function makeGithubPullComments(
  { trustedBots, ...options }: GithubForgeOptions & { readonly trustedBots: readonly string[] },
): PullComments {
  const context = makeContext(options);
  return {
    async upsert(pr, { marker, body }, signal) {
      const { pull, comments } = await readComments(context, pr, { marker, signal });
      const found = comments.find((each) => isBelievedAuthor(each, trustedBots));
      if (found !== undefined && plain(found.body) === plain(body)) return "unchanged";
      await writeComment(context, pr, { pull, comment: found?.nodeId, marker, body, signal });
      return found === undefined ? "created" : "edited";
    },
  };
}

/** GitHub may change line breaks and the space at the end. */
function plain(body: string): string {
  return body.replaceAll("\r\n", "\n").trimEnd();
}

type Written = Parameters<ReviewComments["write"]>[1] & { readonly signal: AbortSignal };

async function readComments(
  context: Context,
  pr: PrNumber,
  { marker, signal }: { readonly marker: string; readonly signal: AbortSignal },
): ReturnType<ReviewComments["read"]> {
  const what = describePage(context, pr);
  const found: Omit<ReviewComment, "permission">[] = [];
  let pull: string | undefined;
  let after: string | undefined;
  do {
    const { repository, issues } = await queryRepository(context, {
      what,
      declare: "$pr: Int!, $after: String",
      variables: { pr, after: after ?? null },
      select: `id pullRequest(number: $pr) { id comments(first: 100, after: $after) {
        nodes { id body viewerDidAuthor author { ${ACTOR} } } pageInfo { hasNextPage endCursor } } }`,
      tolerate: ({ type, path }) => type === "NOT_FOUND" && path.join() === "pullRequest",
    }, signal);
    pull = textAt(repository, "pullRequest", "id");
    if (pull === undefined) throw pullMissing(pr, { what, repo: context.repo, issues });
    const asked = { value: repository, what };
    found.push(
      ...nodesAt(asked, "pullRequest", "comments").flatMap((node) => toComment(node, { marker, what })),
    );
    const page = pageInfoAt(asked, "pullRequest", "comments");
    after = page.hasNextPage ? page.endCursor : undefined;
  } while (after !== undefined);
  const people = found.flatMap(({ own, author }) =>
    own || author === undefined || author.bot ? [] : author.login
  );
  const permissions = await readPermissions(context, people, signal);
  return {
    pull,
    comments: found.map((each) => ({
      ...each,
      permission: each.author === undefined ? undefined : permissions.get(each.author.login),
    })),
  };
}

function toComment(
  node: unknown,
  { marker, what }: { readonly marker: string; readonly what: string },
): readonly Omit<ReviewComment, "permission">[] {
  const nodeId = textAt(node, "id");
  const body = textAt(node, "body");
  if (nodeId === undefined || body === undefined) throw incompleteAnswer(what, "comments");
  if (!body.startsWith(marker)) return [];
  return [{ nodeId, body, author: toActor(valueAt(node, "author")), own: flagAt(node, "viewerDidAuthor") }];
}

async function writeComment(
  context: Context,
  pr: PrNumber,
  { pull, comment, marker, body, signal }: Written,
): Promise<void> {
  const what = `Writing a comment to pull request #${pr} of "${context.repo}"`;
  const send = async (field: Parameters<typeof mutate>[1][number], resend: boolean) => {
    const { issues } = await mutate(context, [field], { what, signal, resend });
    if (issues.length > 0) throw context.client.issueError(issues, { what, signal });
  };
  const select = "clientMutationId";
  if (comment !== undefined) {
    await send({ name: "updateIssueComment", input: { id: comment, body }, select }, true);
    return;
  }
  await context.client.once(
    async () => {
      await send({ name: "addComment", input: { subjectId: pull, body }, select }, false);
      return true;
    },
    {
      // After a request in doubt: a comment of this text may be there already.
      lookBack: async () => {
        const { comments } = await readComments(context, pr, { marker, signal });
        return comments.some((each) => each.own && each.body.trimEnd() === body.trimEnd()) || undefined;
      },
      signal,
    },
  );
}
