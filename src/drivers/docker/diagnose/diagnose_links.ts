import { isLoopback } from "../../../lib/loopback.ts";
import { foundOk, foundWrong } from "../../../lib/finding.ts";
import type { Diagnosis } from "../../../environments/ports/diagnosis.ts";
import { parsePublish, publicHost } from "../publish.ts";

/** Where ports are published, and on which engine. */
export interface LinkDiagnosisOptions {
  /** As `docker.publish` has it. */
  readonly publish: string;
  /** As DOCKER_HOST names it; undefined: the docker command's own choice. */
  readonly host: string | undefined;
}

/** Makes what looks whether people who are at another machine than the engine can open the links. */
export function makeLinkDiagnosis({ publish, host }: LinkDiagnosisOptions): Diagnosis {
  const name = "links";
  const to = publicHost(parsePublish(publish), host);
  return {
    name,
    diagnose() {
      if (!isLoopback(to)) return Promise.resolve([foundOk(name, `they lead to ${to}`)]);
      const detail =
        `docker.publish is ${publish}, so they lead to ${to}: nobody but the runner's machine itself ` +
        "can open them";
      const fix =
        "Set docker.publish in showtime.yml to an address of that machine that people reach, and let its " +
        "firewall keep out everybody else";
      return Promise.resolve([foundWrong(name, detail, { status: "warning", fix })]);
    },
  };
}
