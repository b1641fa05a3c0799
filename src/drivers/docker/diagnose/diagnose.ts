import { AppError } from "../../../lib/errors.ts";
import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { Diagnosis } from "../../../environments/ports/diagnosis.ts";
import type { Shell } from "../../../ports/shell.ts";
import { type DockerCli, makeDockerCli } from "../docker_cli.ts";

const PATIENCE_MS = 15_000;

/** The engine to diagnose. */
export interface DockerDiagnosisOptions {
  readonly shell: Shell;
  /** Address of the engine, as in DOCKER_HOST; undefined leaves the choice to the docker command. */
  readonly host: string | undefined;
}

/** Makes the diagnosis of building images: it looks for the engine and for buildx. */
export function makeDockerDiagnosis({ shell, host }: DockerDiagnosisOptions): Diagnosis {
  const docker = makeDockerCli(shell, { host });
  return {
    name: "docker engine",
    async diagnose(signal) {
      return [await lookAtEngine(docker, signal), await lookAtBuildx(docker, signal)];
    },
  };
}

async function lookAtEngine(docker: DockerCli, signal: AbortSignal): Promise<Finding> {
  const name = "docker engine";
  const call = { action: "Asking the Docker engine for its version", timeoutMs: PATIENCE_MS };
  try {
    const { stdout } = await docker.must(["version", "--format", "{{.Server.Version}}"], call, signal);
    return foundOk(name, `version ${stdout.trim()}`);
  } catch (error) {
    signal.throwIfAborted();
    return foundError(name, error);
  }
}

async function lookAtBuildx(docker: DockerCli, signal: AbortSignal): Promise<Finding> {
  const name = "docker buildx";
  const call = { action: "Asking for buildx", timeoutMs: PATIENCE_MS, raw: true };
  try {
    const { code, stdout } = await docker.run(["buildx", "version"], call, signal);
    if (code === 0) return foundOk(name, stdout.trim());
  } catch (error) {
    signal.throwIfAborted();
    // The finding about the engine has already reported that the docker command is missing.
    if (!(error instanceof AppError)) throw error;
  }
  return foundWrong(
    name,
    "not installed; images are built with docker build, without cache_from and cache_to",
    {
      status: "warning",
      fix: "Install the buildx plugin of Docker; in Actions run docker/setup-buildx-action first",
    },
  );
}
