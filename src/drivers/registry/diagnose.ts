import { parseImageReference } from "../../lib/image/image_reference.ts";
import { type Finding, foundError, foundOk, foundWrong } from "../../lib/finding.ts";
import type { Diagnosis } from "../../environments/ports/diagnosis.ts";
import type { ImageStore } from "../../environments/ports/images.ts";
import { findLogin } from "./credentials.ts";

/** The registry to diagnose. */
export interface RegistryDiagnosisOptions {
  /** Repository of the images. */
  readonly image: string;
  /** A tag of pull request 0, which no image has. */
  readonly tag: string;
  readonly store: Pick<ImageStore, "exists">;
  /** Text of the docker command's `config.json`; empty without such a file. */
  readonly dockerConfig: string;
}

/** Registries that refuse every push without a login. */
const ALWAYS_ASK = ["docker.io", "ghcr.io"];

/** Makes the diagnosis of a registry: it looks for an image, and for a login of docker that allows a push. */
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
      return foundOk(
        name,
        `a credential helper of docker keeps the logins; it was not asked for the login to ${host}`,
      );
    }
    const fix = `docker login${
      host === "docker.io" ? "" : ` ${host}`
    }; in Actions run docker/login-action first`;
    return ALWAYS_ASK.includes(host)
      ? foundWrong(name, `docker is not logged in to ${host}: a push would be refused`, { fix })
      : foundWrong(
        name,
        `docker is not logged in to ${host}, so that registry must accept pushes without a login`,
        {
          status: "warning",
          fix,
        },
      );
  }
}
