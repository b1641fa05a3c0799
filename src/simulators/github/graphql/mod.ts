/**
 * GitHub's GraphQL API over the simulator's world.
 *
 * `operations.ts` reads a request. `execute.ts` runs it over objects without a schema; a test validates
 * documents against GitHub's schema. Each `*_node.ts` makes a kind of object, `connection.ts` makes lists,
 * and `mutation_root.ts` makes the changes. Nodes that lead back to one another call each other through the
 * makers in `graph.ts`. A type has only the fields that Showtime or a test asks for; a new field is one line
 * in its node.
 *
 * The rules about labels and permissions are in `state/`, shared with REST. This folder has no state and
 * never waits. Read next: `answer_graphql.ts`.
 *
 * @module
 */

export { answerGraphql } from "./answer_graphql.ts";
export { type GraphqlRequest, readGraphqlRequest } from "./operations.ts";
