import { ApiError } from "../api_error.ts";
import type { Answer } from "../rest/mod.ts";
import { DocumentError, Execution } from "./execute.ts";
import type { GraphSource } from "./graph.ts";
import { makeGraph } from "./make_graph.ts";
import { mutationRoot } from "./mutation_root.ts";
import { countNodes } from "./node_count.ts";
import type { GraphqlRequest } from "./operations.ts";
import { queryRoot } from "./query_root.ts";

const MOST_NODES = 500_000;

function refused(message: string, type?: string): Answer {
  return { status: 200, body: { errors: [{ ...(type === undefined ? {} : { type }), message }] } };
}

/**
 * Counts the nodes that a request asks for. It returns 0 if an argument cannot be read, as its field will
 * refuse it.
 */
function nodesOf({ document, operation, variables }: GraphqlRequest): number {
  if (document === undefined || operation === undefined) return 0;
  try {
    return countNodes(document, operation, { variables });
  } catch (error) {
    if (error instanceof ApiError) return 0;
    throw error;
  }
}

/**
 * Answers a GraphQL request. The status is 200 even for errors, as GitHub's is, except for a request without
 * a token.
 */
export function answerGraphql(source: GraphSource, request: GraphqlRequest): Answer {
  const { document, operation } = request;
  const { actor } = source;
  if (actor === undefined) {
    const error = new ApiError("unauthorized", "This endpoint requires you to be authenticated.");
    return { status: error.status, body: error.body };
  }
  if (document === undefined || operation === undefined || request.problem !== undefined) {
    return refused(request.problem ?? "No query was given");
  }
  const nodes = nodesOf(request);
  if (nodes > MOST_NODES) {
    return refused(
      `This query requests up to ${
        nodes.toLocaleString("en-US")
      } possible nodes which exceeds the maximum limit of ${MOST_NODES.toLocaleString("en-US")}.`,
      "MAX_NODE_LIMIT_EXCEEDED",
    );
  }
  const execution = new Execution(document, request.variables);
  const graph = makeGraph(source);
  try {
    const root = operation.operation === "mutation" ? mutationRoot(graph, { actor }) : queryRoot(graph);
    const unknown = request.rootFields.find((name) =>
      name !== "__typename" && root.field(name) === undefined
    );
    if (unknown !== undefined) return refused(`Field '${unknown}' doesn't exist on type '${root.typename}'`);
    const data = execution.run(operation, root);
    const { errors } = execution;
    return { status: 200, body: errors.length === 0 ? { data } : { data, errors } };
  } catch (error) {
    if (error instanceof DocumentError) return refused(error.message);
    throw error;
  }
}
