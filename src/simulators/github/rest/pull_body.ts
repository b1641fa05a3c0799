import { commentsOf } from "../state/comments.ts";
import { headOf } from "../state/commits.ts";
import { labelsOf } from "../state/labels.ts";
import { nodeId } from "../state/node_id.ts";
import type { Pull } from "../state/records.ts";
import type { Urls } from "../state/urls.ts";
import { iso } from "../state/urls.ts";
import type { World } from "../state/world.ts";
import { association, labelBody } from "./issue_body.ts";
import { repoBody } from "./repo_body.ts";
import { userBody } from "./user_body.ts";

function endBody(
  world: World,
  urls: Urls,
  options: { readonly repository: string | null; readonly ref: string; readonly sha: string },
): Readonly<Record<string, unknown>> {
  const { repository, ref, sha } = options;
  const owner = repository?.split("/")[0];
  return {
    label: owner === undefined ? `unknown:${ref}` : `${owner}:${ref}`,
    ref,
    sha,
    user: owner === undefined ? null : userBody(urls, owner),
    repo: repository === null ? null : repoBody(world, urls, { repository }),
  };
}

/**
 * Makes a pull request's body as lists show it. In lists, GitHub writes a label's missing description as an
 * empty text.
 */
export function simplePullBody(
  world: World,
  urls: Urls,
  options: { readonly pull: Pull },
): Readonly<Record<string, unknown>> {
  const { pull } = options;
  const url = urls.repo(`/pulls/${pull.number}`);
  const issue = urls.repo(`/issues/${pull.number}`);
  const page = urls.pull(pull.number);
  const head = headOf(pull);
  const statuses = urls.repo(`/statuses/${head}`);
  const closed = pull.closedAt === null ? null : iso(pull.closedAt);
  return {
    id: pull.id,
    node_id: nodeId("PR", pull.number),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: urls.repo("/pulls/comments{/number}"),
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    body: pull.body === "" ? null : pull.body,
    user: userBody(urls, pull.author),
    labels: labelsOf(world, pull).map((label) => ({
      ...labelBody(urls, label),
      description: label.description ?? "",
    })),
    milestone: null,
    created_at: iso(pull.createdAt),
    updated_at: iso(pull.updatedAt),
    closed_at: closed,
    merged_at: pull.merged ? closed : null,
    merge_commit_sha: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: endBody(world, urls, { repository: pull.headRepo, ref: pull.headRef, sha: head }),
    base: endBody(world, urls, {
      repository: urls.repository,
      ref: world.seed.defaultBranch,
      sha: pull.baseSha,
    }),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: urls.repo("/pulls/comments{/number}") },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: association(world, pull.author),
    auto_merge: null,
    active_lock_reason: null,
    draft: pull.draft,
  };
}

/** Makes the full body of a pull request. */
export function pullBody(
  world: World,
  urls: Urls,
  options: { readonly pull: Pull },
): Readonly<Record<string, unknown>> {
  const { pull } = options;
  const lines = Object.values(pull.files).reduce((sum, text) => sum + text.split("\n").length, 0);
  return {
    ...simplePullBody(world, urls, options),
    labels: labelsOf(world, pull).map((label) => labelBody(urls, label)),
    merged: pull.merged,
    mergeable: pull.state === "open" ? true : null,
    rebaseable: pull.state === "open" ? true : null,
    mergeable_state: pull.state === "open" ? "clean" : "unknown",
    merged_by: null,
    comments: commentsOf(world, pull).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: pull.commits.length,
    additions: lines,
    deletions: 0,
    changed_files: Object.keys(pull.files).length,
  };
}
