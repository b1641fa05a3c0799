import { commentsOf } from "./comments.ts";
import { baseHead, headOf } from "./commits.ts";
import { orderedTimeline } from "./timeline.ts";
import { latestStatus } from "./deployments.ts";
import { labelsOf } from "./labels.ts";
import { nodeId } from "./node_id.ts";
import type { CommitStatus, Definition, Deployment, Pull, TimelineRecord } from "./records.ts";
import { iso } from "./urls.ts";
import type { World } from "./world.ts";

function definitionView(label: Definition) {
  return {
    id: label.id,
    node_id: nodeId("LA", label.id),
    name: label.name,
    color: label.color,
    description: label.description,
    created_at: iso(label.createdAt),
  };
}

function deploymentView(deployment: Deployment) {
  return {
    id: deployment.id,
    node_id: nodeId("DE", deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    environment: deployment.environment,
    transient_environment: deployment.transient,
    payload: deployment.payload,
    description: deployment.description,
    creator: deployment.creator,
    state: latestStatus(deployment)?.state ?? null,
    statuses: deployment.statuses.map((status) => ({
      state: status.state,
      environment_url: status.environmentUrl,
      log_url: status.logUrl,
      description: status.description,
      creator: status.creator,
      created_at: iso(status.createdAt),
    })),
  };
}

function commitStatusView({ sha, state, context, description, targetUrl, creator, createdAt }: CommitStatus) {
  return {
    sha,
    state,
    context,
    description,
    target_url: targetUrl === "" ? null : targetUrl,
    creator,
    created_at: iso(createdAt),
  };
}

function eventView(event: TimelineRecord) {
  switch (event.kind) {
    case "commit":
      return { event: event.kind, sha: event.sha };
    case "force_push":
      return {
        event: event.kind,
        actor: event.actor,
        before: event.before,
        after: event.after,
        created_at: iso(event.at),
      };
    case "labeled":
    case "unlabeled":
      return { event: event.kind, actor: event.actor, label: event.label.name, created_at: iso(event.at) };
    default:
      return { event: event.kind, actor: event.actor, created_at: iso(event.at) };
  }
}

function pullView(world: World, pull: Pull) {
  return {
    number: pull.number,
    title: pull.title,
    body: pull.body,
    author: pull.author,
    state: pull.state,
    merged: pull.merged,
    draft: pull.draft,
    head: { sha: headOf(pull), ref: pull.headRef, repo: pull.headRepo },
    pusher: pull.pusher,
    commits: pull.commits,
    labels: labelsOf(world, pull).map(({ name }) => name),
    comments: commentsOf(world, pull).map((comment) => ({
      id: comment.id,
      author: comment.author,
      body: comment.body,
      created_at: iso(comment.createdAt),
      updated_at: iso(comment.updatedAt),
    })),
    deployments: pull.commits.flatMap((sha) => world.deployments.by("sha", sha).map(deploymentView)),
    timeline: orderedTimeline(world, pull).map(eventView),
  };
}

/** Makes a JSON document of the world's whole state, for people and tests to read. */
export function stateView(world: World) {
  return {
    clock: new Date(world.now()).toISOString(),
    repository: {
      full_name: `${world.seed.owner}/${world.seed.name}`,
      default_branch: world.seed.defaultBranch,
      head: baseHead(world),
      files: world.seed.files,
    },
    token_owner: world.seed.tokenOwner,
    collaborators: world.seed.collaborators,
    labels: world.definitions.values().map(definitionView),
    pulls: world.pulls.values().toSorted((a, b) => a.number - b.number).map((pull) => pullView(world, pull)),
    deployments: world.deployments.values().map(deploymentView),
    statuses: [...world.statuses.values()].map(commitStatusView),
    runs: world.runs.values().map((run) => ({
      id: run.id,
      run_attempt: run.attempt,
      status: run.status,
      conclusion: run.conclusion,
      actor: run.actor,
      head_sha: run.headSha,
      head_branch: run.headBranch,
      head_repository: run.headRepository,
      created_at: iso(run.createdAt),
    })),
  };
}

/** The whole state of a simulator: the world's, and the requests that wait. */
export type SimulatorState = ReturnType<typeof stateView> & {
  /** The number of waiting requests of each hold. */
  readonly held: Readonly<Record<string, number>>;
};
