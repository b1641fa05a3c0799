/**
 * What the program may do at all: the least that works, the same from source, compiled and under test. What each
 * command gives back of it when it starts is in `drop_permissions.ts`.
 */

/** Programs that it runs. No other program, and no code in a library. */
const PROGRAMS = ["docker", "git", "gh"] as const;

/**
 * Variables that it reads; all others look as if they were not set, and no child gets them. A name that ends in a star
 * stands for all that begin so.
 */
const VARIABLES = [
  // Settings: ours, and those with the names that other tools gave them.
  "SHOWTIME_*",
  "ECS_CLUSTER",
  "ECR_REPOSITORY",
  "DOCKER_LOAD",
  "DOCKERHUB_USER",
  "DOCKERHUB_TOKEN",
  // The engine, and the logins to registries.
  "DOCKER_HOST",
  "DOCKER_CONFIG",
  "DOCKER_CONTEXT",
  // For the programs that it starts: src/drivers/shell/child_environment.ts says which gets what.
  "LANG",
  "LC_ALL",
  "XDG_CONFIG_HOME",
  "XDG_RUNTIME_DIR",
  "APPDATA",
  "COMSPEC",
  "LOCALAPPDATA",
  "PATHEXT",
  "PROGRAMDATA",
  "PROGRAMFILES",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "WINDIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "GH_CONFIG_DIR",
  "GH_HOST",
  "GNUPGHOME",
  "PASSWORD_STORE_DIR",
  "SSH_AUTH_SOCK",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "CLOUDSDK_CONFIG",
  "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
  "DOCKER_API_VERSION",
  "DOCKER_AUTH_CONFIG",
  "DOCKER_BUILDKIT",
  "DOCKER_CERT_PATH",
  "DOCKER_CONTENT_TRUST",
  "DOCKER_DEFAULT_PLATFORM",
  "DOCKER_TLS",
  "DOCKER_TLS_VERIFY",
  "BUILDKIT_HOST",
  "BUILDX_BUILDER",
  "BUILDX_CONFIG",
  "BUILDX_NO_DEFAULT_ATTESTATIONS",
  "SOURCE_DATE_EPOCH",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "HTTP_PROXY",
  "http_proxy",
  "HTTPS_PROXY",
  "https_proxy",
  "NO_PROXY",
  "no_proxy",
  // Caches of builds that lie with Actions, where the configuration names one.
  "ACTIONS_RUNTIME_TOKEN",
  "ACTIONS_RESULTS_URL",
  "ACTIONS_CACHE_URL",
  "ACTIONS_CACHE_SERVICE_V2",
  // GitHub, and what Actions says about the run.
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "GITHUB_ORG",
  "GITHUB_REPO",
  "GITHUB_REPOSITORY",
  "GITHUB_API_URL",
  "GITHUB_GRAPHQL_URL",
  "GITHUB_SERVER_URL",
  "GITHUB_ACTIONS",
  "GITHUB_ACTOR",
  "GITHUB_TRIGGERING_ACTOR",
  "GITHUB_EVENT_NAME",
  "GITHUB_EVENT_PATH",
  "GITHUB_RUN_ID",
  "GITHUB_RUN_ATTEMPT",
  "GITHUB_OUTPUT",
  "GITHUB_STEP_SUMMARY",
  "CI",
  // Credentials, profiles, region and endpoints of AWS, which its SDK looks for; and where its files lie.
  "AWS_*",
  "HOME",
  "USERPROFILE",
  "HOMEDRIVE",
  "HOMEPATH",
  "PATH",
  // Where temporary files belong.
  "TMPDIR",
  "TMP",
  "TEMP",
  // Only to take them away: Deno starts no program while one of them is set.
  "LD_*",
  "DYLD_*",
  // What the terminal is able to show.
  "TERM",
  "TERM_PROGRAM",
  "NO_COLOR",
  "FORCE_HYPERLINK",
  "KONSOLE_VERSION",
  "VTE_VERSION",
  "WT_SESSION",
] as const;

/** What the AWS SDK asks the system: the kernel's version for its user agent, and whose home directory it is. */
const SYSTEM = ["osRelease", "homedir", "uid"] as const;

/**
 * Folders that it writes to: the one it is run in, the temporary one, and those where GitHub's runners keep the files
 * for outputs and summaries, on their machines and in containers of jobs.
 */
const WRITABLE: Readonly<Record<"linux" | "darwin" | "windows", readonly string[]>> = {
  linux: [
    ".",
    "/tmp",
    "/home/runner/work/_temp/_runner_file_commands",
    "/__w/_temp/_runner_file_commands",
    "/github/file_commands",
  ],
  darwin: [
    ".",
    "/tmp",
    "/private/tmp",
    "/var/folders",
    "/private/var/folders",
    "/Users/runner/work/_temp/_runner_file_commands",
  ],
  windows: [
    ".",
    // GitHub's machines name it in the short form.
    "C:\\Users\\RUNNER~1\\AppData\\Local\\Temp",
    "C:\\Users\\runneradmin\\AppData\\Local\\Temp",
    "C:\\a\\_temp\\_runner_file_commands",
    "D:\\a\\_temp\\_runner_file_commands",
  ],
};

/** Where temporary files go if the folder that the variables name may not be written to. */
export const TEMPORARY_FALLBACK: Readonly<Record<keyof typeof WRITABLE, string>> = {
  linux: "/tmp",
  darwin: "/tmp",
  windows: ".",
};

/** The flags of `deno compile` that grant all this on a system, as `Deno.build.os` calls it. */
export function permissionFlags(os: string): readonly string[] {
  return flagsWith(WRITABLE[os === "darwin" || os === "windows" ? os : "linux"]);
}

/** The flags of `deno run` for the program from source, wherever that is. */
export function sourceFlags(): readonly string[] {
  return flagsWith([...new Set([...WRITABLE.linux, ...WRITABLE.darwin])]);
}

function flagsWith(writable: readonly string[]): readonly string[] {
  return [
    "--no-prompt",
    // It talks to GitHub, AWS, registries, the engine, and to environments at addresses that nobody knows before.
    "--allow-net",
    // Configuration, profiles, build contexts and files for variables lie where their owner put them.
    "--allow-read",
    `--allow-write=${writable.join(",")}`,
    `--allow-run=${PROGRAMS.join(",")}`,
    `--allow-sys=${SYSTEM.join(",")}`,
    `--allow-env=${VARIABLES.join(",")}`,
    "--ignore-env",
    // Nor does it load code from anywhere; Deno allows some sites unless told.
    "--deny-import",
  ];
}

/** Whether the program reads a variable of this name. */
export function readsVariable(name: string): boolean {
  return VARIABLES.some((each) => each.endsWith("*") ? name.startsWith(each.slice(0, -1)) : name === each);
}
