import { join } from "node:path";
import { formatSpan } from "../../../lib/duration.ts";
import { AppError } from "../../../lib/errors.ts";
import type { BuildRequest } from "../../../environments/ports/images.ts";
import type { ShellResult } from "../../../ports/shell.ts";
import { buildArgEnvironment, buildArgs } from "./build_args.ts";
import { isBuilderNotice } from "./builder_notice.ts";
import type { DockerCli } from "../docker_cli.ts";
import { engineCertificateHint, lastWords } from "../errors.ts";
import { isUntrustedCertificate } from "../../../lib/untrusted_certificate.ts";
import type { BuildSettings } from "./build_settings.ts";
import { imageLabels } from "../labels.ts";
import { withTemporaryFolder } from "../temporary.ts";
import { removeReplaced } from "./replaced_images.ts";

const KEPT_LINES = 50;
const NO_REPOSITORY = /name unknown|repository with name .* does not exist/i;
const NO_PERMISSION =
  /(?<!permission )\bdenied\b|unauthorized|no basic auth credentials|authentication required|insufficient_scope|authorization failed|403 forbidden/i;

/** One build, with its settings. */
export interface BuildOptions {
  readonly docker: DockerCli;
  readonly config: BuildSettings;
  readonly request: BuildRequest;
  readonly push: boolean;
  readonly load: boolean;
  readonly cacheWrite: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Hint for a push that the registry refuses; undefined: to log in. */
  readonly pushHint: string | undefined;
  /** Checks, directly before the image gets its name, that no other repository's image has it. */
  readonly checkOwner: () => Promise<void>;
}

/** Builds an image, and pushes it if `push` is set. Errors carry the last 50 lines of output. */
export async function buildImage(options: BuildOptions, signal: AbortSignal): Promise<void> {
  const { docker, push, request } = options;
  const { image } = request;
  const run: BuildCommand = { ...options, tail: [] };
  const buildx = await hasBuildx(docker, signal);
  // With --load the push is a separate step: older releases of buildx cannot do both at once.
  const pushInBuild = buildx && push && !options.load;
  try {
    if (buildx) await buildThenExport(run, { pushes: pushInBuild }, signal);
    else await buildThenTag(run, signal);
    if (push && !pushInBuild) {
      if (buildx) await options.checkOwner();
      await step(
        run,
        { args: ["push", image], action: `Pushing the image "${image}"`, pushes: true },
        signal,
      );
    }
  } finally {
    // After an abort another run may have built an image that has no tag yet: nothing is removed then.
    if (!signal.aborted) {
      await removeReplaced(docker, request, signal);
    }
  }
}

type BuildCommand = BuildOptions & { readonly tail: string[] };

/**
 * Builds without a tag, then tags: after an abort the engine may finish the build, which must not move the
 * tag.
 */
async function buildThenTag(run: BuildCommand, signal: AbortSignal): Promise<void> {
  const { image } = run.request;
  const action = `Tagging the image "${image}"`;
  await withTemporaryFolder(async (folder) => {
    const iidFile = join(folder, "iid");
    await buildOnce(run, { buildx: false, pushes: false, iidFile }, signal);
    const id = (await Deno.readTextFile(iidFile)).trim();
    await run.request.confirm?.();
    await run.checkOwner();
    await run.docker.must(["tag", id, image], { action }, signal);
  });
}

/**
 * Builds without a tag, so that the caller can confirm, then again with the tag. The second build finds every step in
 * the builder's cache: buildx can tag and push only as a part of a build.
 */
