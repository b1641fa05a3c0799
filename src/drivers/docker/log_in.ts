import { AppError } from "../../lib/errors.ts";
import type { RegistryLogin } from "../../environments/ports/images.ts";
import type { DockerCli } from "./docker_cli.ts";
import { isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";
import { engineCertificateHint, engineError, lastWords } from "./errors.ts";

const NO_ANSWER =
  /no such host|dial tcp|connection refused|connection reset|i\/o timeout|TLS handshake timeout|Client\.Timeout|context deadline exceeded|network is unreachable|server misbehaving|x509:|: EOF$/im;

const NOT_STORED = /(?:saving|storing) credentials/i;

/**
 * Logs the docker command in to a registry; the password goes to its standard input. Throws AppError
 * `permission`, or `registry_unreachable` if the registry does not answer.
 */
export async function logIn(
  docker: DockerCli,
  options: { readonly login: RegistryLogin; readonly env: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<void> {
  const { login, env } = options;
  const { registry, username, password } = login;
  const action = `Logging in to the registry "${registry}"`;
  const args = ["login", "--username", username, "--password-stdin", registry];
  // The engine relays the registry's answer, so a timeout does not mean that the engine is down.
  const result = await docker.run(args, { action, env, stdin: password, raw: true }, signal);
  if (result.code === 0) return;
  // Amazon's credential helper stores no login: it fetches one whenever docker asks for it.
  if (NOT_STORED.test(result.stderr) && /not implemented/i.test(result.stderr)) return;
  const failure = result.timedOut ? undefined : engineError(result, { action, host: docker.host });
  if (failure !== undefined) throw failure;
  const said = lastWords(result.stderr);
  if (isUntrustedCertificate(result.stderr)) {
    throw new AppError(
      "registry_unreachable",
      `${action}: the engine does not trust its certificate (${said})`,
      {
        hint: engineCertificateHint(`${registry}/image`),
      },
    );
  }
  if (result.timedOut || NO_ANSWER.test(result.stderr)) {
    throw new AppError("registry_unreachable", `${action}: it does not answer (${said})`, {
      retryable: true,
      hint: "Check the network, and the registry in build.image",
    });
  }
  throw new AppError("permission", `${action}: docker could not log in (${said})`, {
    hint: NOT_STORED.test(said)
      ? "Fix docker's credential store: credsStore and credHelpers in its config.json"
      : login.hint ?? "Check the login and the registry in build.image",
  });
}
