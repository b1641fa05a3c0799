/**
 * Apache Superset behind its API: logging in, listings and exports that are complete, imports that are judged by the
 * body of the answer.
 *
 * What must not happen here: a rule about what to push, a request that follows a redirection with credentials, or a write
 * that is repeated without looking. Next: `superset.ts`, `connection.ts`, then `src/assets/ports/superset.ts`.
 *
 * @module
 */

export { authorize } from "./authorize.ts";
export { clientTokens, personTokens, Provider, type ProviderTokens } from "./oauth.ts";
export { makeSuperset, type SupersetOptions } from "./superset.ts";
export { readZip, writeZip } from "./zip.ts";
