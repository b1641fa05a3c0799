/**
 * AWS: environments as services on ECS Fargate, and images in ECR. Speaks to AWS through the SDK with its own chain of
 * credentials, untouched; no package of it is loaded before the first call that needs it. Vendor types end in this
 * folder: what leaves it are the ports' types and AppErrors.
 *
 * Read `platform.ts`, then `deploy.ts` and `wait_serving.ts`; `stopped_task.ts` and `errors.ts` say in our words what
 * AWS answers, `sdk/` holds every call that is made.
 */
export { type EcrAddress, parseEcrAddress } from "./images/ecr_address.ts";
export { type EcrLoginOptions, makeEcrLogin } from "./images/ecr_login.ts";
export { type EcrStoreOptions, makeEcrStore } from "./images/ecr_store.ts";
export type { EcsSettings } from "./settings.ts";
export { type EcsDiagnosisOptions, makeEcsDiagnosis } from "./diagnose/diagnose.ts";
export { type EcrDiagnosisOptions, makeEcrDiagnosis } from "./diagnose/diagnose_ecr.ts";
export { consoleLinks } from "./console_links.ts";
export { type EcsPlatformOptions, makeEcsPlatform } from "./platform.ts";
export { readTemplate, type TaskDefinitionTemplate } from "./deploy/template.ts";
