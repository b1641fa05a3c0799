import type { Commit, Pull } from "./records.ts";
import type { World } from "./world.ts";

/** The newest commit of a pull request. */
export function headOf(pull: Pull): string {
  return pull.commits.at(-1) ?? pull.baseSha;
}

/** The newest commit of the base branch. */
export function baseHead(world: World): string {
  return world.seed.commits.at(-1) ?? "";
}

/** A commit by full or short hash, by `HEAD`, or by the name of a branch; undefined where there is none or more than one. */
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

/** A commit and everything before it, newest first. */
export function history(world: World, sha: string): readonly Commit[] {
  const commits: Commit[] = [];
  let next = world.commits.get(sha);
  while (next !== undefined) {
    commits.push(next);
    next = next.parent === undefined ? undefined : world.commits.get(next.parent);
  }
  return commits;
}

/** A file at a commit: what a pull request changes, over what the base branch holds. */
export function fileAt(
  world: World,
  options: { readonly path: string; readonly sha: string },
): string | undefined {
  const { path, sha } = options;
  const pull = world.pulls.by("commit", sha).find((candidate) => headOf(candidate) === sha);
  const changed = pull !== undefined && Object.hasOwn(pull.files, path) ? pull.files[path] : undefined;
  return changed ?? (Object.hasOwn(world.seed.files, path) ? world.seed.files[path] : undefined);
}
