/**
 * Docker: the platform that runs environments as containers of an engine, and the builder of images.
 *
 * Everything goes through the `docker` command (and `git`, to see what a build context is at), as the executable
 * may run nothing else. What must not happen here: decisions about what to run or remove (those are the plan's),
 * knowledge of GitHub, requests to a registry (an {@link ../../ports/images.ts ImageStore} does those), a secret in
 * an argument list. What lacks our label, belongs to another repository or carries a higher epoch is never touched.
 * Next: `platform.ts` for the life of a container, `images.ts` for images.
 *
 * @module
 */

export { refuseLinks } from "./build/configured_path.ts";
export { passedVariables } from "./build/passed_variables.ts";
export { type DockerDiagnosisOptions, makeDockerDiagnosis } from "./diagnose/diagnose.ts";
export { type LinkDiagnosisOptions, makeLinkDiagnosis } from "./diagnose/diagnose_links.ts";
export { type DockerPlatformOptions, makeDockerPlatform } from "./platform.ts";
export type { DockerSettings } from "./settings.ts";
export type { BuildSettings } from "./build/build_settings.ts";
export { type ImagesOptions, makeImages } from "./build/images.ts";
