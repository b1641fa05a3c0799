import type { ShellCommand } from "../../ports/shell.ts";

/** What every program needs to find itself, its settings and its temporary files, on each system. */
const EVERYBODY = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TMPDIR",
  "XDG_CONFIG_HOME",
  "XDG_RUNTIME_DIR",
  // Windows: programs do not start, or find no network, without them.
  "APPDATA",
  "COMSPEC",
  "HOMEDRIVE",
  "HOMEPATH",
  "LOCALAPPDATA",
  "PATHEXT",
  "PROGRAMDATA",
  "PROGRAMFILES",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "TEMP",
  "TMP",
  "USERPROFILE",
  "WINDIR",
] as const;

const SESSION = ["DBUS_SESSION_BUS_ADDRESS"] as const;

/** Which variables of this process a program gets; nothing else, and so no token of the job. */
const GIVEN: Readonly<Record<ShellCommand["program"], readonly string[]>> = {
  git: EVERYBODY,
  gh: [...EVERYBODY, ...SESSION, "GH_CONFIG_DIR", "GH_HOST"],
  docker: [
    ...EVERYBODY,
    // The keyrings in which helpers of docker keep logins, and the key for an engine that is reached by SSH.
    ...SESSION,
    "GNUPGHOME",
    "PASSWORD_STORE_DIR",
    "SSH_AUTH_SOCK",
    // Where files with logins lie.
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
    "DOCKER_API_VERSION",
    "DOCKER_AUTH_CONFIG",
    "DOCKER_BUILDKIT",
    "DOCKER_CERT_PATH",
    "DOCKER_CONFIG",
    "DOCKER_CONTENT_TRUST",
    "DOCKER_CONTEXT",
    "DOCKER_DEFAULT_PLATFORM",
    "DOCKER_HOST",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "BUILDKIT_HOST",
    "BUILDX_BUILDER",
    "BUILDX_CONFIG",
    "BUILDX_NO_DEFAULT_ATTESTATIONS",
    "SOURCE_DATE_EPOCH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  ],
};

/**
 * What Git is told before it reads the configuration of a folder that a pull request wrote: a folder that looks like a
 * repository is none, and nothing that a repository names is run while its files are compared.
 */
const GIT_SETTINGS: Readonly<Record<string, string>> = {
  "safe.bareRepository": "explicit",
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "submodule.recurse": "false",
};

/** Names of all variables that children can get beside those that a command passes. */
export function namesForChildren(): readonly string[] {
  return [...new Set(Object.values(GIVEN).flat())];
}

/** The whole environment of one child. */
export function childEnvironment(command: ShellCommand): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of [...GIVEN[command.program], ...(command.passes ?? []).flatMap(namesLike)]) {
    const value = Deno.env.get(name);
    if (value !== undefined) given[name] = value;
  }
  return { ...given, ...(command.program === "git" ? gitSettings() : {}), ...command.env };
}

function namesLike(pattern: string): readonly string[] {
  if (!pattern.endsWith("*")) return [pattern];
  return Object.keys(Deno.env.toObject()).filter((name) => name.startsWith(pattern.slice(0, -1)));
}

/** As `git -c` would, which tells the commands that Git starts in submodules as well. */
function gitSettings(): Readonly<Record<string, string>> {
  const settings = Object.entries(GIT_SETTINGS).flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return {
    ...Object.fromEntries(settings),
    GIT_CONFIG_COUNT: String(settings.length / 2),
    // Looking at a checkout changes nothing of it, and asks nobody.
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
  };
}
