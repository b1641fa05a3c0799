/**
 * The AWS driver: environments run as services on ECS Fargate, and images are stored in ECR. It calls AWS
 * through the SDK and leaves the SDK's own credential chain as it is. No SDK package is loaded before the
 * first call that needs it. Vendor types stay inside this folder: its exports use only the ports' types and
 * AppErrors.
 *
 * Read `platform.ts` first, then `deploy/deploy.ts` and `deploy/wait_serving.ts`. `deploy/stopped_task.ts`
 * and `errors.ts` translate AWS's answers. `route/` leads a pull request's address to the environment that
 * serves, by a rule of a load balancer. `sdk/` contains every call to AWS.
 */
export { type Architecture, architectureOf, linuxPlatform } from "./architecture.ts";
export { type EcrAddress, parseEcrAddress } from "./images/ecr_address.ts";
export { type EcrLoginOptions, makeEcrLogin } from "./images/ecr_login.ts";
export { type EcrStoreOptions, makeEcrStore } from "./images/ecr_store.ts";
export type { UrlAnswer, UrlProbe } from "./route/ask_url.ts";
export type { EcsSettings, LoadBalancerSettings } from "./settings.ts";
export { type EcsDiagnosisOptions, makeEcsDiagnosis } from "./diagnose/diagnose.ts";
export { type EcrDiagnosisOptions, makeEcrDiagnosis } from "./diagnose/diagnose_ecr.ts";
export { consoleLinks } from "./console_links.ts";
export { type EcsPlatformOptions, makeEcsPlatform } from "./platform.ts";
export { readTemplate, type TaskDefinitionTemplate } from "./deploy/template.ts";
