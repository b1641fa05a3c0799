/** Asset folders on disk, and folders as they are at a revision of Git. */

import { dirname, join } from "node:path";
import type { AssetFolder, AssetSources, Texts } from "../../assets/ports/folder.ts";
import { AppError, toError, usageError } from "../../lib/errors.ts";
import type { Shell } from "../../ports/shell.ts";

/** The options of {@link makeAssetSources}. */
export interface AssetSourcesOptions {
  readonly shell: Shell;
  /** Whether the program may write to a path; always if left out. */
  readonly mayWrite?: ((path: string) => Promise<boolean>) | undefined;
  /** Reads a ZIP into its files; the root folder is left out. */
  readonly readZip: (bytes: Uint8Array, source: string) => Texts;
}

/** Git's output is kept up to 1 MB; files are asked for in groups below that. */
const GROUP_BYTES = 800_000;

/** The paths of files that are read. */
const ASSET_FILE = /\.(?:ya?ml|json)$|^\.export\/last$/;

/** Files that are read at the same time. */
const READ_AT_ONCE = 32;

/** Makes the port to folders, revisions and ZIPs of assets. */
export function makeAssetSources({ shell, mayWrite, readZip }: AssetSourcesOptions): AssetSources {
  return {
    folder: (path) => makeFolder(path, { shell, mayWrite }),
    async isFolder(path) {
      try {
        return (await Deno.stat(path)).isDirectory;
      } catch {
        return false;
      }
    },
    revision: (revision, dir, signal) => readRevision(shell, { revision, dir }, signal),
    async zip(path) {
      let bytes: Uint8Array;
      try {
        bytes = await Deno.readFile(path);
      } catch (cause) {
        throw usageError(
          "zip_unreadable",
          `Reading ${path}: ${reason(cause)}`,
          "Give a ZIP that Superset exported",
        );
      }
      try {
        return readZip(bytes, path);
      } catch (error) {
        throw usageError("zip_unreadable", toError(error).message, "Give a ZIP that Superset exported");
      }
    },
  };
}

function makeFolder(
  root: string,
  { shell, mayWrite = () => Promise.resolve(true) }: Pick<AssetSourcesOptions, "shell" | "mayWrite">,
): AssetFolder {
  return {
    path: root,
    async read() {
      const texts = new Map<string, string>();
      try {
        if (!(await Deno.stat(root)).isDirectory) {
          throw usageError("folder_unreadable", `Reading ${root}: it is a file`, "Give a folder");
        }
        await readInto(texts, root, "");
      } catch (cause) {
        if (cause instanceof Deno.errors.NotFound) return undefined;
        if (cause instanceof AppError) throw cause;
        throw usageError(
          "folder_unreadable",
          `Reading ${root}: ${reason(cause)}`,
          "Make it a readable folder",
        );
      }
      // A file system lists in any order, and of two files with one UUID the first one counts.
      return new Map([...texts].sort(([a], [b]) => a < b ? -1 : 1));
    },
    async assertWritable() {
      if (await mayWrite(root)) return;
      throw usageError(
        "folder_elsewhere",
        `Writing into ${root}: it is outside the folder that showtime runs in`,
        "Run it in the folder that holds it, or above",
      );
    },
    async write(path, text) {
      const place = join(root, path);
      try {
        await Deno.mkdir(dirname(place), { recursive: true });
        // A reader, and a run that is killed, never see half a file.
        const half = `${place}.${crypto.randomUUID().slice(0, 8)}.tmp`;
        await Deno.writeTextFile(half, text);
        await Deno.rename(half, place);
      } catch (cause) {
        throw new AppError("file_unwritable", `Writing ${place}: ${reason(cause)}`, {
          hint: "Run it in the folder of the assets, or above",
          cause,
        });
      }
    },
    async remove(path) {
      try {
        await Deno.remove(join(root, path));
      } catch (cause) {
        if (!(cause instanceof Deno.errors.NotFound)) {
          throw new AppError("file_unwritable", `Removing ${join(root, path)}: ${reason(cause)}`, { cause });
        }
      }
      for (let above = dirname(path); above !== "." && above !== "/"; above = dirname(above)) {
        try {
          await Deno.remove(join(root, above));
        } catch {
          return;
        }
      }
    },
    async uncommitted(signal) {
      const answer = await shell.run({
        program: "git",
        args: [
          "-C",
          root,
          "status",
          "--porcelain=v1",
          "-z",
          "--untracked-files=all",
          "--no-renames",
          "--",
          ".",
        ],
        env: { LC_ALL: "C" },
        timeoutMs: 60_000,
      }, signal).catch(() => undefined);
      if (answer === undefined || answer.code !== 0) return undefined;
      const place = await shell.run({
        program: "git",
        args: ["-C", root, "rev-parse", "--show-prefix"],
        timeoutMs: 60_000,
      }, signal);
      const prefix = place.stdout.trim();
      return new Set(
        answer.stdout.split("\0").filter((entry) => entry.length > 3).map((entry) => entry.slice(3))
          .map((path) => path.startsWith(prefix) ? path.slice(prefix.length) : path),
      );
    },
  };
}

