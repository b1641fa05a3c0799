/**
 * GitHub's REST API over the simulator's world.
 *
 * `answer_rest.ts` finds the route; each `*_routes.ts` is a table of "METHOD /path" to a function from a {@link Call}
 * to an {@link Answer}; each `*_body.ts` writes a record as GitHub's description wants it. Rules about labels,
 * comments and deployments do not live here but one folder up, because GraphQL obeys the same ones.
 *
 * What must not happen here: state of its own, waiting, faults. Read next: `call.ts`, then `label_routes.ts`.
 *
 * @module
 */

export { answerRest } from "./answer_rest.ts";
export type { Answer, Call, RateLimit } from "./call.ts";
export { association } from "./issue_body.ts";
export { userNode } from "./user_body.ts";
