import { commentsOf } from "../state/comments.ts";
import { headOf } from "../state/commits.ts";
import { labelsOf } from "../state/labels.ts";
import { nodeId } from "../state/node_id.ts";
import { atLeast } from "../state/people.ts";
import type { Comment, Pull } from "../state/records.ts";
import { association } from "../rest/mod.ts";
import { iso } from "../state/urls.ts";
import { actorNode } from "./actor_node.ts";
import { connection } from "./connection.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";
import { pullState } from "./pull_connection.ts";
import { branchNode, repositoryReference } from "./repository_node.ts";
import { timelineConnection } from "./timeline.ts";

export function commentNode(graph: Graph, comment: Comment): GqlObject {
  const { world, urls, actor } = graph;
  const own = actor !== undefined && actor === comment.author;
  return new GqlObject("IssueComment", {
    id: () => nodeId("IC", comment.id),
    databaseId: () => comment.id,
    fullDatabaseId: () => String(comment.id),
    body: () => comment.body,
    url: () => `${urls.pull(comment.pull)}#issuecomment-${comment.id}`,
    createdAt: () => iso(comment.createdAt),
    updatedAt: () => iso(comment.updatedAt),
    viewerDidAuthor: () => own,
    viewerCanUpdate: () => own || atLeast(world.people.rights(actor), "write"),
    viewerCanDelete: () => own || atLeast(world.people.rights(actor), "write"),
    isMinimized: () => false,
    authorAssociation: () => association(world, comment.author),
    author: () => actorNode(graph, comment.author),
  });
}

export function pullNode(graph: Graph, pull: Pull): GqlObject {
  const { world, urls } = graph;
  const head = headOf(pull);
  return new GqlObject("PullRequest", {
    id: () => nodeId("PR", pull.number),
    databaseId: () => pull.id,
    fullDatabaseId: () => String(pull.id),
    number: () => pull.number,
    title: () => pull.title,
    body: () => pull.body,
    url: () => urls.pull(pull.number),
    state: () => pullState(pull),
    closed: () => pull.state === "closed",
    isDraft: () => pull.draft,
    merged: () => pull.merged,
    headRefOid: () => head,
    headRefName: () => pull.headRef,
    headRepository: () => pull.headRepo === null ? null : repositoryReference(graph, pull.headRepo),
    headRepositoryOwner: () =>
      pull.headRepo === null ? null : actorNode(graph, pull.headRepo.split("/")[0] ?? ""),
    isCrossRepository: () => pull.headRepo !== urls.repository,
    baseRefName: () => world.seed.defaultBranch,
    baseRefOid: () => pull.baseSha,
    baseRef: () => branchNode(graph),
    baseRepository: () => repositoryReference(graph, urls.repository),
    author: () => actorNode(graph, pull.author),
    authorAssociation: () => association(world, pull.author),
    createdAt: () => iso(pull.createdAt),
    updatedAt: () => iso(pull.updatedAt),
    closedAt: () => pull.closedAt === null ? null : iso(pull.closedAt),
    mergedAt: () => pull.merged && pull.closedAt !== null ? iso(pull.closedAt) : null,
    labels: (args) =>
      connection("LabelConnection", labelsOf(world, pull), {
        args,
        key: ({ id }) => [id],
        make: (label) => graph.nodes.label(label),
      }),
    comments: (args) =>
      connection("IssueCommentConnection", commentsOf(world, pull), {
        args,
        key: ({ id }) => [id],
        make: (comment) => commentNode(graph, comment),
      }),
    timelineItems: (args) => timelineConnection(graph, args, { pull }),
    commits: (args) =>
      connection("PullRequestCommitConnection", [...pull.commits.entries()], {
        args,
        key: ([index]) => [index],
        make: ([index, sha]) =>
          new GqlObject("PullRequestCommit", {
            id: () => nodeId("EV", `commit-${pull.number}-${index}`),
            commit: () => graph.nodes.commit(sha),
            url: () => `${urls.pull(pull.number)}/commits/${sha}`,
          }),
      }),
  });
}
