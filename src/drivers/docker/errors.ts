import { AppError } from "../../lib/errors.ts";
import { parseImageReference } from "../../lib/image/image_reference.ts";
import type { ShellResult } from "../../ports/shell.ts";

const NO_ENGINE =
  /cannot connect to the docker daemon|error during connect|failed to connect to the docker api|unable to resolve docker endpoint|context "[^"]*": context not found|failed to initialize: /i;
const NO_RIGHT = /permission denied while trying to connect|dial unix .*: connect: permission denied/i;

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
  // A password may have characters that a URL must escape: all up to the last @ is a login.
  return host?.replace(/^(\w+:\/\/)\S*@/, "$1***@") ?? named ?? "unix:///var/run/docker.sock";
}

/** Returns the advice for an engine that does not trust the certificate of the registry which holds an image. */
export function engineCertificateHint(image: string): string {
  const host = parseImageReference(image)?.host ?? image;
  return `Put the authority's PEM file on the engine's machine, at /etc/docker/certs.d/${host}/ca.crt`;
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

/** Lines of the docker command that are no reason: advice, progress, and a summary that names only an id. */
const NO_REASON =
  /^(?:run|see) 'docker|--help'|^(?:error: )?failed to start containers:|^unable to find image '.*' locally$|^warning: |^view build details:|^\d+ warnings? found/i;
const FROM_ENGINE = /^(?:docker: |error: )*error response from daemon: /i;
const MOST_CHARACTERS = 300;

/**
 * Returns the reason that the docker command gives in its standard error, at most 300 characters: what the
 * engine answered (`Error response from daemon: …`, without these words), else the last line that is a reason.
 */
export function lastWords(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) =>
    line !== "" && !NO_REASON.test(line)
  );
  const answer = lines.findLastIndex((line) => FROM_ENGINE.test(line));
  // An answer can have several lines.
  const reason = answer < 0 ? lines.slice(-1) : lines.slice(answer);
  const words = (reason.length === 0 ? "no message" : reason.join(" "))
    .replace(FROM_ENGINE, "").replace(/^(?:docker: )?(?:error: )?/i, "");
  return words.length > MOST_CHARACTERS ? `${words.slice(0, MOST_CHARACTERS)}…` : words;
}
