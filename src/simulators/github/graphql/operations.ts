import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  visit,
} from "graphql";

/** A GraphQL request, as far as it could be read. */
export interface GraphqlRequest {
  readonly document: DocumentNode | undefined;
  readonly operation: OperationDefinitionNode | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The names of the fields at the root of the operation, in order. */
  readonly rootFields: readonly string[];
  /** The names of all fields in the document, at any depth. */
  readonly fields: ReadonlySet<string>;
  /** The reason why the request cannot run. */
  readonly problem: string | undefined;
}

function fieldsOf(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, {
    Field(node: FieldNode) {
      names.add(node.name.value);
    },
  });
  return names;
}

function operationIn(document: DocumentNode, name: unknown): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (typeof name === "string") return operations.find((node) => node.name?.value === name);
  return operations.length === 1 ? operations[0] : undefined;
}

function withDefaults(operation: OperationDefinitionNode, given: unknown): Record<string, unknown> {
  const variables: Record<string, unknown> = typeof given === "object" && given !== null ? { ...given } : {};
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const fallback = definition.defaultValue;
    if (variables[name] === undefined && fallback !== undefined && "value" in fallback) {
      variables[name] = fallback.kind === Kind.INT ? Number(fallback.value) : fallback.value;
    }
  }
  return variables;
}

function missing(
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): string | undefined {
  const lacking = (operation.variableDefinitions ?? []).find(({ type, variable }) =>
    type.kind === Kind.NON_NULL_TYPE && (variables[variable.name.value] ?? null) === null
  );
  if (lacking === undefined) return undefined;
  return `Variable $${lacking.variable.name.value} was provided invalid value`;
}

function unread(problem: string): GraphqlRequest {
  return {
    document: undefined,
    operation: undefined,
    variables: {},
    rootFields: [],
    fields: new Set(),
    problem,
  };
}

/** Reads the body of a request to the GraphQL endpoint. */
export function readGraphqlRequest(body: unknown): GraphqlRequest {
  const query = typeof body === "object" && body !== null ? Reflect.get(body, "query") : undefined;
  if (typeof body !== "object" || body === null || typeof query !== "string") {
    return unread("A query attribute must be specified and must be a string.");
  }
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return unread(error.message);
    throw error;
  }
  const operation = operationIn(document, Reflect.get(body, "operationName"));
  if (operation === undefined) {
    return { ...unread("No operation with this name"), document, fields: fieldsOf(document) };
  }
  const variables = withDefaults(operation, Reflect.get(body, "variables"));
  return {
    document,
    operation,
    variables,
    rootFields: operation.selectionSet.selections.flatMap((node) =>
      node.kind === Kind.FIELD ? [node.name.value] : []
    ),
    fields: fieldsOf(document),
    problem: missing(operation, variables),
  };
}
