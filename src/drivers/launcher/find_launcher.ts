import { type AppError, usageError } from "../../lib/errors.ts";
import { LAUNCHER_PROTOCOL, parseLauncherProtocol } from "../../pipelines/core/launcher_script.ts";

const NAME = "showtime-run";
/** The script says who it is in its first lines. */
const HEAD_BYTES = 4096;
const ACTION = `Looking for ${NAME}`;
const INSTALL = "showtime pipeline launcher > ~/.local/bin/showtime-run\nchmod +x ~/.local/bin/showtime-run";

/**
 * Finds the launcher in the folders of a PATH and returns its absolute path. Throws AppError `launcher_missing` if there is
 * none, and `launcher_unusable` if the file is another program or too old (exit code 2).
 */
export function findLauncher(searchPath: string): string {
  if (Deno.build.os === "windows") {
    throw usageError(
      "launcher_missing",
      `${ACTION}: Windows cannot run it`,
      "Run the command in WSL (https://learn.microsoft.com/windows/wsl/install)",
    );
  }
  let found: string | undefined;
  for (const folder of searchPath.split(":")) {
    // An empty or relative folder means another file in each working folder.
    if (!folder.startsWith("/")) continue;
    const path = `${folder.replace(/\/+$/, "")}/${NAME}`;
    const state = stateOf(path);
    if (state === "startable") return assertOurs(path);
    if (state === "not executable") found ??= path;
  }
  const state = found === undefined ? "it is in no folder of PATH" : `${found} is not executable`;
  throw usageError("launcher_missing", `${ACTION}: ${state}`, installHint());
}

/** Finds a program in the folders of a PATH, and returns its absolute path; undefined if none has it. */
export function findOnPath(name: string, searchPath: string): string | undefined {
  return searchPath.split(":").filter((folder) => folder.startsWith("/"))
    .map((folder) => `${folder}/${name}`).find((path) => {
      try {
        const { isFile, mode } = Deno.statSync(path);
        return isFile && ((mode ?? 0) & 0o111) !== 0;
      } catch {
        return false;
      }
    });
}

/** Finds out if this process may start a file. Permissions name the files that were on PATH at its start. */
function stateOf(path: string): "missing" | "not executable" | "startable" {
  try {
    const { isFile, mode } = Deno.statSync(path);
    if (!isFile) return "missing";
    if (((mode ?? 0) & 0o111) === 0) return "not executable";
  } catch {
    return "missing";
  }
  const { state } = Deno.permissions.querySync({ name: "run", command: path });
  return state === "granted" ? "startable" : "not executable";
}

function assertOurs(path: string): string {
  const protocol = parseLauncherProtocol(readHead(path));
  if (protocol === undefined) throw unusable(path, "is another program");
  if (protocol < LAUNCHER_PROTOCOL) throw unusable(path, "is of an older release");
  return path;
}

function unusable(path: string, state: string): AppError {
  return usageError(
    "launcher_unusable",
    `${ACTION}: ${path} ${state}`,
    `Replace it, or put Showtime's before it on PATH:\n${INSTALL}`,
  );
}

function installHint(): string {
  return `Install it, in a folder of your PATH:\n${INSTALL}`;
}

function readHead(path: string): string {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(HEAD_BYTES);
    const length = file.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch (cause) {
    // An executable file that this account may not read cannot be a script.
    if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotFound) return "";
    throw cause;
  }
}
