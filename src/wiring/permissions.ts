/**
 * The permissions of the program: the least that works, and the same from source, compiled and under test. At
 * its start each command drops those that it does not use: see `drop_permissions.ts`. The set `showtime` in
 * deno.json is a copy for running from source, and a test keeps both equal.
 */

/**
 * The programs that may run. No other program may, and no code in a native library. `showtime-run` starts the programs of
 * steps: commands that run no steps give it up, and where it is not installed nothing can.
 */
const PROGRAMS = ["docker", "git", "gh", "showtime-run"] as const;

/**
 * The variables that may be read. All others look unset, and no child gets them. A name that ends in a star
 * stands for every name with that beginning.
 */
const VARIABLES = [
  // Settings: Showtime's own, and those with names that other tools share.
  "SHOWTIME_*",
  "ECS_CLUSTER",
  "ECR_REPOSITORY",
  "DOCKER_LOAD",
  "DOCKERHUB_USER",
  "DOCKERHUB_TOKEN",
  // Settings of contexts with the names of the original tool.
  "CICDSTATEMGR_*",
  // Pipelines and their telemetry, and two that builders of the format of bass look for.
  "OTEL_*",
  "TRACEPARENT",
  "BASS_API_KEY",
  "PYTHONPATH",
  // The Docker engine, and the logins to registries.
  "DOCKER_HOST",
  "DOCKER_CONFIG",
  "DOCKER_CONTEXT",
  // For child processes: src/drivers/shell/child_environment.ts says which program gets which variable.
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
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
  // Build caches in GitHub Actions, if the configuration names one.
  "ACTIONS_RUNTIME_TOKEN",
  "ACTIONS_RESULTS_URL",
  "ACTIONS_CACHE_URL",
  "ACTIONS_CACHE_SERVICE_V2",
  // GitHub, and the facts of a run in Actions.
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
  "GITHUB_WORKSPACE",
  "CI",
  // AWS: its SDK looks for credentials, profiles, region and endpoints, and for the folders of its files.
  "AWS_*",
  "HOME",
  "USERPROFILE",
  "HOMEDRIVE",
  "HOMEPATH",
  "PATH",
  // The temporary folder.
  "TMPDIR",
  "TMP",
  "TEMP",
  // Read only to be removed: Deno starts no program while one of them is set.
  "LD_*",
  "DYLD_*",
  // The abilities of the terminal.
  "TERM",
  "TERM_PROGRAM",
  "NO_COLOR",
  "FORCE_COLOR",
  "FORCE_HYPERLINK",
  "KONSOLE_VERSION",
  "VTE_VERSION",
  "WT_SESSION",
] as const;

/**
 * The facts that the AWS SDK asks for: the kernel's version for its user agent, and the home folder. The name of the machine
 * names a worker.
 */
const SYSTEM = ["osRelease", "homedir", "uid", "hostname"] as const;

/**
 * The folders that may be written to: the working directory, the temporary folder, and the folders where
 * GitHub's runners keep the files for outputs and summaries, on their machines and in containers of jobs.
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
    // The temporary folder of GitHub's machines, which name it in the short form.
    "C:\\Users\\RUNNER~1\\AppData\\Local\\Temp",
    "C:\\Users\\runneradmin\\AppData\\Local\\Temp",
    "C:\\a\\_temp\\_runner_file_commands",
    "D:\\a\\_temp\\_runner_file_commands",
  ],
};

/** The folder for temporary files if the program may not write to the one that the variables name. */
export const TEMPORARY_FALLBACK: Readonly<Record<keyof typeof WRITABLE, string>> = {
  linux: "/tmp",
  darwin: "/tmp",
  windows: ".",
};

/** A set of permissions in the form that deno.json has for `deno run -P`. */
export interface PermissionSet {
  readonly net: true;
  readonly read: true;
  readonly write: readonly string[];
  readonly run: readonly string[];
  readonly sys: readonly string[];
  readonly env: { readonly allow: readonly string[]; readonly ignore: true };
  readonly import: { readonly deny: true };
}

/** Returns the permissions of the program from source, on every system: the set `showtime` in deno.json. */
export function sourcePermissions(): PermissionSet {
  return permissionsWith([...new Set([...WRITABLE.linux, ...WRITABLE.darwin])]);
}

/** Returns the same permissions as flags of `deno run`, for a run outside of the folder of deno.json. */
export function sourceFlags(): readonly string[] {
  return flagsOf(sourcePermissions());
}

/** Returns the flags of `deno compile` for one system, under its name in `Deno.build.os`. */
export function permissionFlags(os: string): readonly string[] {
  return flagsOf(permissionsWith(WRITABLE[os === "darwin" || os === "windows" ? os : "linux"]));
}

function permissionsWith(write: readonly string[]): PermissionSet {
  return {
    // GitHub, AWS, registries, the engine, and environments at addresses that are not known beforehand.
    net: true,
    // Configuration, profiles, build contexts and files for variables lie where their owners put them.
    read: true,
    write,
    run: PROGRAMS,
    sys: SYSTEM,
    env: { allow: VARIABLES, ignore: true },
    // No code is loaded from the network. By default Deno allows some sites.
    import: { deny: true },
  };
}

function flagsOf({ write, run, sys, env }: PermissionSet): readonly string[] {
  return [
    "--no-prompt",
    "--allow-net",
    "--allow-read",
    `--allow-write=${write.join(",")}`,
    `--allow-run=${run.join(",")}`,
    `--allow-sys=${sys.join(",")}`,
    `--allow-env=${env.allow.join(",")}`,
    "--ignore-env",
    "--deny-import",
  ];
}

/** Whether the program may read a variable of this name. */
export function readsVariable(name: string): boolean {
  return VARIABLES.some((each) => each.endsWith("*") ? name.startsWith(each.slice(0, -1)) : name === each);
}
