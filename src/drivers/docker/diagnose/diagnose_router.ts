import { AppError } from "../../../lib/errors.ts";
import { type Finding, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { Diagnosis } from "../../../environments/ports/diagnosis.ts";
import type { NameProbe } from "../../../ports/health.ts";
import type { Shell } from "../../../ports/shell.ts";
import { type DockerCli, makeDockerCli } from "../docker_cli.ts";
import { MARK_HEADER } from "../route/route.ts";

const PATIENCE_MS = 10_000;

/** The router, and an address that it would lead to a container. */
export interface RouterDiagnosisOptions {
  readonly shell: Shell;
  readonly askName: NameProbe;
  /** Address of the engine, as in DOCKER_HOST; undefined leaves the choice to the docker command. */
  readonly host: string | undefined;
  /** The network that containers share with Traefik; undefined if none is configured. */
  readonly network: string | undefined;
  /** The address of a pull request, which need not exist. */
  readonly url: string;
}

/** Makes the diagnosis of the router: its network is there, and something answers where its names lead. */
export function makeRouterDiagnosis(options: RouterDiagnosisOptions): Diagnosis {
  const docker = makeDockerCli(options.shell, { host: options.host });
  return {
    name: "router",
    async diagnose(signal) {
      const { network } = options;
      return [
        ...(network === undefined ? [] : [await lookAtNetwork(docker, network, signal)]),
        await lookAtName(options, signal),
      ];
    },
  };
}

async function lookAtNetwork(docker: DockerCli, network: string, signal: AbortSignal): Promise<Finding> {
  const name = "router's network";
  const call = { action: "Looking for the router's network", timeoutMs: PATIENCE_MS };
  try {
    const args = ["network", "inspect", "--format", "{{range .Containers}}{{.Name}} {{end}}", network];
    const { code, stdout } = await docker.run(args, call, signal);
    if (code === 0) {
      const members = stdout.trim().split(/\s+/).filter((each) => each !== "" && !/^pr-[1-9]/.test(each));
      return foundOk(
        name,
        `${network}${members.length === 0 ? "" : `, with ${members.slice(0, 5).join(", ")}`}`,
      );
    }
    return foundWrong(name, `there is no network "${network}"`, {
      fix: `Make it and let Traefik join it: docker network create ${network}`,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    // The finding about the engine has reported this already.
    return foundWrong(name, error.message, { status: "warning", fix: "Let the Docker engine answer first" });
  }
}

async function lookAtName({ askName, url }: RouterDiagnosisOptions, signal: AbortSignal): Promise<Finding> {
  const question = { path: "/", header: MARK_HEADER, timeoutMs: PATIENCE_MS };
  const { status, mark, answer, untrusted } = await askName(url, question, signal);
  if (status === undefined) {
    return foundWrong("router", `${url}: ${answer}`, {
      status: "warning",
      fix: "Let every name of environment.url lead to Traefik, at the port of its entry point",
    });
  }
  if (untrusted === true) {
    return foundWrong(
      "router",
      `${url} answers ${answer} with a certificate that this machine does not trust`,
      {
        status: "warning",
        fix: "Give Traefik a certificate for every name of environment.url, or docker.traefik.certresolver",
      },
    );
  }
  if (mark !== undefined) return foundOk("router", `an environment answers ${answer} at ${url}`);
  return status === 404
    ? foundOk("router", `a router answers at ${url}, which leads to no environment`)
    : foundWrong(
      "router",
      `${url} answers ${answer}, and Traefik answers 404 where there is no environment`,
      {
        status: "warning",
        fix: "Let every name of environment.url lead to Traefik, unless another router does so on purpose",
      },
    );
}
