import { isLoopback } from "../../../lib/loopback.ts";
import { foundOk, foundWrong } from "../../../lib/finding.ts";
import type { Diagnosis } from "../../../environments/ports/diagnosis.ts";
import { parsePublish, publicHost } from "../publish.ts";

/** The published address and the engine that the links lead to. */
export interface LinkDiagnosisOptions {
  /** The setting `docker.publish`. */
  readonly publish: string;
  /** Address of the engine, as in DOCKER_HOST; undefined leaves the choice to the docker command. */
  readonly host: string | undefined;
}

/** Makes the diagnosis of links: people on other machines than the engine's must be able to open them. */
export function makeLinkDiagnosis({ publish, host }: LinkDiagnosisOptions): Diagnosis {
  const name = "links";
  const to = publicHost(parsePublish(publish), host);
  return {
    name,
    diagnose() {
      if (!isLoopback(to)) return Promise.resolve([foundOk(name, `they lead to ${to}`)]);
      const detail =
        `docker.publish is ${publish}, so they lead to ${to}: only the runner's machine itself ` +
        "can open them";
      const fix =
        "Set docker.publish in showtime.yml to an address of that machine that people can reach, and let " +
        "its firewall block everyone else";
      return Promise.resolve([foundWrong(name, detail, { status: "warning", fix })]);
    },
  };
}
