import { ApiError } from "../api_error.ts";
import { nodeKey, type NodeKind } from "../state/node_id.ts";
import { viewerNode } from "./actor_node.ts";
import { deploymentNode } from "./commit_node.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";
import { commentNode } from "./pull_node.ts";
import { findRepository, repositoryNode } from "./repository_node.ts";

function find<T>(
  id: string,
  kind: NodeKind,
  options: { readonly get: (key: string) => T | undefined },
): T | undefined {
  const key = nodeKey(kind, id);
  return key === undefined ? undefined : options.get(key);
}

function node(graph: Graph, id: string): GqlObject {
  const { world } = graph;
  const label = find(id, "LA", { get: (key) => world.definitions.get(Number(key)) });
  if (label !== undefined) return graph.nodes.label(label);
  const pull = find(id, "PR", { get: (key) => world.pulls.get(Number(key)) });
  if (pull !== undefined) return graph.nodes.pull(pull);
  const comment = find(id, "IC", { get: (key) => world.comments.get(Number(key)) });
  if (comment !== undefined) return commentNode(graph, comment);
  const deployment = find(id, "DE", { get: (key) => world.deployments.get(Number(key)) });
  if (deployment !== undefined) return deploymentNode(graph, deployment);
  const commit = find(id, "C", { get: (key) => graph.nodes.commit(key) ?? undefined });
  if (commit !== undefined) return commit;
  if (nodeKey("R", id) === String(world.repositoryId)) return repositoryNode(graph);
  throw new ApiError("not_found", `Could not resolve to a node with the global id of '${id}'`);
}

function softNode(graph: Graph, id: string): GqlObject | null {
  try {
    return node(graph, id);
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

/** Makes the root object of queries. */
export function queryRoot(graph: Graph): GqlObject {
  return new GqlObject("Query", {
    repository: (args) => findRepository(graph, `${args.text("owner")}/${args.text("name")}`),
    viewer: () => viewerNode(graph, graph.actor ?? ""),
    node: (args) => node(graph, args.text("id")),
    nodes: (args) => (args.texts("ids") ?? []).map((id) => softNode(graph, id)),
    rateLimit: () =>
      new GqlObject("RateLimit", {
        limit: () => graph.rate.limit,
        cost: () => 1,
        remaining: () => graph.rate.remaining,
        used: () => graph.rate.used,
        nodeCount: () => 0,
        resetAt: () => new Date(graph.rate.reset * 1000).toISOString().replace(".000Z", "Z"),
      }),
  });
}
