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
import { type DockerCli, makeDockerCli } from "../docker_cli.ts";
import { logIn } from "../log_in.ts";
import { localExists, localList, localRemove } from "./local_images.ts";
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
      }, signal);
    },
    exists: (image, signal) =>
      held === undefined ? localExists(docker, image, signal) : held.exists(image, signal),
    async remove(image, signal) {
      if (held === undefined) return await localRemove(docker, image, signal);
      const stored = await held.remove(image, signal);
      return worse(stored, await removeCopy(docker, image, signal));
    },
    list: (signal) => held === undefined ? localList(docker, config, signal) : held.list(signal),
  };
}

/** Removes the copy of an image from the local engine; without an engine there is no copy. */
async function removeCopy(docker: DockerCli, image: string, signal: AbortSignal): Promise<ImageRemoval> {
  try {
    return await localRemove(docker, image, signal);
  } catch (error) {
    if (error instanceof AppError && ["engine_unavailable", "program_not_found"].includes(error.code)) {
      return { kind: "absent" };
    }
    throw error;
  }
}

function worse(stored: ImageRemoval, copy: ImageRemoval): ImageRemoval {
  if (stored.kind === "kept") return stored;
  return copy.kind === "absent" ? stored : copy;
}
