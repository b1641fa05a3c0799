import type { ShellCommand } from "../../ports/shell.ts";

/** Variables by which every program finds itself, its settings and its temporary files, on each system. */
const EVERY_PROGRAM = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TMPDIR",
  "XDG_CONFIG_HOME",
  "XDG_RUNTIME_DIR",
  // Windows: without these, programs do not start or find no network.
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

/** The variables of this process that a program gets. All others, such as tokens of the job, stay out. */
const GIVEN: Readonly<Record<ShellCommand["program"], readonly string[]>> = {
  git: EVERY_PROGRAM,
  gh: [...EVERY_PROGRAM, ...SESSION, "GH_CONFIG_DIR", "GH_HOST"],
  docker: [
    ...EVERY_PROGRAM,
    // Keyrings in which docker's credential helpers keep logins, and the key for an engine behind SSH.
    ...SESSION,
    "GNUPGHOME",
    "PASSWORD_STORE_DIR",
    "SSH_AUTH_SOCK",
    // Paths of files with logins.
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
 * Git settings that override the configuration of a folder, which a pull request may have written. A folder
 * that looks like a bare repository is not used as one, and Git runs no program that a repository names while
 * it compares files.
 */
const GIT_SETTINGS: Readonly<Record<string, string>> = {
  "safe.bareRepository": "explicit",
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "submodule.recurse": "false",
};

/** Returns the names of all variables that children can get besides those that a command passes. */
export function namesForChildren(): readonly string[] {
  return [...new Set(Object.values(GIVEN).flat())];
}

/** Builds the whole environment of one child. */
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

/** Returns the settings as variables, which Git passes on to the commands that it starts in submodules. */
function gitSettings(): Readonly<Record<string, string>> {
  const settings = Object.entries(GIT_SETTINGS).flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return {
    ...Object.fromEntries(settings),
    GIT_CONFIG_COUNT: String(settings.length / 2),
    // Reading a checkout does not change it and asks no question.
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
  };
}
