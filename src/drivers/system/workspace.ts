import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError, usageError } from "../../lib/errors.ts";
import type { FolderAnswer, Workspace } from "../../pipelines/ports/workspace.ts";
import { describeFileError } from "./file_error.ts";

/** The largest file of outputs, in bytes. */
const MOST_OUTPUT_BYTES = 1024 * 1024;

/**
 * Makes the workspace below `root`. Its files for outputs and scripts lie in a temporary folder, which is made when the first
 * of them is asked for, and removed on disposal. Throws AppError `root_unusable` (exit code 2).
 */
export async function makeWorkspace(root: string): Promise<Workspace & AsyncDisposable> {
  const answer = await realFolder(root);
  if (answer.kind !== "inside") {
    throw usageError(
      "root_unusable",
      `Entering the root ${root}: it is no folder that can be entered`,
      "Name a folder with --root, or leave it out for the working folder",
    );
  }
  return new SystemWorkspace(answer.path);
}

class SystemWorkspace implements Workspace {
  readonly root: string;
  #temporary: string | undefined;
  #count = 0;

  constructor(root: string) {
    this.root = root;
  }

  async folder(from: string, path: string): Promise<FolderAnswer> {
    // The system resolves `..` behind a link, as it does for programs.
    const answer = await realFolder(`${from}/${path}`);
    const isOutside = answer.kind === "inside" && !isWithin(this.root, answer.path);
    return isOutside ? { kind: "outside", path: answer.path } : answer;
  }

  outputPath(): string {
    return this.#newPath();
  }

  async takeOutputs(path: string): Promise<string | undefined> {
    try {
      // A step may have made anything there, such as a pipe that never ends. Most steps make nothing, and the way to
      // another thread and back takes longer than this look.
      const { isFile, size } = Deno.lstatSync(path);
      if (!isFile) throw new Error("it is not a file");
      if (size > MOST_OUTPUT_BYTES) throw new Error("it has more than 1 MB");
      const text = await Deno.readTextFile(path);
      await Deno.remove(path);
      return text;
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return undefined;
      const message = `Reading the outputs of the step: ${describeFileError(cause)}`;
      throw new AppError("outputs_unreadable", message, {
        cause,
        hint: 'Append lines "name=value" to the file that SHOWTIME_OUTPUT names',
      });
    }
  }

  async writeScript(script: string): Promise<string> {
    const path = this.#newPath();
    try {
      await Deno.writeTextFile(path, script, { createNew: true, mode: 0o600 });
    } catch (cause) {
      throw new AppError("script_unwritable", `Writing a script: ${describeFileError(cause)}`, { cause });
    }
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const folder = this.#temporary;
    this.#temporary = undefined;
    if (folder !== undefined) await Deno.remove(folder, { recursive: true }).catch(() => {});
  }

  #newPath(): string {
    this.#temporary ??= makeTemporary();
    return join(this.#temporary, `${++this.#count}`);
  }
}

/** Makes a folder that only this user can read. Deno's own function asks for more rights than the program has. */
function makeTemporary(): string {
  const folder = join(tmpdir(), `showtime-${crypto.randomUUID()}`);
  try {
    Deno.mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    throw new AppError("temporary_folder", `Making a temporary folder: "${tmpdir()}" cannot be written to`, {
      cause,
      hint: "Make it writable, or set TMPDIR to a folder that is",
    });
  }
  return folder;
}

async function realFolder(path: string): Promise<Exclude<FolderAnswer, { readonly kind: "outside" }>> {
  try {
    const real = await Deno.realPath(path);
    return (await Deno.stat(real)).isDirectory ? { kind: "inside", path: real } : { kind: "no_folder" };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "missing" };
    if (error instanceof Deno.errors.NotADirectory) return { kind: "no_folder" };
    return { kind: "unusable", reason: describeFileError(error) };
  }
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`);
}