async function readInto(texts: Map<string, string>, root: string, below: string): Promise<void> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(join(root, below))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name.startsWith(".") && path !== ".export") continue;
    if (entry.isSymlink) await assertUnread(root, path);
    if (entry.isDirectory) await readInto(texts, root, path);
    else if (entry.isFile && ASSET_FILE.test(path)) files.push(path);
  }
  for (let start = 0; start < files.length; start += READ_AT_ONCE) {
    const some = files.slice(start, start + READ_AT_ONCE);
    const read = await Promise.all(some.map((path) => Deno.readTextFile(join(root, path))));
    some.forEach((path, index) => texts.set(path, read[index] ?? ""));
  }
}

/**
 * Throws AppError `folder_link` (exit code 2) for a link in the place of a folder or of a file of assets. An export would
 * write where it leads to, and a pull request can bring one along.
 */
async function assertUnread(root: string, path: string): Promise<void> {
  const leadsToFile = await Deno.stat(join(root, path)).then(({ isFile }) => isFile, () => false);
  if (leadsToFile && !ASSET_FILE.test(path)) return;
  throw usageError(
    "folder_link",
    `Reading ${root}: ${path} is a symbolic link`,
    "Replace it by the files or the folder that it leads to; links are not followed",
  );
}

interface Revision {
  readonly revision: string;
  /** The folder, relative to the working folder. */
  readonly dir: string;
  /** The folder is relative to the root of the clone. */
  readonly fromRoot?: true;
}

/** Reads a folder at a revision. Throws AppError `revision_unreadable` (exit code 2). */
export async function readRevision(
  shell: Shell,
  { revision, dir, fromRoot }: Revision,
  signal: AbortSignal,
): Promise<Texts> {
  const fail = (why: string) =>
    usageError(
      "revision_unreadable",
      `Reading ${dir} at ${revision}: ${why}`,
      "Name a commit, branch or tag that has the folder",
    );
  if (revision.startsWith("-")) throw fail("this is no revision");
  const git = async (args: readonly string[], stdin?: string) => {
    const command = { program: "git", args, env: { LC_ALL: "C" }, timeoutMs: 120_000 } as const;
    const answer = await shell.run(stdin === undefined ? command : { ...command, stdin }, signal);
    if (answer.code !== 0) throw fail(answer.stderr.trim().split("\n").at(-1) ?? "Git refuses");
    return answer.stdout;
  };
  const prefix = fromRoot === true ? "" : (await git(["rev-parse", "--show-prefix"])).trim();
  const folder = `${prefix}${dir}`.replace(/\/+$/, "");
  const listed = (await git(["ls-tree", "-r", "-l", "-z", "--full-tree", revision, `${folder}/`])).split("\0")
    .flatMap((line) => {
      const [, mode = "", sha = "", size = "", path = ""] =
        /^(\d+) blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/.exec(line) ?? [];
      // Symbolic links are no files of assets.
      return mode.startsWith("100") && /\.(?:ya?ml|json)$|\/last$/.test(path)
        ? [{ sha, size: Number(size), path: path.slice(folder.length + 1) }]
        : [];
    });
  if (listed.length === 0) throw fail("there is no such folder");
  const texts = new Map<string, string>();
  for (let start = 0; start < listed.length;) {
    let end = start;
    for (
      let bytes = 0;
      end < listed.length && (end === start || bytes + (listed[end]?.size ?? 0) < GROUP_BYTES);
      end++
    ) {
      bytes += (listed[end]?.size ?? 0) + 100;
    }
    const group = listed.slice(start, end);
    const output = new TextEncoder().encode(
      await git(["cat-file", "--batch"], `${group.map(({ sha }) => sha).join("\n")}\n`),
    );
    let at = 0;
    for (const { path, size } of group) {
      at = output.indexOf(10, at) + 1;
      texts.set(path, new TextDecoder().decode(output.subarray(at, at + size)));
      at += size + 1;
    }
    start = end;
  }
  return texts;
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "it is outside the folders that showtime may use";
  return toError(error).message.replace(/ \(os error \d+\)/g, "");
}
