import type { PrNumber } from "../../../lib/ids.ts";
import { findTick } from "../warning/mod.ts";
import type { Warning } from "../warning/mod.ts";
import { type Command, parseCommand } from "./command.ts";

/** An account in the payload of an event. */
export interface CommentAccount {
  readonly id: number;
  readonly login: string;
  readonly bot: boolean;
}

/** The event `issue_comment` of a pull request, as GitHub's payload has it. */
export interface CommentEvent {
  readonly action: string;
  readonly pr: PrNumber;
  /** The comment's numeric id. */
  readonly id: number;
  readonly nodeId: string;
  readonly body: string;
  /** The text before an edit. */
  readonly before: string | undefined;
  /** The account that wrote the comment. It stays the author if another account edits the comment. */
  readonly author: CommentAccount;
  /** The account that caused the event. */
  readonly sender: CommentAccount;
  /** When the comment was written, in milliseconds since 1970, whole seconds. */
  readonly at: number;
}

/** The request that an event of a comment makes. `by`: the login of the person who asks. */
export type CommentRequest =
  | { readonly kind: "command"; readonly by: string; readonly command: Command }
  /** A command with a mistake in it; `words` say which, as sentences. */
  | { readonly kind: "mistake"; readonly by: string; readonly words: string }
  /** The box in a warning was ticked. Whether Showtime wrote that comment is still to be judged. */
  | { readonly kind: "tick"; readonly by: string; readonly warning: Warning };

/**
 * Reads the request of an event. Undefined for all that asks for nothing: an edited comment is never a command, a bot asks
 * for nothing, and of an edit only the tick in a warning counts.
 */
export function readCommentRequest(event: CommentEvent): CommentRequest | undefined {
  const { action, author, sender, body, before } = event;
  if (sender.bot) return undefined;
  const by = sender.login;
  if (action === "edited") {
    const warning = before === undefined ? undefined : findTick({ before, after: body });
    return warning === undefined ? undefined : { kind: "tick", by, warning };
  }
  if (action !== "created" || author.id !== sender.id) return undefined;
  const read = parseCommand(body);
  return read === undefined ? undefined : { ...read, by };
}
