import { ApiError, notFound } from "../api_error.ts";
import { addComment, commentsOf, deleteComment, editComment } from "../state/comments.ts";
import { headOf, history } from "../state/commits.ts";
import { findDefinition } from "../state/labels.ts";
import type { Comment, Pull } from "../state/records.ts";
import type { World } from "../state/world.ts";
import type { Answer, Call } from "./call.ts";
import { bodyObject, created, NO_CONTENT, numberParam, ok, paged, requiredText } from "./call.ts";
import { commitBody } from "./commit_body.ts";
import { commentBody, issueBody } from "./issue_body.ts";
import { pullBody, simplePullBody } from "./pull_body.ts";
import type { Routes } from "./routes.ts";

const COMMENT = { resource: "IssueComment" };

/** Returns the pull requests that have every one of these labels, in no particular order. */
export function pullsWithAll(world: World, names: readonly string[]): readonly Pull[] {
  const [first, ...rest] = names.map((name) => findDefinition(world, name)?.id);
  if (names.length === 0) return world.pulls.values();
  if (first === undefined) return [];
  return world.pulls.by("label", first).filter((pull) =>
    rest.every((id) => id !== undefined && pull.labels.includes(id))
  );
}

function selected(call: Call, pulls: readonly Pull[]): readonly Pull[] {
  const state = call.query.get("state") ?? "open";
  if (!["open", "closed", "all"].includes(state)) {
    throw new ApiError("unprocessable", "Validation Failed", [{
      resource: "Issue",
      field: "state",
      code: "invalid",
    }]);
  }
  const sign = call.query.get("direction") === "asc" ? 1 : -1;
  const byUpdate = call.query.get("sort") === "updated";
  return pulls.filter((pull) => state === "all" || pull.state === state).toSorted((a, b) =>
    sign * ((byUpdate ? a.updatedAt - b.updatedAt : 0) || a.number - b.number)
  );
}

function listIssues(call: Call): Answer {
  const names = (call.query.get("labels") ?? "").split(",").map((name) => name.trim()).filter((name) =>
    name !== ""
  );
  const creator = call.query.get("creator")?.toLowerCase();
  const pulls = selected(call, pullsWithAll(call.world, names)).filter((pull) =>
    creator === undefined || pull.author.toLowerCase() === creator
  );
  return paged(call, pulls, { render: (pull) => issueBody(call.world, call.urls, { pull }) });
}

function listPulls(call: Call): Answer {
  const head = call.query.get("head");
  const base = call.query.get("base");
  const pulls = selected(call, call.world.pulls.values()).filter((pull) =>
    (head === null || head === `${pull.headRepo?.split("/")[0]}:${pull.headRef}`) &&
    (base === null || base === call.world.seed.defaultBranch)
  );
  return paged(call, pulls, { render: (pull) => simplePullBody(call.world, call.urls, { pull }) });
}

function pullOf(call: Call): Pull {
  return call.world.pull(numberParam(call, "number"));
}

function commentOf(call: Call): Comment {
  const comment = call.world.comments.get(numberParam(call, "id"));
  if (comment === undefined) throw notFound();
  return comment;
}

function listComments(call: Call): Answer {
  const since = Date.parse(call.query.get("since") ?? "");
  const comments = commentsOf(call.world, pullOf(call)).filter((comment) => !(comment.updatedAt < since));
  return paged(call, comments, { render: (comment) => commentBody(call.world, call.urls, { comment }) });
}

function createComment(call: Call): Answer {
  const author = call.world.people.require(call.actor, "read");
  const body = requiredText(bodyObject(call), "body", COMMENT);
  const comment = addComment(call.world, pullOf(call), { body, author });
  return created(commentBody(call.world, call.urls, { comment }));
}

function updateComment(call: Call): Answer {
  const actor = call.world.people.require(call.actor, "read");
  const body = requiredText(bodyObject(call), "body", COMMENT);
  const comment = editComment(call.world, commentOf(call), { body, actor });
  return ok(commentBody(call.world, call.urls, { comment }));
}

function removeComment(call: Call): Answer {
  const actor = call.world.people.require(call.actor, "read");
  deleteComment(call.world, commentOf(call), { actor });
  return NO_CONTENT;
}

function listFiles(call: Call): Answer {
  const pull = pullOf(call);
  const head = headOf(pull);
  return paged(call, Object.entries(pull.files), {
    render: ([path, text]) => {
      const lines = text.split("\n").length;
      const page = call.urls.page(call.urls.repository);
      return {
        sha: head,
        filename: path,
        status: Object.hasOwn(call.world.seed.files, path) ? "modified" : "added",
        additions: lines,
        deletions: 0,
        changes: lines,
        blob_url: `${page}/blob/${head}/${encodeURI(path)}`,
        raw_url: `${page}/raw/${head}/${encodeURI(path)}`,
        contents_url: call.urls.repo(`/contents/${encodeURI(path)}?ref=${head}`),
      };
    },
  });
}

function listCommits(call: Call): Answer {
  const pull = pullOf(call);
  const own = new Set(pull.commits);
  const commits = history(call.world, headOf(pull)).filter(({ sha }) => own.has(sha)).toReversed();
  return paged(call, commits, { render: (commit) => commitBody(call.urls, commit) });
}

export const ISSUE_ROUTES: Routes = {
  "GET /issues": listIssues,
  "GET /issues/:number": (call) => ok(issueBody(call.world, call.urls, { pull: pullOf(call) })),
  "GET /issues/:number/comments": listComments,
  "POST /issues/:number/comments": createComment,
  "GET /issues/comments/:id": (call) => ok(commentBody(call.world, call.urls, { comment: commentOf(call) })),
  "PATCH /issues/comments/:id": updateComment,
  "DELETE /issues/comments/:id": removeComment,
  "GET /pulls": listPulls,
  "GET /pulls/:number": (call) => ok(pullBody(call.world, call.urls, { pull: pullOf(call) })),
  "GET /pulls/:number/files": listFiles,
  "GET /pulls/:number/commits": listCommits,
};
