/**
 * Stand-ins that change nothing, for `--dry-run-github`, `--dry-run-aws` and `--dry-run-docker`: they answer as if
 * everything had gone well and say what would have been done. What must not happen here: any effect. Next:
 * `platform.ts`, `images.ts`, `forge.ts`.
 */

export { dryForge } from "./forge.ts";
export { dryImages } from "./images.ts";
export { dryPlatform } from "./platform.ts";
