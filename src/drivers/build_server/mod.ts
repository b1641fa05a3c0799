/**
 * The server of builds, over HTTP, and the orchestrator that it replaces.
 *
 * What must not happen here: a key in a message, a key that is sent over plain HTTP to another machine, or a write that is
 * repeated by itself. Next: `server_client.ts`, then `src/pipelines/ports/build_server.ts`.
 *
 * @module
 */

export { makeEitherClient, makeOrchestratorClient } from "./orchestrator_client.ts";
export { makeServerClient, type ServerClient, type ServerClientOptions } from "./server_client.ts";
export { makeWorkerClient } from "./worker_client.ts";
