import type { OwnerMarks } from "../../../environments/core/environment/ownership.ts";
import type { ImageStore } from "../../../environments/ports/images.ts";
import { AppError } from "../../../lib/errors.ts";
import type { DockerCli } from "../docker_cli.ts";
import { localExists, localOwner } from "./local_images.ts";

const PULL_TIMEOUT_MS = 5 * 60_000;
/** The registry has no such image, or refuses the docker command, which then cannot push there either. */
const NOT_THERE =
  /manifest unknown|manifest for .* not found|not found: manifest|: not found$|name unknown|pull access denied|repository .* not found|\bdenied\b|unauthorized|authentication required|no basic auth credentials/im;

/** Failures of the store that the docker command may not have. */
const STORE_ONLY = ["permission", "registry_unreachable"];

/**
 * Reads the owner of an image in the store; undefined if there is no such image. The store asks no credential
 * helper, and the engine may know a proxy or an authority that this process does not know. So if the store gets
 * no answer, the docker command pulls the image instead.
 */
export async function storedOwner(
  parts: {
    readonly docker: DockerCli;
    readonly store: ImageStore;
    /** Environment variables of the docker command, which may name its file of logins. */
    readonly env: Readonly<Record<string, string>>;
  },
  image: string,
  signal: AbortSignal,
): Promise<OwnerMarks | undefined> {
  const { store } = parts;
  try {
    return await store.readOwner(image, signal);
  } catch (error) {
    if (!(error instanceof AppError) || !STORE_ONLY.includes(error.code)) throw error;
    try {
      return await pulledOwner(parts, image, signal);
    } catch (failure) {
      if (failure instanceof AppError) throw error;
      throw failure;
    }
  }
}

async function pulledOwner(
  { docker, env }: { readonly docker: DockerCli; readonly env: Readonly<Record<string, string>> },
  image: string,
  signal: AbortSignal,
): Promise<OwnerMarks | undefined> {
  const action = `Looking for the image "${image}"`;
  const before = await localExists(docker, image, signal);
  const pulled = await docker.run(
    ["pull", "--quiet", image],
    { action, env, timeoutMs: PULL_TIMEOUT_MS, raw: true },
    signal,
  );
  if (pulled.code === 0) {
    const owner = await localOwner(docker, image, signal);
    if (!before) await docker.run(["image", "rm", image], { action }, signal);
    return owner;
  }
  if (!pulled.timedOut && NOT_THERE.test(pulled.stderr)) return undefined;
  throw new AppError("registry_unreachable", `${action}: docker could not pull it`);
}
