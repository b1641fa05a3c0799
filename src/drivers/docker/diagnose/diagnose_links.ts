import { isLoopback } from "../../../lib/loopback.ts";
import { type Finding, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { Diagnosis } from "../../../environments/ports/diagnosis.ts";
import type { Shell } from "../../../ports/shell.ts";
import { makeDockerCli } from "../docker_cli.ts";
import { makeFindEngineHost } from "../engine_host.ts";
import { isEveryAddress, parsePublish, publicHost, type Publish } from "../publish.ts";

/** The published address and the engine that the links lead to. */
export interface LinkDiagnosisOptions {
  readonly shell: Shell;
  /** The setting `docker.publish`. */
  readonly publish: string;
  /** The setting `docker.host`; undefined if links lead to the published address. */
  readonly openHost?: string | undefined;
  /** Address of the engine, as in DOCKER_HOST; undefined leaves the choice to the docker command. */
  readonly host: string | undefined;
  /** Whether people sit at other machines than the engine's, as with GitHub Actions. */
  readonly shared: boolean;
}

/** Makes the diagnosis of links: people on other machines than the engine's may not be able to open them. */
export function makeLinkDiagnosis(
  { shell, publish, openHost, host, shared }: LinkDiagnosisOptions,
): Diagnosis {
  const name = "links";
  const parsed = parsePublish(publish);
  const findHost = makeFindEngineHost(makeDockerCli(shell, { host }));
  return {
    name,
    async diagnose(signal) {
      if (openHost !== undefined) return [lookAtOpenHost(openHost, parsed)];
      const to = publicHost(parsed, isEveryAddress(parsed) ? await findHost(signal) : undefined);
      if (!isLoopback(to)) return [foundOk(name, `they lead to ${to}`)];
      const detail =
        `docker.publish is ${publish}, so they lead to ${to}: only the engine's machine can open them`;
      if (!shared && !isEveryAddress(parsed)) return [foundOk(name, detail)];
      const fix =
        "Set docker.publish in showtime.yml to an address of that machine that people can reach, and let " +
        "its firewall block everyone else; or set docker.host to the name by which they reach it";
      return [foundWrong(name, detail, { status: "warning", fix })];
    },
  };
}

/** Looks at a host that people open: ports that only the engine's machine can reach are not there. */
function lookAtOpenHost(openHost: string, publish: Publish): Finding {
  const detail = `they lead to ${openHost} (docker.host)`;
  if (!isLoopback(publish.host) || isLoopback(openHost)) return foundOk("links", detail);
  return foundWrong("links", `${detail}, and ports are published on ${publish.host} only`, {
    status: "warning",
    fix:
      "Set docker.publish to 0.0.0.0 or to an address behind docker.host, unless something forwards the ports",
  });
}
