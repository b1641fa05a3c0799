import { ApiError, notFound } from "../api_error.ts";
import { react, reactionsTo } from "../state/comments.ts";
import { nodeId } from "../state/node_id.ts";
import { type Comment, type Reaction, REACTIONS } from "../state/records.ts";
import { iso } from "../state/urls.ts";
import { type Answer, bodyObject, type Call, created, numberParam, ok, paged } from "./call.ts";
import type { Routes } from "./routes.ts";
import { userBody } from "./user_body.ts";

function commentOf(call: Call): Comment {
  const comment = call.world.comments.get(numberParam(call, "id"));
  if (comment === undefined) throw notFound();
  return comment;
}

function reactionBody(call: Call, reaction: Reaction): Readonly<Record<string, unknown>> {
  return {
    id: reaction.id,
    node_id: nodeId("REA", reaction.id),
    user: userBody(call.urls, reaction.author),
    content: reaction.content,
    created_at: iso(reaction.createdAt),
  };
}

function listReactions(call: Call): Answer {
  const content = call.query.get("content");
  const reactions = reactionsTo(call.world, commentOf(call)).filter((each) =>
    content === null || each.content === content
  );
  return paged(call, reactions, { render: (reaction) => reactionBody(call, reaction) });
}

/** Answers 201 for a new reaction, and 200 if the account has reacted so before. */
function createReaction(call: Call): Answer {
  const author = call.world.people.require(call.actor, "read");
  const given = bodyObject(call)["content"];
  const content = REACTIONS.find((each) => each === given);
  if (content === undefined) {
    throw new ApiError("unprocessable", "Validation Failed", [{
      resource: "Reaction",
      field: "content",
      code: "invalid",
    }]);
  }
  const { reaction, isNew } = react(call.world, commentOf(call), { content, author });
  const body = reactionBody(call, reaction);
  return isNew ? created(body) : ok(body);
}

export const REACTION_ROUTES: Routes = {
  "GET /issues/comments/:id/reactions": listReactions,
  "POST /issues/comments/:id/reactions": createReaction,
};
