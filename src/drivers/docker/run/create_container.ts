import { formatImageTag } from "../../../environments/core/environment/names.ts";
import { shortSha } from "../../../lib/ids.ts";
import { AppError, usageError } from "../../../lib/errors.ts";
import { isUntrustedCertificate } from "../../../lib/untrusted_certificate.ts";
import type { DeploySpec } from "../../../environments/ports/platform.ts";
import { parsePublish } from "../publish.ts";
import type { DockerSettings } from "../settings.ts";
import { withVariables } from "./container_variables.ts";
import type { Engine } from "../engine.ts";
import { engineCertificateHint, imageNotFound, lastWords } from "../errors.ts";
import { containerLabels } from "../labels.ts";
import { GATE_FILE_ARGS } from "../route/gate_file.ts";
import { type Route, traefikLabels } from "../route/route.ts";
import { describeHolder } from "./fixed_port.ts";
import { containerError, isPortTaken } from "./start_errors.ts";

const PULL_TIMEOUT_MS = 15 * 60_000;
/**
 * Limit of processes and threads in a container: far more than an application has, enough to stop a fork
 * bomb.
 */
const MOST_PROCESSES = 4096;

/** The specification of one container. */
export interface CreateOptions {
  readonly name: string;
  readonly spec: DeploySpec;
  readonly variables: ReadonlyMap<string, string>;
  /** How a router leads people to it; undefined if none does. */
  readonly route?: Route | undefined;
}

/**
 * Creates and starts a container. `onCreated` receives its id and is awaited before the start, so that a
 * failure can be undone and a fixed port can be freed.
 */
export async function createContainer(
  engine: Engine,
  options: CreateOptions & { readonly onCreated: (id: string) => Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const { name, spec } = options;
  const action = `Starting the container "${name}"`;
  const port = engine.config.publish;
  const routing = await routingArgs(engine.config, options);
  const created = await withVariables({ variables: options.variables }, async ({ file, stdin, env }) => {
    const args = createArgs(engine.config, { ...options, file, named: Object.keys(env), routing });
    return await engine.docker.run(args, { action, env, ...(stdin === undefined ? {} : { stdin }) }, signal);
  });
  if (created.code !== 0) throw containerError(created.stderr, { action, image: spec.image, port });
  const id = /^[0-9a-f]{64}$/m.exec(created.stdout)?.[0] ?? name;
  await joinRouter(engine, { id, action, route: options.route }, signal);
  await options.onCreated(id);
  const started = await engine.docker.run(["start", id], { action }, signal);
  if (started.code === 0) return;
  const holder = isPortTaken(started.stderr) ? await describeHolder(engine, signal) : undefined;
  throw containerError(started.stderr, { action, image: spec.image, port, holder });
}

/**
 * Returns the arguments of `docker create`, which name variables: values are in `file` or the environment.
 */
export function createArgs(
  config: DockerSettings,
  options: Omit<CreateOptions, "variables"> & {
    readonly file: string;
    readonly named: readonly string[];
    /** The arguments of {@link routingArgs}. */
    readonly routing?: readonly string[];
  },
): readonly string[] {
  const { spec, name } = options;
  const size = sizeOf(config, spec.settings.size);
  const publish = parsePublish(config.publish);
  // `host:port:inside`; without host and port only `inside`, and the engine chooses both.
  const outside = publish.host === "" && publish.port === undefined ? [] : [publish.host, publish.port ?? ""];
  return [
    "create",
    // An image that is missing by now is not pulled: see `ensureImage()`.
    "--pull",
    "never",
    "--name",
    name,
    "--restart",
    "unless-stopped",
    "--network",
    config.network,
    "--publish",
    [...outside, config.port].join(":").replace(/^:/, ""),
    "--cpus",
    String(size.cpu / 1024),
    "--memory",
    `${size.memory}m`,
    // The same as memory, so that swap does not raise the configured limit.
    "--memory-swap",
    `${size.memory}m`,
    "--pids-limit",
    String(MOST_PROCESSES),
    // Setuid programs of the image, such as sudo, gain no rights.
    "--security-opt",
    "no-new-privileges",
    ...(options.routing ?? []),
    ...Object.entries(containerLabels(spec, options.route)).flatMap((
      [key, value],
    ) => ["--label", `${key}=${value}`]),
    "--env-file",
    options.file,
    ...options.named.flatMap((variable) => ["--env", variable]),
    spec.image,
  ];
}

/** Returns the arguments for a container that a router leads people to: its labels and its health check. */
async function routingArgs(
  config: DockerSettings,
  { spec, route }: Pick<CreateOptions, "spec" | "route">,
): Promise<readonly string[]> {
  const { router, health } = config;
  if (route === undefined || router === undefined) return [];
  const labels = await traefikLabels(spec, { route, config, router });
  return [
    ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...(route.gate === "file" ? GATE_FILE_ARGS : []),
    ...(route.gate === "command" && health.command !== undefined
      ? ["--health-cmd", health.command, "--health-interval", `${Math.max(1000, health.intervalMs)}ms`]
      : []),
  ];
}

/** Connects a container with the network of the router, if that is another one than its own. */
async function joinRouter(
  engine: Engine,
  { id, action, route }: { readonly id: string; readonly action: string; readonly route: Route | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { network, router } = engine.config;
  if (route === undefined || router?.network === undefined || router.network === network) return;
  await engine.docker.must(["network", "connect", router.network, id], { action }, signal);
}

/** Returns the configured size of that name. Throws AppError `unknown_size` (exit code 2). */
export function sizeOf(
  config: DockerSettings,
  name: string,
): { readonly cpu: number; readonly memory: number } {
  const size = Object.hasOwn(config.sizes, name) ? config.sizes[name] : undefined;
  if (size !== undefined) return size;
  throw usageError(
    "unknown_size",
    `Choosing a size: "${name}" is not configured`,
    `Use one of ${Object.keys(config.sizes).join(", ")}, or add it to environment.sizes`,
  );
}

/**
 * Pulls the image if the engine lacks it. Throws AppError `image_not_found`, without a pull for an image that
 * Showtime builds on the engine: what a registry has under that name was made by a stranger.
 */
export async function ensureImage(engine: Engine, spec: DeploySpec, signal: AbortSignal): Promise<void> {
  const { image } = spec;
  const action = `Looking for the image "${image}"`;
  const local = await engine.docker.run(
    ["image", "inspect", "--format", "{{.Id}}", image],
    { action },
    signal,
  );
  if (local.code === 0) return;
  if (spec.named !== true && isBuiltHere(engine.config, spec)) {
    const detail = "it was built on this engine, which no longer has it";
    throw imageNotFound(action, { image, detail });
  }
  const pulled = await engine.docker.run(["pull", image], { action, timeoutMs: PULL_TIMEOUT_MS }, signal);
  if (pulled.code === 0) return;
  if (isUntrustedCertificate(pulled.stderr)) {
    const detail = lastWords(pulled.stderr);
    const state = `the engine does not trust its registry's certificate (${detail})`;
    throw new AppError("image_not_found", `Pulling the image "${image}": ${state}`, {
      hint: engineCertificateHint(image),
    });
  }
  throw imageNotFound(`Pulling the image "${image}"`, { image, detail: lastWords(pulled.stderr) });
}

function isBuiltHere({ builtHere }: DockerSettings, { image, pr, sha }: DeploySpec): boolean {
  if (builtHere === undefined) return false;
  return image === `${builtHere.image}:${formatImageTag(builtHere.tag, { pr, short: shortSha(sha) })}`;
}
