import { isDeepStrictEqual } from "node:util";
import { schema as published } from "@octokit/graphql-schema";
import {
  buildSchema,
  type DocumentNode,
  executeSync,
  GraphQLError,
  type GraphQLResolveInfo,
  GraphQLScalarType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from "graphql";

/**
 * Checks GraphQL requests and answers against GitHub's own schema. A request is validated as GitHub validates
 * it. An answer is executed once more over its own data with the real schema, and the result must equal the
 * answer.
 */

/** A request to the GraphQL endpoint. */
export interface GraphqlBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

type Answer = {
  readonly data?: unknown;
  readonly errors?: readonly { readonly path?: readonly (string | number)[] }[];
};

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  DateTime: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value),
  URI: (value) => typeof value === "string" && URL.canParse(value),
  GitObjectID: (value) => typeof value === "string" && /^[0-9a-f]{40}$/.test(value),
  BigInt: (value) => typeof value === "string" && /^\d+$/.test(value),
};

function loadSchema(): GraphQLSchema {
  const schema = buildSchema(published.idl, { assumeValid: true });
  for (const [name, fits] of Object.entries(SCALARS)) {
    const scalar = schema.getType(name);
    if (!(scalar instanceof GraphQLScalarType)) throw new Error(`the schema has no scalar ${name}`);
    scalar.serialize = (value: unknown) => {
      if (!fits(value)) throw new GraphQLError(`${name} cannot represent ${JSON.stringify(value)}`);
      return value;
    };
  }
  return schema;
}

function member(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** Returns the keys that an object of that type has in an answer. */
function keysOf(
  set: SelectionSetNode,
  info: Pick<GraphQLResolveInfo, "fragments" | "schema">,
  options: { readonly typename: string },
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) {
      keys.add(node.alias?.value ?? node.name.value);
      continue;
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : info.fragments[node.name.value];
    const condition = info.schema.getType(fragment?.typeCondition?.name.value ?? options.typename);
    const type = info.schema.getType(options.typename);
    const fits = condition === type || (isAbstractType(condition) &&
      info.schema.getPossibleTypes(condition).some((one) => one === type));
    if (fragment === undefined || !fits) continue;
    for (const key of keysOf(fragment.selectionSet, info, options)) keys.add(key);
  }
  return keys;
}

/**
 * Returns the type of an object in an answer: its `__typename`, else the first candidate with the same
 * fields.
 */
function typeOf(
  value: unknown,
  info: GraphQLResolveInfo,
  options: { readonly candidates: readonly string[] },
): string | undefined {
  const said = member(value, "__typename");
  if (typeof said === "string") return said;
  const given = Object.keys(typeof value === "object" && value !== null ? value : {}).toSorted();
  return options.candidates.find((typename) => {
    const sets = info.fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const keys = new Set(sets.flatMap((set) => [...keysOf(set, info, { typename })]));
    return isDeepStrictEqual([...keys].toSorted(), given);
  });
}

/** Validates GraphQL exchanges and remembers what it saw. */
export class GraphqlGate {
  readonly #schema = loadSchema();
  readonly #parsed = new Map<string, DocumentNode>();
  readonly violations: string[] = [];

  /** Checks a request. Its problems are also kept in {@link violations}. */
  checkRequest(body: GraphqlBody): readonly string[] {
    return this.#keep(this.#requestProblems(body));
  }

  /** Checks an answer to a request that conforms. */
  checkAnswer(body: GraphqlBody, answer: Answer): readonly string[] {
    return this.#keep(this.#answerProblems(body, answer));
  }

  #keep(problems: readonly string[]): readonly string[] {
    this.violations.push(...problems);
    return problems;
  }

  #document(query: string): DocumentNode {
    const known = this.#parsed.get(query) ?? parse(query);
    this.#parsed.set(query, known);
    return known;
  }

  #requestProblems(body: GraphqlBody): readonly string[] {
    try {
      return validate(this.#schema, this.#document(body.query)).map((error) => `request: ${error.message}`);
    } catch (error) {
      if (error instanceof GraphQLError) return [`request: ${error.message}`];
      throw error;
    }
  }

  #answerProblems(body: GraphqlBody, answer: Answer): readonly string[] {
    if (answer.data === undefined || answer.data === null) {
      return answer.errors === undefined ? ["answer: neither data nor errors"] : [];
    }
    const failed = new Set((answer.errors ?? []).map(({ path }) => path?.join(".")));
    const result = executeSync({
      schema: this.#schema,
      document: this.#document(body.query),
      rootValue: answer.data,
      ...(body.variables === undefined ? {} : { variableValues: body.variables }),
      ...(body.operationName === undefined ? {} : { operationName: body.operationName }),
      // deno-lint-ignore layers/few-parameters -- graphql calls it
      fieldResolver: (source, _args, _context, info) => member(source, info.path.key),
      // deno-lint-ignore layers/few-parameters -- graphql calls it
      typeResolver: (value, _context, info, type) =>
        typeOf(value, info, { candidates: info.schema.getPossibleTypes(type).map(({ name }) => name) }),
    });
    const problems = (result.errors ?? []).filter(({ path }) => !failed.has(path?.join(".")))
      .map((error) => `answer: ${error.path?.join(".") ?? "variables"}: ${error.message}`);
    // A value of the wrong kind, such as a number in place of a text, comes out different.
    if (problems.length === 0 && !isDeepStrictEqual(plain(result.data), plain(answer.data))) {
      problems.push("answer: its data differs from the same data executed with the schema");
    }
    return problems;
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
