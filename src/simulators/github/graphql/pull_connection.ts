import { headOf } from "../state/commits.ts";
import { findDefinition } from "../state/labels.ts";
import type { Pull } from "../state/records.ts";
import type { Args } from "./args.ts";
import { connection } from "./connection.ts";
import type { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";

/** Returns the state of a pull request in GraphQL's terms. */
export function pullState(pull: Pull): "OPEN" | "CLOSED" | "MERGED" {
  return pull.state === "open" ? "OPEN" : pull.merged ? "MERGED" : "CLOSED";
}

/** Returns the pull requests that have at least one of these labels. */
function withAny(graph: Graph, names: readonly string[]): readonly Pull[] {
  const found = names.flatMap((name) => {
    const definition = findDefinition(graph.world, name);
    return definition === undefined ? [] : graph.world.pulls.by("label", definition.id);
  });
  return [...new Map(found.map((pull) => [pull.number, pull])).values()];
}

/**
 * Makes a list of pull requests, filtered by the arguments. It lists those of the repository unless `pulls`
 * is given.
 */
export function pullConnection(
  graph: Graph,
  args: Args,
  options: { readonly pulls?: readonly Pull[] } = {},
): GqlObject {
  const { pulls } = options;
  const names = args.texts("labels");
  const states = args.texts("states");
  const headRef = args.optionalText("headRefName");
  const from = pulls ?? (names === undefined ? graph.world.pulls.values() : withAny(graph, names));
  const found = from.filter((pull) =>
    (states === undefined || states.includes(pullState(pull))) &&
    (headRef === undefined || pull.headRef === headRef)
  );
  const order = args.object("orderBy");
  const byUpdate = order.optionalText("field") === "UPDATED_AT";
  return connection("PullRequestConnection", found, {
    args,
    key: (pull) => byUpdate ? [pull.updatedAt, pull.number] : [pull.number],
    descending: order.optionalText("direction") === "DESC",
    make: (pull) => graph.nodes.pull(pull),
  });
}

/** Returns the pull requests that a commit belongs to. Those whose head it is come first. */
export function pullsOfCommit(graph: Graph, sha: string): readonly Pull[] {
  return graph.world.pulls.by("commit", sha).toSorted((a, b) =>
    Number(headOf(b) === sha) - Number(headOf(a) === sha)
  );
}
