import type { Commit, Pull } from "./records.ts";
import type { World } from "./world.ts";

/** Returns the SHA of the newest commit of a pull request. */
export function headOf(pull: Pull): string {
  return pull.commits.at(-1) ?? pull.baseSha;
}

/** Returns the SHA of the newest commit of the base branch. */
export function baseHead(world: World): string {
  return world.seed.commits.at(-1) ?? "";
}

/**
 * Finds a commit by its full or short SHA, by `HEAD`, by the name of a branch or by
 * `refs/pull/<number>/head`. Returns undefined if no commit fits, or if a short SHA fits several.
 */
export function resolveCommit(world: World, expression: string): Commit | undefined {
  const name = expression.replace(/^refs\/heads\/|^heads\//, "");
  if (name === "HEAD" || name === world.seed.defaultBranch) return world.commits.get(baseHead(world));
  if (/^[0-9a-f]{4,40}$/i.test(name)) {
    const hash = name.toLowerCase();
    const exact = world.commits.get(hash);
    if (exact !== undefined) return exact;
    const candidates = hash.length < 7
      ? world.commits.values()
      : world.commits.by("prefix", hash.slice(0, 7));
    const found = candidates.filter((commit) => commit.sha.startsWith(hash));
    if (found.length === 1) return found[0];
  }
  const repository = `${world.seed.owner}/${world.seed.name}`;
  const branch = world.pulls.values().find((pull) => pull.headRef === name && pull.headRepo === repository);
  const ref = /^refs\/pull\/(\d+)\/head$/.exec(expression);
  const pull = ref === null ? branch : world.pulls.get(Number(ref[1]));
  return pull === undefined ? undefined : world.commits.get(headOf(pull));
}

/** Returns a commit and all commits before it, newest first. */
export function history(world: World, sha: string): readonly Commit[] {
  const commits: Commit[] = [];
  let next = world.commits.get(sha);
  while (next !== undefined) {
    commits.push(next);
    next = next.parent === undefined ? undefined : world.commits.get(next.parent);
  }
  return commits;
}

/** Lists the paths of the files at a commit. */
export function pathsAt(world: World, sha: string): readonly string[] {
  const pull = world.pulls.by("commit", sha).find((candidate) => headOf(candidate) === sha);
  return [...new Set([...Object.keys(world.seed.files), ...Object.keys(pull?.files ?? {})])].sort();
}

/**
 * Returns the content of a file at a commit. It is the pull request's if the commit is a head that changes
 * the file, else the base branch's.
 */
export function fileAt(
  world: World,
  options: { readonly path: string; readonly sha: string },
): string | undefined {
  const { path, sha } = options;
  const pull = world.pulls.by("commit", sha).find((candidate) => headOf(candidate) === sha);
  const changed = pull !== undefined && Object.hasOwn(pull.files, path) ? pull.files[path] : undefined;
  return changed ?? (Object.hasOwn(world.seed.files, path) ? world.seed.files[path] : undefined);
}
