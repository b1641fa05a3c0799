import { commitNode } from "./commit_node.ts";
import type { Graph, GraphSource } from "./graph.ts";
import { labelNode } from "./label_node.ts";
import { pullNode } from "./pull_node.ts";

/** Builds the graph of one request: its data, and makers of nodes that are bound to that data. */
export function makeGraph(source: GraphSource): Graph {
  const graph: Graph = {
    ...source,
    nodes: {
      commit: (sha) => commitNode(graph, sha),
      label: (label) => labelNode(graph, label),
      pull: (pull) => pullNode(graph, pull),
    },
  };
  return graph;
}
