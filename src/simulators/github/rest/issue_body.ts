import { commentsOf } from "../state/comments.ts";
import { labelsOf } from "../state/labels.ts";
import { nodeId } from "../state/node_id.ts";
import { atLeast } from "../state/people.ts";
import type { Comment, Definition, Pull } from "../state/records.ts";
import type { Urls } from "../state/urls.ts";
import { iso } from "../state/urls.ts";
import type { World } from "../state/world.ts";
import { userBody } from "./user_body.ts";

/** Returns the `author_association` of a person with the repository. */
export function association(world: World, login: string): string {
  if (login === world.seed.owner) return "OWNER";
  const role = world.people.given(login);
  return role !== undefined && atLeast(role, "triage") ? "COLLABORATOR" : "NONE";
}

export function labelBody(urls: Urls, label: Definition): Readonly<Record<string, unknown>> {
  return {
    id: label.id,
    node_id: nodeId("LA", label.id),
    url: urls.repo(`/labels/${encodeURIComponent(label.name)}`),
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export function commentBody(
  world: World,
  urls: Urls,
  options: { readonly comment: Comment },
): Readonly<Record<string, unknown>> {
  const { comment } = options;
  return {
    id: comment.id,
    node_id: nodeId("IC", comment.id),
    url: urls.repo(`/issues/comments/${comment.id}`),
    html_url: `${urls.pull(comment.pull)}#issuecomment-${comment.id}`,
    issue_url: urls.repo(`/issues/${comment.pull}`),
    user: userBody(urls, comment.author),
    author_association: association(world, comment.author),
    body: comment.body,
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    performed_via_github_app: null,
  };
}

/** Makes the body of a pull request in the form of an issue. */
export function issueBody(
  world: World,
  urls: Urls,
  options: { readonly pull: Pull },
): Readonly<Record<string, unknown>> {
  const { pull } = options;
  const url = urls.repo(`/issues/${pull.number}`);
  const api = urls.repo(`/pulls/${pull.number}`);
  const page = urls.pull(pull.number);
  const closed = pull.closedAt === null ? null : iso(pull.closedAt);
  return {
    id: pull.id,
    node_id: nodeId("PR", pull.number),
    url,
    repository_url: urls.repo(),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    number: pull.number,
    state: pull.state,
    state_reason: null,
    title: pull.title,
    body: pull.body === "" ? null : pull.body,
    user: userBody(urls, pull.author),
    labels: labelsOf(world, pull).map((label) => labelBody(urls, label)),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: commentsOf(world, pull).length,
    pull_request: {
      url: api,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      merged_at: pull.merged ? closed : null,
    },
    draft: pull.draft,
    closed_at: closed,
    created_at: iso(pull.createdAt),
    updated_at: iso(pull.updatedAt),
    author_association: association(world, pull.author),
  };
}
