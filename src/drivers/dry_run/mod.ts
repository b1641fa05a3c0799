/**
 * Stand-ins that change nothing, for `--dry-run-github`, `--dry-run-aws` and `--dry-run-docker`: they answer
 * as if every change had succeeded, and report the change that a real run would make.
 *
 * What must not happen here: any effect outside of the process. Next: `platform.ts`, `images.ts`, `forge.ts`.
 *
 * @module
 */

export { dryForge } from "./forge.ts";
export { dryImages } from "./images.ts";
export { dryPlatform } from "./platform.ts";
