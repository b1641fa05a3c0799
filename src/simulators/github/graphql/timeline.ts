import { nodeId } from "../state/node_id.ts";
import type { Pull, TimelineRecord } from "../state/records.ts";
import { timelineKey } from "../state/timeline.ts";
import { iso } from "../state/urls.ts";
import { actorNode } from "./actor_node.ts";
import type { Args } from "./args.ts";
import { connection } from "./connection.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";

const TYPES = {
  labeled: { typename: "LabeledEvent", item: "LABELED_EVENT" },
  unlabeled: { typename: "UnlabeledEvent", item: "UNLABELED_EVENT" },
  commit: { typename: "PullRequestCommit", item: "PULL_REQUEST_COMMIT" },
  force_push: { typename: "HeadRefForcePushedEvent", item: "HEAD_REF_FORCE_PUSHED_EVENT" },
  closed: { typename: "ClosedEvent", item: "CLOSED_EVENT" },
  reopened: { typename: "ReopenedEvent", item: "REOPENED_EVENT" },
} as const;

function eventNode(graph: Graph, pull: Pull, options: { readonly event: TimelineRecord }): GqlObject {
  const { event } = options;
  const { typename } = TYPES[event.kind];
  const id = () =>
    nodeId(event.kind === "labeled" ? "LE" : event.kind === "unlabeled" ? "ULE" : "EV", event.id);
  if (event.kind === "commit") {
    return new GqlObject(typename, {
      id,
      commit: () => graph.nodes.commit(event.sha),
      url: () => `${graph.urls.pull(pull.number)}/commits/${event.sha}`,
    });
  }
  const common = { id, actor: () => actorNode(graph, event.actor), createdAt: () => iso(event.at) };
  if (event.kind === "force_push") {
    return new GqlObject(typename, {
      ...common,
      beforeCommit: () => graph.nodes.commit(event.before),
      afterCommit: () => graph.nodes.commit(event.after),
    });
  }
  if ("label" in event) {
    return new GqlObject(typename, {
      ...common,
      label: () => graph.nodes.label(event.label),
    });
  }
  return new GqlObject(typename, common);
}

/** Makes the timeline of a pull request: its events in order. */
export function timelineConnection(graph: Graph, args: Args, options: { readonly pull: Pull }): GqlObject {
  const { pull } = options;
  const wanted = args.texts("itemTypes");
  const events = pull.timeline.filter((event) =>
    wanted === undefined || wanted.includes(TYPES[event.kind].item)
  );
  return connection("PullRequestTimelineItemsConnection", events, {
    args,
    key: (event) => timelineKey(graph.world, event),
    make: (event) => eventNode(graph, pull, { event }),
  });
}
