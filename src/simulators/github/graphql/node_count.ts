import type { DocumentNode, OperationDefinitionNode, SelectionSetNode } from "graphql";
import { Kind } from "graphql";
import { Args, type GraphqlVariables } from "./args.ts";

/**
 * Counts the nodes that a query asks for at most. Each list counts its page size times the sizes of the lists
 * around it. GitHub refuses a query for more than half a million nodes before it reads any data.
 */
export function countNodes(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  options: { readonly variables: GraphqlVariables },
): number {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : []
    ),
  );
  const count = (set: SelectionSetNode, times: number): number => {
    let sum = 0;
    for (const node of set.selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(node.name.value);
        sum += fragment === undefined ? 0 : count(fragment.selectionSet, times);
        continue;
      }
      if (node.selectionSet === undefined) continue;
      const args = Args.of(node.kind === Kind.FIELD ? node.arguments ?? [] : [], options.variables);
      const size = args.optionalInteger("first") ?? args.optionalInteger("last");
      sum += size === undefined
        ? count(node.selectionSet, times)
        : times * size + count(node.selectionSet, times * size);
    }
    return sum;
  };
  return count(operation.selectionSet, 1);
}
