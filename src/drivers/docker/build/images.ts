import type {
  BuildRequest,
  ImageRemoval,
  Images,
  ImageStore,
  RegistryLogin,
} from "../../../environments/ports/images.ts";
import type { Shell } from "../../../ports/shell.ts";
import { buildImage } from "./build_image.ts";
import type { BuildSettings } from "./build_settings.ts";
import { checkContext } from "./check_context.ts";
import { makeDockerCli } from "../docker_cli.ts";
import { logIn } from "../log_in.ts";
import { isImageId, localExists, localList, localOwner, localRemove } from "./local_images.ts";
import { listUntagged, removeReplaced } from "./replaced_images.ts";
import { storedOwner } from "./stored_owner.ts";
import {
  assertImageOurs,
  type ImageOwner,
  refusalOf,
} from "../../../environments/core/environment/image_owner.ts";
import { parseImageTag } from "../../../environments/core/environment/names.ts";
import type { OwnerMarks } from "../../../environments/core/environment/ownership.ts";
import { splitImage } from "../../../lib/image/image_reference.ts";
import { AppError } from "../../../lib/errors.ts";

/** The parts and settings that the builder is made from. */
export interface ImagesOptions {
  readonly shell: Shell;
  readonly config: BuildSettings;
  /** Store of pushed images; without it, pushed images are neither found nor removed. */
  readonly store?: ImageStore | undefined;
  /** Returns the login that a build needs to pull and push, if it needs one; called before each build. */
  readonly login?: ((signal: AbortSignal) => Promise<RegistryLogin | undefined>) | undefined;
  /** Environments run on the engine that builds, so no push is needed. */
  readonly platformIsLocal: boolean;
  /** The run is in CI and may write the build cache. */
  readonly ci: boolean;
  /** Every context in a Git work tree must be at the commit; see {@link checkContext}. False by default. */
  readonly strict?: boolean;
  /** Load the built image into the local engine even if it is pushed. */
  readonly dockerLoad: boolean;
  /** Address of the engine, as in DOCKER_HOST; undefined leaves the choice to the docker command. */
  readonly host?: string | undefined;
  /** Names of variables of this process that the docker command gets besides its usual ones. */
  readonly passes?: readonly string[];
  /** Environment variables for builds, besides the inherited ones. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Makes the builder, which also finds and removes images in the store and the engine. */
export function makeImages(options: ImagesOptions): Images {
  const { config, shell, store } = options;
  const docker = makeDockerCli(shell, { host: options.host, passes: options.passes });
  const push = config.push === "always" || (config.push === "auto" && !options.platformIsLocal);
  const held = push ? store : undefined;
  const readOwner = (image: string, signal: AbortSignal) =>
    held === undefined
      ? localOwner(docker, image, signal)
      : storedOwner({ docker, store: held, env: options.env ?? {} }, image, signal);

  async function checkOwner(image: string, owner: ImageOwner, signal: AbortSignal): Promise<void> {
    assertFree(image, { owner, marks: await readOwner(image, signal) });
  }

  /** Checks the store, and the engine too: a build replaces the copy there. */
  async function checkReplaced(image: string, owner: ImageOwner, signal: AbortSignal): Promise<void> {
    await checkOwner(image, owner, signal);
    if (held !== undefined) assertFree(image, { owner, marks: await localOwner(docker, image, signal) });
  }

  async function removeOne(image: string, owner: ImageOwner, signal: AbortSignal): Promise<ImageRemoval> {
    // Images without a tag are on the engine only.
    const store = isImageId(image) ? undefined : held;
    const refusal = await refuseRemoval(() => store?.readOwner(image, signal), { image, owner }) ??
      await refuseRemoval(() => whereEngine(() => localOwner(docker, image, signal), store), {
        image,
        owner,
      });
    if (refusal !== undefined) return refusal;
    if (store === undefined) return await localRemove(docker, image, signal);
    const stored = await store.remove(image, signal);
    const copy = await whereEngine(() => localRemove(docker, image, signal), store);
    return copy === undefined || stored.kind === "kept" || copy.kind === "absent" ? stored : copy;
  }

  return {
    check: (request, signal) =>
      checkContext({ shell, config, strict: options.strict ?? false, ...request }, signal),
    async build(request: BuildRequest, signal) {
      const env = options.env ?? {};
      const login = await options.login?.(signal);
      if (login !== undefined) await logIn(docker, { login, env }, signal);
      await buildImage({
        docker,
        config,
        request,
        push,
        load: options.platformIsLocal || options.dockerLoad,
        cacheWrite: options.ci,
        env,
        pushHint: login?.hint,
        checkOwner: () => checkReplaced(request.image, request, signal),
      }, signal);
    },
    exists: (image, signal) =>
      held === undefined ? localExists(docker, image, signal) : held.exists(image, signal),
    checkOwner,
    async remove(image, owner, signal) {
      const removal = await removeOne(image, owner, signal);
      const pr = parseImageTag(config.tag, splitImage(image).tag ?? "")?.pr;
      if (pr !== undefined) await removeReplaced(docker, { ...owner, pr }, signal);
      return removal;
    },
    async list(signal) {
      const tagged = held === undefined ? await localList(docker, config, signal) : await held.list(signal);
      if (tagged === undefined) return undefined;
      return [...tagged, ...await whereEngine(() => listUntagged(docker, signal), held) ?? []];
    },
  };
}

/** Checks that a name is free or the repository's own; without marks there is no image of that name. */
function assertFree(
  image: string,
  { owner, marks }: { readonly owner: ImageOwner; readonly marks: OwnerMarks | undefined },
): void {
  if (marks !== undefined) assertImageOurs(image, { marks, owner, action: `Taking the name "${image}"` });
}

/** Returns the refusal to remove an image that is not the repository's, or whose owner may not be read. */
async function refuseRemoval(
  read: () => Promise<OwnerMarks | undefined> | undefined,
  { image, owner }: { readonly image: string; readonly owner: ImageOwner },
): Promise<ImageRemoval | undefined> {
  try {
    const marks = await read();
    const reason = marks === undefined ? undefined : refusalOf(image, { marks, owner });
    return reason === undefined ? undefined : { kind: "kept", reason, notOurs: true };
  } catch (error) {
    // An engine that does not answer may do so later, although asking it again at once is of no use.
    if (!(error instanceof AppError) || error.retryable || error.code.startsWith("engine_")) throw error;
    return { kind: "kept", reason: `its owner cannot be read (${error.message})` };
  }
}

/**
 * Asks the engine. If images are stored elsewhere, an engine that is not there has nothing of them: the result
 * is undefined then.
 */
async function whereEngine<Result>(
  ask: () => Promise<Result>,
  store: ImageStore | undefined,
): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    const missing = error instanceof AppError &&
      ["engine_unavailable", "program_not_found"].includes(error.code);
    if (missing && store !== undefined) return undefined;
    throw error;
  }
}
