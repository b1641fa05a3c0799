import { forbidden, validationFailed } from "../api_error.ts";
import { atLeast } from "./people.ts";
import type { Comment, Pull, Reaction, ReactionContent } from "./records.ts";
import type { World } from "./world.ts";

const LONGEST_BODY = 65536;

function check(body: string): void {
  if (body.trim() === "") {
    throw validationFailed({ resource: "IssueComment", code: "missing_field", field: "body" });
  }
  if (body.length > LONGEST_BODY) {
    const message = `body is too long (maximum is ${LONGEST_BODY} characters)`;
    throw validationFailed({ resource: "IssueComment", code: "custom", field: "body", message });
  }
}

/** Returns the comments of a pull request, oldest first. */
export function commentsOf(world: World, pull: Pull): readonly Comment[] {
  return world.comments.by("pull", pull.number).toSorted((a, b) => a.id - b.id);
}

export function addComment(
  world: World,
  pull: Pull,
  options: { readonly body: string; readonly author: string },
): Comment {
  check(options.body);
  const at = world.now();
  const comment: Comment = {
    ...options,
    id: world.nextId(),
    pull: pull.number,
    createdAt: at,
    updatedAt: at,
  };
  world.comments.put(comment.id, comment);
  world.change(pull, {});
  world.commented({ action: "created", comment, sender: options.author });
  return comment;
}

function mayChange(world: World, comment: Comment, options: { readonly actor: string }): void {
  const { actor } = options;
  if (actor === comment.author || atLeast(world.people.rights(actor), "write")) return;
  throw forbidden("Must have admin rights to Repository.");
}

export function editComment(
  world: World,
  comment: Comment,
  options: { readonly body: string; readonly actor: string },
): Comment {
  mayChange(world, comment, options);
  check(options.body);
  const next: Comment = { ...comment, body: options.body, updatedAt: world.now() };
  world.comments.put(next.id, next);
  world.commented({ action: "edited", comment: next, sender: options.actor, from: comment.body });
  return next;
}

export function deleteComment(world: World, comment: Comment, options: { readonly actor: string }): void {
  mayChange(world, comment, options);
  world.comments.put(comment.id, undefined);
  for (const { id } of world.reactions.by("comment", comment.id)) world.reactions.put(id, undefined);
  world.commented({ action: "deleted", comment, sender: options.actor });
}

/** Returns the reactions to a comment, oldest first. */
export function reactionsTo(world: World, comment: Comment): readonly Reaction[] {
  return world.reactions.by("comment", comment.id).toSorted((a, b) => a.id - b.id);
}

/** Adds a reaction. A person who has reacted so before adds nothing. */
export function react(
  world: World,
  comment: Comment,
  { content, author }: { readonly content: ReactionContent; readonly author: string },
): { readonly reaction: Reaction; readonly isNew: boolean } {
  const before = reactionsTo(world, comment).find((each) =>
    each.author === author && each.content === content
  );
  if (before !== undefined) return { reaction: before, isNew: false };
  const reaction: Reaction = {
    id: world.nextId(),
    comment: comment.id,
    author,
    content,
    createdAt: world.now(),
  };
  world.reactions.put(reaction.id, reaction);
  return { reaction, isNew: true };
}
