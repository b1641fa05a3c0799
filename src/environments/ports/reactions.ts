/** Reactions to comments, by which people see that a command was heard. */

/** The reactions of Showtime: a command is accepted, done, or refused. */
export type Reaction = "eyes" | "rocket" | "confused";

/** Calls that change nothing. */
export interface ReactionReader {
  /** Reads the reactions of a login to a comment, by its numeric id; empty if they cannot be read. */
  reactionsOf(login: string, comment: number, signal: AbortSignal): Promise<readonly Reaction[]>;
}

/**
 * The result of a reaction. `present`: the token's owner, whose login is `by`, had reacted so before. `gone`: there is no
 * such comment. `refused`: the token may not react; `warning` says so.
 */
export type Reacted =
  | { readonly kind: "added" | "gone" }
  | { readonly kind: "present"; readonly by: string }
  | { readonly kind: "refused"; readonly warning: string };

/** Calls that change GitHub. */
export interface ReactionWriter {
  /** Reacts to a comment, by its numeric id. Reacting twice is the same as once. */
  react(comment: number, reaction: Reaction, signal: AbortSignal): Promise<Reacted>;
}
