/**
 * GitHub's GraphQL API over the simulator's world.
 *
 * `operations.ts` reads a request, `execute.ts` runs it over objects without any schema (a test validates documents
 * against GitHub's), `*_node.ts` make the objects, `mutation_root.ts` the writes. Lists come from `connection.ts`.
 * A type has the fields that somebody needed; adding one is a line in its node.
 *
 * What must not happen here: rules about labels or permissions (one folder up, shared with REST), state, waiting.
 * Read next: `answer_graphql.ts`.
 *
 * @module
 */

export { answerGraphql } from "./answer_graphql.ts";
export { type GraphqlRequest, readGraphqlRequest } from "./operations.ts";
