import { parseImageReference } from "../../lib/image_reference.ts";
import { type Finding, foundError, foundOk, foundWrong } from "../../lib/finding.ts";
import type { Diagnosis } from "../../environments/ports/diagnosis.ts";
import type { ImageStore } from "../../environments/ports/images.ts";
import { findLogin } from "./credentials.ts";

/** Which registry. */
export interface RegistryDiagnosisOptions {
  /** Repository of the images. */
  readonly image: string;
  /** A tag of pull request 0: no image has it. */
  readonly tag: string;
  readonly store: ImageStore;
  /** Text of the docker command's `config.json`; empty where there is none. */
  readonly dockerConfig: string;
}

/** These take no image from somebody whom they do not know. */
const ALWAYS_ASK = ["docker.io", "ghcr.io"];

/** Makes what looks whether images can be looked for in a registry, and whether docker is logged in for pushing them. */
export function makeRegistryDiagnosis(options: RegistryDiagnosisOptions): Diagnosis {
  const { image, tag, store, dockerConfig } = options;
  const host = parseImageReference(image)?.host ?? image;
  return {
    name: "registry",
    async diagnose(signal) {
      return [await lookAtStore(signal), lookAtLogin()];
    },
  };

  async function lookAtStore(signal: AbortSignal): Promise<Finding> {
    try {
      await store.exists(`${image}:${tag}`, signal);
      return foundOk("registry", `${host} answers about ${image}`);
    } catch (error) {
      signal.throwIfAborted();
      return foundError("registry", error);
    }
  }

  function lookAtLogin(): Finding {
    const name = "registry login";
    const login = findLogin(dockerConfig, host);
    if (login === "stored") return foundOk(name, `docker is logged in to ${host}`);
    if (login === "helper") {
      return foundOk(name, `a helper of docker keeps the logins; it was not asked for that to ${host}`);
    }
    const fix = `docker login${
      host === "docker.io" ? "" : ` ${host}`
    }; in Actions let docker/login-action run before`;
    return ALWAYS_ASK.includes(host)
      ? foundWrong(name, `docker is not logged in to ${host}: a push would be refused`, { fix })
      : foundWrong(name, `docker is not logged in to ${host}, which has to take images from anybody then`, {
        status: "warning",
        fix,
      });
  }
}
