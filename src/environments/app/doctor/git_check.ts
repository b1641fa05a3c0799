import { AppError } from "../../../lib/errors.ts";
import { GIT_PLACE_QUESTION, parseGitPlace } from "../../../lib/git/git_place.ts";
import { type FullSha, parseFullSha } from "../../../lib/ids.ts";
import type { Shell, ShellResult } from "../../../ports/shell.ts";

/** The answer to whether the checked-out commit contains another one. `unknown`: the clone is too shallow. */
export interface RequiredCommitAnswer {
  readonly kind: "contained" | "missing" | "unknown";
  /** The checked-out commit. */
  readonly head: FullSha | undefined;
}

/**
 * Looks for `required` among the ancestors of the commit that is checked out in `folder`. Throws AppError
 * `not_a_checkout` if the folder is no Git work tree, and whatever {@link Shell.run} throws.
 */
export async function checkRequiredCommit(
  shell: Shell,
  options: { readonly required: FullSha; readonly folder: string },
  signal: AbortSignal,
): Promise<RequiredCommitAnswer> {
  const { required, folder } = options;
  const git = (args: readonly string[]): Promise<ShellResult> =>
    shell.run(
      { program: "git", args: ["-C", folder, ...args], env: { LC_ALL: "C" }, timeoutMs: 60_000 },
      signal,
    );
  // The only question to a folder that may merely look like a repository.
  const place = await git(["rev-parse", ...GIT_PLACE_QUESTION]);
  const isPlace = place.code === 0 && parseGitPlace(place.stdout) !== undefined;
  const found = isPlace ? await git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]) : place;
  const head = isPlace ? parseFullSha(found.stdout.trim()) : undefined;
  if (found.code !== 0 || head === undefined) {
    throw new AppError(
      "not_a_checkout",
      `Looking for the required commit: "${folder}" is not a Git checkout`,
      {
        hint: "Run it in a checkout of the branch, or correct build.context",
      },
    );
  }
  const ancestor = await git(["merge-base", "--is-ancestor", required, head]);
  if (ancestor.code === 0) return { kind: "contained", head };
  const shallow = (await git(["rev-parse", "--is-shallow-repository"])).stdout.trim() === "true";
  // Exit code 1 is a clear no. Any other code means that Git does not know the commit.
  return { kind: ancestor.code === 1 && !shallow ? "missing" : "unknown", head };
}
