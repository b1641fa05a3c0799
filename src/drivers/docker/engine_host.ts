import type { DockerCli } from "./docker_cli.ts";

/** Finds the address of the engine that the docker command uses, as in DOCKER_HOST. */
export type FindEngineHost = (signal: AbortSignal) => Promise<string | undefined>;

/**
 * Makes the search for the engine's address, which asks the docker command once: without DOCKER_HOST, a
 * context of docker names the engine. The result is undefined if there is no such context.
 */
export function makeFindEngineHost(docker: DockerCli): FindEngineHost {
  let found: Promise<string | undefined> | undefined;
  return (signal) => found ??= docker.host ? Promise.resolve(docker.host) : askContext(docker, signal);
}

async function askContext(docker: DockerCli, signal: AbortSignal): Promise<string | undefined> {
  try {
    const args = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
    const call = { action: "Reading docker's context", timeoutMs: 10_000, raw: true };
    const { code, stdout } = await docker.run(args, call, signal);
    return code === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
