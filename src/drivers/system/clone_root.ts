import { dirname, join, relative } from "node:path";

/** The working folder as a place in a clone. */
export interface ClonePlace {
  /** The number of folders from the working folder up to the root of the clone. */
  readonly depth: number;
  /** The path from the root to the working folder, with slashes; empty at the root. */
  readonly prefix: string;
}

/**
 * Finds the root of the clone that `folder` is in: the nearest folder above with a `.git`; undefined without one. If
 * `within` is a folder around `folder`, it is the farthest such folder that is not above `within`: a clone inside of
 * a checkout, such as a submodule, does not count.
 */
export async function findCloneRoot(folder: string, within?: string): Promise<ClonePlace | undefined> {
  const isBounded = within !== undefined && !relative(within, folder).startsWith("..");
  let found: ClonePlace | undefined;
  const names: string[] = [];
  for (let at = folder;; at = dirname(at)) {
    if (await exists(join(at, ".git"))) {
      found = { depth: names.length, prefix: names.join("/") };
      if (!isBounded) return found;
    }
    if (dirname(at) === at || (isBounded && relative(within, at) === "")) return found;
    names.unshift(at.slice(dirname(at).length).replace(/^[\\/]+/, ""));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}
