import { AppError } from "../../lib/errors.ts";
import type { ShellResult } from "../../ports/shell.ts";

const NO_ENGINE =
  /cannot connect to the docker daemon|error during connect|failed to connect to the docker api|unable to resolve docker endpoint|context "[^"]*": context not found|failed to initialize: /i;
const NO_RIGHT = /permission denied while trying to connect|dial unix .*: connect: permission denied/i;
const NO_IMAGE =
  /no such image|manifest unknown|manifest for .* not found|pull access denied|repository .* not found|not found: manifest|name unknown|invalid reference format|denied: requested access/i;
const PORT_TAKEN = /port is already allocated|address already in use/i;
const NO_CAPACITY = /range of cpus|no space left on device|cannot allocate memory|not enough (cpus|memory)/i;

/** Returns the error of an engine that does not answer, with its address; undefined for other results. */
export function engineError(
  result: ShellResult,
  options: { readonly action: string; readonly host: string | undefined },
): AppError | undefined {
  const text = result.stderr;
  const tried = triedSocket(text, options.host);
  if (result.timedOut) {
    return unavailable(`${options.action}: the Docker engine at ${tried} did not answer in time`);
  }
  if (result.code === 0) return undefined;
  if (NO_RIGHT.test(text)) {
    return unavailable(
      `${options.action}: the user has no permission for the Docker engine at ${tried}`,
      "Add the user to the group `docker`, or set DOCKER_HOST to another engine",
    );
  }
  return NO_ENGINE.test(text)
    ? unavailable(`${options.action}: no Docker engine answers at ${tried}`)
    : undefined;
}

function unavailable(
  message: string,
  hint =
    "Start Docker, or set DOCKER_HOST or DOCKER_CONTEXT to a running engine; check it with `docker version`",
): AppError {
  return new AppError("engine_unavailable", message, { hint });
}

function triedSocket(text: string, host: string | undefined): string {
  const named = /\b(?:unix|tcp|npipe|ssh|https?):\/\/[^\s"']+/.exec(text)?.[0]?.replace(/[.,:;]+$/, "");
  return host ?? named ?? "unix:///var/run/docker.sock";
}

/** Classifies a failure to create or start a container by the engine's message. */
export function containerError(
  text: string,
  options: { readonly action: string; readonly image: string; readonly port: string },
): AppError {
  const detail = lastWords(text);
  if (PORT_TAKEN.test(text)) {
    return new AppError("port_taken", `${options.action}: the port ${options.port} is taken`, {
      hint: "Free the port, or leave the port out of `docker.publish` so that a free one is used",
    });
  }
  if (NO_IMAGE.test(text)) return imageNotFound(options.action, { image: options.image, detail });
  if (NO_CAPACITY.test(text)) {
    return new AppError(
      "no_capacity",
      `${options.action}: the engine lacks CPUs, memory or disk space (${detail})`,
      {
        hint: "Choose a smaller size, or free disk space and memory on the engine's machine",
      },
    );
  }
  return new AppError("unhealthy", `${options.action}: the container could not be started (${detail})`, {
    hint: "Fix the cause that the engine reports, then start the environment again",
  });
}

/** Makes the error for an image that neither the engine nor its registry has. */
export function imageNotFound(
  action: string,
  { image, detail }: { readonly image: string; readonly detail: string },
): AppError {
  return new AppError("image_not_found", `${action}: the image "${image}" is not there (${detail})`, {
    hint: "Rebuild it with a start trigger, or check its name and `docker login`",
  });
}

/**
 * Returns the last non-empty line, without the prefix `Error response from daemon:`, at most 300 characters.
 */
export function lastWords(text: string): string {
  const lines = text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !/^(run|see) 'docker|^docker: '|--help'/i.test(line));
  const words = (lines.at(-1) ?? "no message").replace(/^docker: /, "").replace(
    /^error( response from daemon)?: /i,
    "",
  );
  return words.length > 300 ? `${words.slice(0, 300)}…` : words;
}
