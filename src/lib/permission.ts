/** The role of a person in a repository, from the strongest to the weakest. */
export type Permission = "admin" | "maintain" | "write" | "triage" | "read" | "none";

/** The answer to a question about a person's permission. Every kind but `known` counts as refused. */
export type PermissionAnswer =
  | { readonly kind: "known"; readonly permission: Permission }
  /** GitHub knows no such person, or the token may not see the role. */
  | { readonly kind: "not_found" }
  | { readonly kind: "error"; readonly message: string };

/** Whether the answer lets a person cause a build: `write`, `maintain` or `admin`. Doubt counts as no. */
export function mayCauseBuild(answer: PermissionAnswer | undefined): boolean {
  return answer?.kind === "known" && ["write", "maintain", "admin"].includes(answer.permission);
}

/** The bot as which a workflow writes with its own token. */
const ACTIONS_BOT = "github-actions[bot]";

/**
 * Whether Showtime may write as `login`: the bot of GitHub Actions, or one of the configured `trusted_bots`.
 * No other bot is believed, because it may obey people who may not cause builds.
 */
export function isTrustedBot(login: string, trustedBots: readonly string[] = []): boolean {
  return [ACTIONS_BOT, ...trustedBots].some((each) => each.toLowerCase() === login.toLowerCase());
}

/** The author of a comment, as far as belief needs it. */
export interface CommentAuthor {
  /** Whether the owner of the token is the author. */
  readonly own: boolean;
  /** Undefined if the account is deleted. */
  readonly author: { readonly login: string; readonly bot: boolean } | undefined;
  readonly permission: PermissionAnswer | undefined;
}

/**
 * Whether a comment is believed: by the token's owner, a trusted bot, or a person who may write to the
 * repository.
 */
export function isBelievedAuthor(
  { own, author, permission }: CommentAuthor,
  trustedBots: readonly string[],
): boolean {
  if (own) return true;
  if (author === undefined) return false;
  return isTrustedBot(author.login, trustedBots) || (!author.bot && mayCauseBuild(permission));
}
