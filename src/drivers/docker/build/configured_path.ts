import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { usageError } from "../../../lib/errors.ts";

/**
 * Refuses links in a configured path. The part of the path in the working directory, or else in a Git work
 * tree, may come from a pull request, so no link in it is followed. Folders above belong to the machine's
 * owner and may be links. A missing path passes. Throws AppError `link_refused` (exit code 2).
 */
export async function refuseLinks(path: string, what: string): Promise<void> {
  requireWorkingFolder();
  const whole = resolve(path);
  const base = await folderOfOthers(whole);
  if (base === undefined) return;
  let at = base;
  for (const part of relative(base, whole).split(sep)) {
    at = join(at, part);
    if (await isLink(at)) throw linkRefused({ what, path, at });
  }
}

/**
 * Refuses a file that is a link out of its folder, or into a `.git` folder. A link to another file of the
 * folder passes, and so does a missing path. Throws AppError `link_refused` (exit code 2).
 */
export async function refuseLinkOut(
  folder: string,
  options: { readonly file: string; readonly what: string },
): Promise<void> {
  const path = join(folder, options.file);
  if (!isWithin(folder, path)) return await refuseLinks(path, options.what);
  const real = await Deno.realPath(path).catch(() => undefined);
  if (real === undefined) return;
  const top = await Deno.realPath(folder);
  const parts = relative(top, real).toLowerCase().split(sep);
  if (isWithin(top, real) && !parts.includes(".git")) return;
  throw linkRefused({ what: options.what, path: options.file, at: path });
}

/** Throws AppError `directory_not_found` (exit code 2) if the working directory was removed. */
function requireWorkingFolder(): void {
  try {
    Deno.cwd();
  } catch {
    throw usageError(
      "directory_not_found",
      "Reading the working directory: it was removed or cannot be read",
      "Change into the checkout, and run it there again",
    );
  }
}

async function folderOfOthers(whole: string): Promise<string | undefined> {
  const here = Deno.cwd();
  if (isWithin(here, whole)) return here;
  for (let at = dirname(whole);; at = dirname(at)) {
    if (await Deno.lstat(join(at, ".git")).then(() => true, () => false)) return at;
    if (at === dirname(at)) return undefined;
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function isLink(path: string): Promise<boolean> {
  return await Deno.lstat(path).then((info) => info.isSymlink, () => false);
}

function linkRefused(found: { readonly what: string; readonly path: string; readonly at: string }) {
  const { what, path, at } = found;
  return usageError(
    "link_refused",
    `Reading the ${what} "${path}": "${at}" is a link, which may lead out of the branch`,
    "Replace the link by the file itself, or set the path of the file in the configuration",
  );
}
