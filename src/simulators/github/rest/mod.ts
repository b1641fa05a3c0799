/**
 * GitHub's REST API over the simulator's world.
 *
 * `answer_rest.ts` finds the route. Each `*_routes.ts` maps "METHOD /path" to a function from a {@link Call}
 * to an {@link Answer}. Each `*_body.ts` makes the body of a record as GitHub's OpenAPI description requires
 * it. The rules about labels, comments and deployments are in `state/`, because GraphQL obeys the same rules.
 *
 * This folder has no state of its own, never waits, and knows nothing about faults. Read next: `call.ts`,
 * then `label_routes.ts`.
 *
 * @module
 */

export { answerRest } from "./answer_rest.ts";
export type { Answer, Call, RateLimit } from "./call.ts";
export { association } from "./issue_body.ts";
export { userNode } from "./user_body.ts";
