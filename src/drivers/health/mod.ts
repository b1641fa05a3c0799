/**
 * Health checks: asks an environment over HTTP whether it answers. What is asked runs code of a pull request, so
 * nothing it says may lead a request to another host, and nothing but the status code of its answer is used.
 *
 * Read `probe.ts`.
 */
export { makeHealthProbe } from "./probe.ts";
