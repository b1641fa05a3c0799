import { nodeId } from "../state/node_id.ts";
import type { LabelEventLabel } from "../state/records.ts";
import { iso } from "../state/urls.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";
import { pullConnection } from "./pull_connection.ts";

/** Makes the node of a label. The definition of a label in the timeline may be gone. */
export function labelNode(graph: Graph, label: LabelEventLabel): GqlObject {
  const live = graph.world.definitions.get(label.id);
  const shown = live ?? label;
  return new GqlObject("Label", {
    id: () => nodeId("LA", label.id),
    name: () => shown.name,
    color: () => shown.color,
    description: () => shown.description,
    isDefault: () => false,
    createdAt: () => iso(live?.createdAt ?? graph.world.now()),
    url: () => graph.urls.page(`${graph.urls.repository}/labels/${encodeURIComponent(shown.name)}`),
    pullRequests: (args) => pullConnection(graph, args, { pulls: graph.world.pulls.by("label", label.id) }),
  });
}
