/**
 * GitHub, over its GraphQL and REST interfaces: the one implementation of `src/environments/ports/forge.ts`.
 *
 * What must not happen here: a decision about environments (that is `src/environments/core/plan`), a vendor type or a token that
 * leaves this folder (`errors.ts` translates at the edge), a value written into the text of a GraphQL document
 * (values are variables), a write that is sent twice when its first sending may have taken effect.
 *
 * Read `forge.ts` first: it lists every call. Then `client.ts` (how one request is sent, waited for and sent again)
 * and `batch.ts` (how many writes become one request).
 *
 * @module
 */

export { type GithubForgeOptions, makeGithubForge } from "./forge.ts";
export type { Delays } from "./limits.ts";
