import { unquotePath } from "../../pipelines/core/changeset.ts";
import type { JobChanges } from "../../pipelines/core/builds/job.ts";
import type { ShellResult } from "../../ports/shell.ts";

/** Runs Git in the mirror. `onLine` takes its output line by line, which may be longer than what the result keeps. */
export interface ChangesOptions {
  readonly git: (args: readonly string[], onLine?: (line: string) => void) => Promise<ShellResult>;
}

/** The changed paths; undefined with a warning if they cannot be computed, and without one if none were asked for. */
export interface FoundChanges {
  readonly changeset: readonly string[] | undefined;
  readonly warning: string | undefined;
}

/** The tree without files, which Git knows without having it. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Finds the paths that the commits of a trigger changed. */
export async function findChanges(options: ChangesOptions, changes: JobChanges): Promise<FoundChanges> {
  if (changes.kind === "all") return { changeset: undefined, warning: undefined };
  const paths = new Set<string>();
  for (const [from, to] of await pairsOf(options, changes)) {
    const found = from === undefined || to === undefined
      ? undefined
      : await pathsBetween(options, { from, to });
    if (found === undefined) {
      return {
        changeset: undefined,
        warning: `The changes of ${nameOf(changes)} are not known: everything runs`,
      };
    }
    for (const path of found) paths.add(path);
  }
  return { changeset: [...paths], warning: undefined };
}

type Pair = readonly [from: string | undefined, to: string | undefined];

async function pairsOf(options: ChangesOptions, changes: JobChanges): Promise<readonly Pair[]> {
  switch (changes.kind) {
    case "all":
      return [];
    case "range":
      return [[await commitOf(options, changes.before), await commitOf(options, changes.after)]];
    case "merge_base": {
      const [base, head] = [await commitOf(options, changes.base), await commitOf(options, changes.head)];
      if (base === undefined || head === undefined) return [[undefined, undefined]];
      const { code, stdout } = await options.git(["merge-base", "--end-of-options", base, head]);
      return [[code === 0 ? stdout.trim() : undefined, head]];
    }
    case "commits":
      return await Promise.all(changes.refs.map(async (ref): Promise<Pair> => {
        const commit = await commitOf(options, ref);
        if (commit === undefined) return [undefined, undefined];
        return [await commitOf(options, `${commit}^1`) ?? EMPTY_TREE, commit];
      }));
  }
}

/** Resolves a revision to its commit; undefined if no commit has it. */
async function commitOf({ git }: ChangesOptions, revision: string): Promise<string | undefined> {
  for (const name of [`refs/heads/${revision}`, `refs/tags/${revision}`, revision]) {
    const found = await git(["rev-parse", "--quiet", "--verify", "--end-of-options", `${name}^{commit}`]);
    if (found.code === 0) return found.stdout.trim();
  }
  return undefined;
}

async function pathsBetween(
  { git }: ChangesOptions,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly string[] | undefined> {
  const lines: string[] = [];
  // Both sides of a rename count as changed.
  const args = ["-c", "core.quotePath=false", "diff-tree", "-r", "--name-only", "--no-renames"];
  const { code } = await git([...args, "--end-of-options", from, to], (line) => lines.push(line));
  return code === 0 ? lines.map(unquotePath) : undefined;
}

function nameOf(changes: Exclude<JobChanges, { readonly kind: "all" }>): string {
  switch (changes.kind) {
    case "range":
      return `${changes.before}..${changes.after}`;
    case "merge_base":
      return `${changes.head} since ${changes.base}`;
    case "commits":
      return changes.refs.join(", ");
  }
}
