import { join } from "node:path";
import type { BuildSettings } from "./build_settings.ts";

/** The settings of the build of one image. */
export interface BuildArgsOptions {
  readonly config: BuildSettings;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** File that receives the id of the image, which then gets no tag (older builder only). */
  readonly iidFile: string | undefined;
  /** Leave the image without a tag, in the builder's cache (buildx only). */
  readonly untagged?: boolean;
  /** Build with buildx, else with the older builder. */
  readonly buildx: boolean;
  /** Push as part of the build (buildx only). */
  readonly push: boolean;
  /** Leave the image in the local engine (the older builder always does). */
  readonly load: boolean;
  readonly cacheWrite: boolean;
}

/**
 * Variables that docker reads itself. Build arguments of that name stay arguments, or they would change
 * docker.
 */
const READ_BY_DOCKER =
  /^(?:PATH|HOME|USERPROFILE|TMPDIR|TEMP|TMP|LANG|LC_ALL|SYSTEMROOT|BUILDKIT_HOST|BUILDX_BUILDER|BUILDX_CONFIG|SSL_CERT_\w+|(?:XDG|LD|DYLD)_\w+|DOCKER_(?:HOST|CONTEXT|CONFIG|API_VERSION|TLS|TLS_VERIFY|CERT_PATH|BUILDKIT|DEFAULT_PLATFORM|CONTENT_TRUST))$/i;

/** Returns the build arguments to pass as variables, since other users can read command lines. */
export function buildArgEnvironment(
  args: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(args).filter(([name, value]) => isTaken(name, value)));
}

/** Whether a value goes through the environment. Windows drops variables with an empty value. */
function isTaken(name: string, value: string): boolean {
  return value !== "" && !READ_BY_DOCKER.test(name);
}

/** Returns the arguments of the build. */
export function buildArgs(options: BuildArgsOptions): readonly string[] {
  const { config, buildx } = options;
  return [
    // Without --force-rm the older builder leaves the container of a step that failed.
    ...(buildx ? ["buildx", "build", "--progress", "plain"] : ["build", "--force-rm"]),
    ...(options.iidFile !== undefined
      ? ["--iidfile", options.iidFile]
      : options.untagged === true
      ? []
      : ["--tag", options.image]),
    ...Object.entries(options.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    "--file",
    join(config.context, config.file),
    ...(config.target === undefined || config.target === "" ? [] : ["--target", config.target]),
    ...(config.platform === undefined || config.platform === "" ? [] : ["--platform", config.platform]),
    ...Object.entries(config.args).flatMap(([name, value]) => [
      "--build-arg",
      isTaken(name, value) ? name : `${name}=${value}`,
    ]),
    ...(buildx ? buildxCache(options) : config.cacheFrom.flatMap(olderCacheFrom)),
    ...(buildx && options.push ? ["--push"] : []),
    ...(buildx && options.load ? ["--load"] : []),
    config.context,
  ];
}

function buildxCache({ config, cacheWrite }: BuildArgsOptions): readonly string[] {
  return [
    ...config.cacheFrom.flatMap((source) => ["--cache-from", source]),
    ...(cacheWrite ? config.cacheTo.flatMap((target) => ["--cache-to", target]) : []),
  ];
}

/** Converts a cache source for the older builder, which reads image references only. */
function olderCacheFrom(source: string): readonly string[] {
  if (!source.includes("=")) return ["--cache-from", source];
  const fields = new Map(
    source.split(",").map((field) => {
      const at = field.indexOf("=");
      return [field.slice(0, at), field.slice(at + 1)] as const;
    }),
  );
  const ref = fields.get("ref");
  return fields.get("type") === "registry" && ref !== undefined ? ["--cache-from", ref] : [];
}
