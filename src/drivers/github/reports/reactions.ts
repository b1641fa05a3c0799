/** Reactions to comments. A reaction that GitHub refuses hinders nothing: it only tells people less. */

import { AppError } from "../../../lib/errors.ts";
import type { Reacted, Reaction } from "../../../environments/ports/reactions.ts";
import { listAt, oneLine, textAt } from "../json.ts";
import type { Context } from "../repository.ts";

const OWN: readonly Reaction[] = ["eyes", "rocket", "confused"];

/** Reacts to a comment. */
export async function react(
  context: Context,
  comment: number,
  { reaction, signal }: { readonly reaction: Reaction; readonly signal: AbortSignal },
): Promise<Reacted> {
  const what = `Reacting to a comment in "${context.repo}"`;
  const { status, data } = await context.client.rest(
    "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
    {
      what,
      signal,
      resend: true,
      parameters: { owner: context.owner, repo: context.name, comment_id: comment, content: reaction },
      answers: [403, 404, 422],
    },
  );
  if (status === 201) return { kind: "added" };
  if (status === 200) return { kind: "present", by: textAt(data, "user", "login") ?? "" };
  if (status === 404) return { kind: "gone" };
  const reason = oneLine(textAt(data, "message") ?? `status ${status}`);
  return {
    kind: "refused",
    warning: `${what}: GitHub refused it (${reason}). Give the token the permission issues (write)`,
  };
}

/** Reads the reactions of a login to a comment among the first hundred, which are the oldest. */
export async function reactionsOf(
  context: Context,
  login: string,
  { comment, signal }: { readonly comment: number; readonly signal: AbortSignal },
): Promise<readonly Reaction[]> {
  try {
    const { data } = await context.client.rest(
      "GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
      {
        what: `Reading the reactions to a comment in "${context.repo}"`,
        signal,
        parameters: { owner: context.owner, repo: context.name, comment_id: comment, per_page: 100 },
      },
    );
    const own = listAt(data).filter((each) => textAt(each, "user", "login") === login);
    return OWN.filter((content) => own.some((each) => textAt(each, "content") === content));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return [];
  }
}
