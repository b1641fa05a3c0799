import { fileAt } from "../state/commits.ts";
import { latestStatus } from "../state/deployments.ts";
import { nodeId } from "../state/node_id.ts";
import type { CommitStatus, Deployment, DeploymentStatus } from "../state/records.ts";
import { iso } from "../state/urls.ts";
import { actorNode } from "./actor_node.ts";
import type { Args } from "./args.ts";
import { connection } from "./connection.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";
import { pullsOfCommit } from "./pull_connection.ts";

export function blobNode(path: string, text: string): GqlObject {
  return new GqlObject("Blob", {
    id: () => nodeId("B", path),
    text: () => text,
    byteSize: () => new TextEncoder().encode(text).length,
    isBinary: () => false,
    isTruncated: () => false,
  });
}

export function statusNode(graph: Graph, status: DeploymentStatus): GqlObject {
  return new GqlObject("DeploymentStatus", {
    id: () => nodeId("DES", status.id),
    state: () => status.state.toUpperCase(),
    description: () => status.description,
    environmentUrl: () => status.environmentUrl === "" ? null : status.environmentUrl,
    logUrl: () => status.logUrl === "" ? null : status.logUrl,
    createdAt: () => iso(status.createdAt),
    updatedAt: () => iso(status.createdAt),
    creator: () => actorNode(graph, status.creator),
  });
}

function deploymentState(deployment: Deployment): string {
  const state = latestStatus(deployment)?.state ?? "pending";
  return state === "success" ? "ACTIVE" : state.toUpperCase();
}

export function deploymentNode(graph: Graph, deployment: Deployment): GqlObject {
  return new GqlObject("Deployment", {
    id: () => nodeId("DE", deployment.id),
    databaseId: () => deployment.id,
    environment: () => deployment.environment,
    originalEnvironment: () => deployment.environment,
    latestEnvironment: () => deployment.environment,
    task: () => deployment.task,
    description: () => deployment.description,
    payload: () => JSON.stringify(deployment.payload),
    state: () => deploymentState(deployment),
    commitOid: () => deployment.sha,
    commit: () => graph.nodes.commit(deployment.sha),
    createdAt: () => iso(deployment.createdAt),
    updatedAt: () => iso(deployment.updatedAt),
    creator: () => actorNode(graph, deployment.creator),
    latestStatus: () => {
      const status = latestStatus(deployment);
      return status === undefined ? null : statusNode(graph, status);
    },
    statuses: (args) =>
      connection("DeploymentStatusConnection", deployment.statuses, {
        args,
        key: ({ id }) => [id],
        descending: true,
        make: (status) => statusNode(graph, status),
      }),
  });
}

/**
 * Makes a list of the deployments in the environments that the arguments name. The oldest comes first unless
 * the arguments ask for another order.
 */
export function deploymentConnection(
  graph: Graph,
  args: Args,
  options: { readonly deployments: readonly Deployment[] },
): GqlObject {
  const { deployments } = options;
  const environments = args.texts("environments");
  const found = deployments.filter(({ environment }) =>
    environments === undefined || environments.includes(environment)
  );
  return connection("DeploymentConnection", found, {
    args,
    key: ({ id }) => [id],
    descending: args.object("orderBy").optionalText("direction") === "DESC",
    make: (deployment) => deploymentNode(graph, deployment),
  });
}

/** Makes the status of a commit: of each context its newest; null if it has none. */
function commitStatusNode(graph: Graph, sha: string): GqlObject | null {
  const newest = new Map<string, CommitStatus>();
  for (const each of graph.world.statuses.by("sha", sha).toSorted((a, b) => a.id - b.id)) {
    newest.set(each.context, each);
  }
  if (newest.size === 0) return null;
  const states = [...newest.values()].map(({ state }) => state);
  const worst = (["error", "failure", "pending"] as const).find((state) => states.includes(state)) ??
    "success";
  return new GqlObject("Status", {
    id: () => nodeId("STA", sha),
    state: () => worst.toUpperCase(),
    contexts: () => [...newest.values()].map((status) => statusContextNode(graph, status)),
    context: (args) => {
      const status = newest.get(args.text("name"));
      return status === undefined ? null : statusContextNode(graph, status);
    },
  });
}

function statusContextNode(graph: Graph, status: CommitStatus): GqlObject {
  return new GqlObject("StatusContext", {
    id: () => nodeId("SC", status.id),
    context: () => status.context,
    state: () => status.state.toUpperCase(),
    description: () => status.description === "" ? null : status.description,
    targetUrl: () => status.targetUrl === "" ? null : status.targetUrl,
    createdAt: () => iso(status.createdAt),
    creator: () => actorNode(graph, status.creator),
  });
}

/** Makes the node of a commit, or returns null if the commit is unknown. */
export function commitNode(graph: Graph, sha: string): GqlObject | null {
  const { world, urls } = graph;
  const commit = world.commits.get(sha);
  if (commit === undefined) return null;
  return new GqlObject("Commit", {
    id: () => nodeId("C", sha),
    oid: () => sha,
    abbreviatedOid: () => sha.slice(0, 7),
    message: () => commit.message,
    messageHeadline: () => commit.message.split("\n")[0],
    committedDate: () => iso(commit.at),
    authoredDate: () => iso(commit.at),
    url: () => urls.page(`${urls.repository}/commit/${sha}`),
    status: () => commitStatusNode(graph, sha),
    deployments: (args) =>
      deploymentConnection(graph, args, { deployments: world.deployments.by("sha", sha) }),
    associatedPullRequests: (args) =>
      connection("PullRequestConnection", pullsOfCommit(graph, sha), {
        args,
        key: ({ number }) => [number],
        make: (pull) => graph.nodes.pull(pull),
      }),
    file: (args) => {
      const path = args.text("path");
      const text = fileAt(world, { path, sha });
      if (text === undefined) return null;
      return new GqlObject("TreeEntry", {
        name: () => path.split("/").at(-1),
        path: () => path,
        type: () => "blob",
        object: () => blobNode(path, text),
      });
    },
  });
}
