/**
 * Docker: the platform that runs environments as containers of an engine, and the builder of images.
 *
 * Everything goes through the `docker` command, and through `git` for the commit of a build context; the
 * executable may run no other program for it. What must not happen here: deciding which environment runs or
 * goes (the plan does), knowledge of GitHub, requests to a registry (an `ImageStore` makes those), a secret
 * in an argument list. A container is never touched if it lacks Showtime's label, belongs to another
 * repository or carries a higher epoch. Next: `platform.ts` for the life of a container, `build/images.ts`
 * for images, then `src/environments/ports/platform.ts` and `images.ts` beside it.
 *
 * @module
 */

export { refuseLinks } from "./build/configured_path.ts";
export { passedVariables } from "./build/passed_variables.ts";
export { type DockerDiagnosisOptions, makeDockerDiagnosis } from "./diagnose/diagnose.ts";
export { type LinkDiagnosisOptions, makeLinkDiagnosis } from "./diagnose/diagnose_links.ts";
export { makeRouterDiagnosis, type RouterDiagnosisOptions } from "./diagnose/diagnose_router.ts";
export { type DockerPlatformOptions, makeDockerPlatform } from "./platform.ts";
export type { DockerSettings, RouterSettings } from "./settings.ts";
export type { BuildSettings } from "./build/build_settings.ts";
export { type ImagesOptions, makeImages } from "./build/images.ts";
