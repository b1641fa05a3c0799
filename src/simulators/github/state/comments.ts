import { forbidden, validationFailed } from "../api_error.ts";
import { atLeast } from "./people.ts";
import type { Comment, Pull } from "./records.ts";
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
  return next;
}

export function deleteComment(world: World, comment: Comment, options: { readonly actor: string }): void {
  mayChange(world, comment, options);
  world.comments.put(comment.id, undefined);
}