async function buildThenExport(
  run: BuildCommand,
  { pushes }: { readonly pushes: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { confirm } = run.request;
  if (confirm !== undefined) {
    const trial = { ...run, load: false, push: true, cacheWrite: false };
    await buildOnce(trial, { buildx: true, pushes: false, iidFile: undefined, untagged: true }, signal);
    await confirm();
  }
  // The next command names the image itself.
  await run.checkOwner();
  await buildOnce(run, { buildx: true, pushes, iidFile: undefined }, signal);
}

async function buildOnce(
  run: BuildCommand,
  how: {
    readonly buildx: boolean;
    readonly pushes: boolean;
    readonly iidFile: string | undefined;
    readonly untagged?: boolean;
  },
  signal: AbortSignal,
): Promise<void> {
  const { config, request, push, cacheWrite } = run;
  const { buildx, pushes, iidFile } = how;
  const load = run.load || (buildx && !push);
  const labels = imageLabels(request);
  const args = buildArgs({
    config,
    image: request.image,
    labels,
    iidFile,
    untagged: how.untagged ?? false,
    buildx,
    push: pushes,
    load,
    cacheWrite,
  });
  const action = `Building the image "${request.image}"`;
  await step(run, { args, action, pushes, env: buildArgEnvironment(config.args) }, signal);
}

async function hasBuildx(docker: DockerCli, signal: AbortSignal): Promise<boolean> {
  const result = await docker.run(["buildx", "version"], { action: "Looking for buildx" }, signal);
  return result.code === 0;
}

async function step(
  options: BuildCommand,
  call: {
    readonly args: readonly string[];
    readonly action: string;
    readonly pushes: boolean;
    readonly env?: Readonly<Record<string, string>>;
  },
  signal: AbortSignal,
): Promise<void> {
  const { config, docker, tail } = options;
  const result = await docker.run(call.args, {
    action: call.action,
    env: { ...options.env, ...call.env },
    timeoutMs: config.timeoutMs,
    raw: true,
    onLine(line) {
      if (!isBuilderNotice(line) && tail.push(line) > KEPT_LINES) tail.shift();
      options.request.onLine(line);
    },
  }, signal);
  if (result.timedOut) {
    throw new AppError("timeout", `${call.action}: not done within ${formatSpan(config.timeoutMs)}`, {
      hint: "Raise build.timeout, or make the build faster with build.cache_from",
      logTail: tail,
    });
  }
  if (result.code !== 0) {
    throw await failure({ ...options, action: call.action, pushes: call.pushes, result }, signal);
  }
}

async function failure(
  options: BuildOptions & {
    readonly tail: readonly string[];
    readonly action: string;
    readonly pushes: boolean;
    readonly result: ShellResult;
  },
  signal: AbortSignal,
): Promise<AppError> {
  const { action, docker, request, result, tail } = options;
  try {
    // An engine that dies during a build breaks the connection without a message, so it is asked again.
    await docker.run(["version", "--format", "{{.Server.Version}}"], { action, timeoutMs: 10_000 }, signal);
  } catch (error) {
    if (error instanceof AppError) return withTail(error, tail);
    throw error;
  }
  const said = lastWords(result.stderr.split("\n").filter((line) => !isBuilderNotice(line)).join("\n"));
  // Only the command's own last line counts: the pull request controls the output of the build.
  if (isUntrustedCertificate(said)) {
    return new AppError(
      "registry_unreachable",
      `${action}: the engine does not trust a certificate (${said})`,
      {
        hint: engineCertificateHint(request.image),
        logTail: tail,
      },
    );
  }
  if (NO_PERMISSION.test(said)) {
    return new AppError("permission", `${action}: the registry refused (${said})`, {
      hint: options.pushes
        ? options.pushHint ?? "Log in with the right to push: docker login"
        : "Log in with the right to pull the base images: docker login",
      logTail: tail,
    });
  }
  if (options.pushes && NO_REPOSITORY.test(said)) {
    return new AppError("build_failed", `${action}: the registry has no such repository (${said})`, {
      hint: "Create the repository in the registry, or correct build.image",
      logTail: tail,
    });
  }
  return new AppError("build_failed", `${action}: docker ended with exit code ${result.code} (${said})`, {
    hint: "Fix the error in the last lines of the build, then push a commit or set the start trigger",
    logTail: tail,
  });
}

function withTail(error: AppError, logTail: readonly string[]): AppError {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new AppError(error.code, error.message, {
    ...hint,
    exitCode: error.exitCode,
    retryable: error.retryable,
    cause: error,
    logTail,
  });
}
