import type { ServerPipeline } from "../builds/server_pipeline.ts";
import type { JobChanges } from "../builds/job.ts";
import { fitsBranch } from "./branch_pattern.ts";
import { isRevision } from "./revision.ts";

/** The branches and tags of a repository as a poll saw them, by their whole names. */
export type SeenRefs = Readonly<Record<string, string>>;

/** A branch or tag that moved. */
export interface MovedRef {
  /** The branch or the tag. */
  readonly ref: string;
  readonly tag: string | undefined;
  /** The commit of a branch. A tag is built by its name, since its hash may be that of the tag itself. */
  readonly sha: string | undefined;
  readonly changes: JobChanges;
  /** The hash that it has now, of the commit or of the tag. */
  readonly hash: string;
}

/** Picks the branches and tags that a pipeline's poll watches. */
export function watchedRefs(
  { ref, tagPattern, on: { pushBranches } }: ServerPipeline,
  refs: ReadonlyMap<string, string>,
): SeenRefs {
  const watched = [...refs].filter(([name]) => {
    if (name.startsWith("refs/heads/")) {
      const branch = name.slice("refs/heads/".length);
      if (tagPattern !== undefined && pushBranches === undefined) return false;
      return isRevision(branch) && (pushBranches ?? [ref]).some((pattern) => fitsBranch(branch, pattern));
    }
    if (!name.startsWith("refs/tags/") || name.endsWith("^{}")) return false;
    const tag = name.slice("refs/tags/".length);
    return isRevision(tag) && tagPattern?.test(tag) === true;
  });
  return Object.fromEntries(watched);
}

/** Lists what moved between two looks. What is gone is not built. */
export function movedRefs(before: SeenRefs, after: SeenRefs): readonly MovedRef[] {
  return Object.entries(after).flatMap(([name, sha]): readonly MovedRef[] => {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (old === sha) return [];
    if (name.startsWith("refs/tags/")) {
      const tag = name.slice("refs/tags/".length);
      return [{ ref: tag, tag, sha: undefined, changes: { kind: "all" }, hash: sha }];
    }
    const changes: JobChanges = old === undefined
      ? { kind: "all" }
      : { kind: "range", before: old, after: sha };
    return [{ ref: name.slice("refs/heads/".length), tag: undefined, sha, changes, hash: sha }];
  });
}
