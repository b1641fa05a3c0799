import { AppError, usageError } from "../../../lib/errors.ts";
import type { Clone } from "../../../ports/clone.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { Forge } from "../../ports/forge.ts";

/** The parties that may know the default branch. */
export interface DefaultBranchSources {
  /** `owner/name`. */
  readonly repo: string;
  /** The clone, if it is one of that repository. */
  readonly clone: Pick<Clone, "notedDefaultBranch"> | undefined;
  readonly forge: () => Promise<Pick<Forge, "defaultBranch">>;
  readonly terminal: Pick<Terminal, "ask">;
}

/**
 * Finds the default branch: as the clone noted it, else as GitHub says, else as the person on the terminal says.
 * Throws AppError `default_branch_unknown` (exit code 2) if none of them says it.
 */
export async function findDefaultBranch(sources: DefaultBranchSources, signal: AbortSignal): Promise<string> {
  const noted = await sources.clone?.notedDefaultBranch(signal);
  if (noted !== undefined) return noted;
  const asked = await askGithub(sources, signal);
  if ("branch" in asked) return asked.branch;
  const answer = await sources.terminal.ask(`Which is the default branch of ${sources.repo}?`, {
    initial: "main",
    check: (text) => isBranchName(text) ? undefined : "Write the name of a branch",
  });
  if (answer !== undefined) return answer;
  throw usageError(
    "default_branch_unknown",
    `Finding the default branch of ${sources.repo}: the clone has not noted it, and ${asked.reason}`,
    'Name it as in --default-branch main, or let Git note it with "git remote set-head origin --auto"',
  );
}

async function askGithub(
  { forge }: DefaultBranchSources,
  signal: AbortSignal,
): Promise<{ readonly branch: string } | { readonly reason: string }> {
  try {
    const branch = await (await forge()).defaultBranch(signal);
    return branch === undefined ? { reason: "the repository on GitHub has no commit yet" } : { branch };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) return { reason: `GitHub could not be asked (${error.message})` };
    throw error;
  }
}

/** Whether text can be the name of a branch. */
export function isBranchName(text: string): boolean {
  return text.length <= 200 && /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/))[^\p{C}\s~^:?*[\\]+(?<![/.])$/u.test(text);
}
