/**
 * Image stores over HTTP: any registry that speaks the distribution API (version 2), and Docker Hub by its
 * own API, since its registry refuses to delete.
 *
 * What must not happen here: reporting an unconfirmed deletion as done, deleting a manifest that another tag
 * needs, sending credentials anywhere but to their registry and the token service that it names, starting a
 * program (credential helpers are not asked). Next: `registry_store.ts` and `hub_store.ts`, then
 * `src/environments/ports/images.ts`.
 *
 * @module
 */

export { makeRegistryStore, type RegistryStoreOptions } from "./registry_store.ts";
export { type HubStoreOptions, makeHubStore } from "./hub_store.ts";
export { makeRegistryDiagnosis, type RegistryDiagnosisOptions } from "./diagnose.ts";
export { type Credentials, readDockerConfig } from "./credentials.ts";
