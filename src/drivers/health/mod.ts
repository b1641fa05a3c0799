/**
 * Health checks: asks an environment over HTTP whether it answers.
 *
 * What must not happen here: following an answer to another host, or using more of it than the status code
 * and a redirect's address. The environment runs code of a pull request. Next: `probe.ts`, then
 * `src/ports/health.ts`.
 *
 * @module
 */
export { type HealthProbeOptions, makeHealthProbe } from "./probe.ts";
export { makeNameProbe } from "./name_probe.ts";
