import { join, resolve } from "node:path";
import { AppError, EXIT, usageError } from "../../core/errors.ts";
import type { FullSha, PrNumber } from "../../core/ids.ts";
import type { Shell, ShellResult } from "../../ports/shell.ts";
import type { BuildConfig } from "./images.ts";

/** What a context is checked against. */
export interface CheckOptions {
  readonly shell: Shell;
  readonly config: BuildConfig;
  readonly pr: PrNumber;
  readonly sha: FullSha;
}

type Git = (args: readonly string[]) => Promise<ShellResult>;

/**
 * Sees that what would be built is the commit that was asked for. A context that is a Git work tree must be at that
 * commit with nothing changed; so must a part of a work tree that knows the commit. Anything else is built as it is.
 * Throws AppError with exit code 2: `context_not_found` `dockerfile_missing` `wrong_commit` `required_commit_missing`.
 */
export async function checkContext(options: CheckOptions, signal: AbortSignal): Promise<void> {
  const { config, sha, shell } = options;
  const context = await requireFiles(config);
  const git: Git = (args) =>
    shell.run(
      { program: "git", args: ["-C", context, ...args], env: { LC_ALL: "C" }, timeoutMs: 60_000 },
      signal,
    );
  const top = await topLevel(git, context);
  if (top === undefined) return;
  const head = (await git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])).stdout.trim();
  if (top !== context && head !== sha && !await belongsTo(git, sha)) return;
  const mend = `git fetch origin pull/${options.pr}/head && git checkout ${sha}`;
  if (head !== sha) {
    throw new AppError(
      "wrong_commit",
      `Building ${sha.slice(0, 7)}: the build context "${config.context}" is at ${
        head.slice(0, 7) || "no commit"
      }`,
      {
        exitCode: EXIT.usage,
        hint: mend,
      },
    );
  }
  await requireClean(git, { config, sha });
  await requireAncestor(git, { config, pr: options.pr });
}

async function requireFiles(config: BuildConfig): Promise<string> {
  let context: string;
  try {
    context = await Deno.realPath(config.context);
  } catch (cause) {
    throw new AppError(
      "context_not_found",
      `Building an image: the build context "${config.context}" is not there`,
      {
        cause,
        exitCode: EXIT.usage,
        hint: "Run it in the checkout, or correct build.context",
      },
    );
  }
  const file = join(context, config.file);
  const found = await Deno.stat(file).then((info) => info.isFile, () => false);
  if (found) return context;
  throw usageError(
    "dockerfile_missing",
    `Building an image: there is no Dockerfile "${config.file}" in "${config.context}"`,
    `Correct build.file (looked for ${resolve(file)})`,
  );
}

/** The work tree that the context is in; undefined where it is in none. Fails closed where Git will not say. */
async function topLevel(git: Git, context: string): Promise<string | undefined> {
  let result: ShellResult;
  try {
    result = await git(["rev-parse", "--show-toplevel"]);
  } catch (error) {
    const hasOwn = await Deno.stat(join(context, ".git")).then(() => true, () => false);
    if (error instanceof AppError && error.code === "program_not_found" && !hasOwn) return undefined;
    throw error;
  }
  if (result.code === 0) return await Deno.realPath(result.stdout.trim());
  if (/not a git repository|must be run in a work tree/i.test(result.stderr)) return undefined;
  throw new AppError(
    "wrong_commit",
    `Building an image: Git does not say what "${context}" is at (${result.stderr.trim().split("\n")[0]})`,
    {
      exitCode: EXIT.usage,
      hint: `git config --global --add safe.directory ${context}`,
    },
  );
}

/** Whether a folder within a work tree is a part of the repository that has this commit. */
async function belongsTo(git: Git, sha: FullSha): Promise<boolean> {
  if ((await git(["cat-file", "-e", `${sha}^{commit}`])).code !== 0) return false;
  return (await git(["ls-files", "--", "."])).stdout.trim() !== "";
}

async function requireClean(
  git: Git,
  options: { readonly config: BuildConfig; readonly sha: FullSha },
): Promise<void> {
  const status = await git(["status", "--porcelain", "--untracked-files=no", "--", "."]);
  const changed = status.stdout.split("\n").filter((line) => line.trim() !== "").map((line) => line.slice(3));
  if (status.code === 0 && changed.length === 0) return;
  const names = changed.slice(0, 3).join(", ") +
    (changed.length > 3 ? ` and ${changed.length - 3} more` : "");
  throw new AppError(
    "wrong_commit",
    `Building ${options.sha.slice(0, 7)}: files in "${options.config.context}" differ from that commit (${
      names || status.stderr.trim()
    })`,
    { exitCode: EXIT.usage, hint: "git stash, or commit them and push" },
  );
}

async function requireAncestor(
  git: Git,
  options: { readonly config: BuildConfig; readonly pr: PrNumber },
): Promise<void> {
  const required = options.config.requiredCommit;
  if (required === undefined || required === "") return;
  if ((await git(["merge-base", "--is-ancestor", required, "HEAD"])).code === 0) return;
  const shallow = (await git(["rev-parse", "--is-shallow-repository"])).stdout.trim() === "true";
  const short = required.slice(0, 7);
  throw new AppError(
    "required_commit_missing",
    shallow
      ? `Building pull request ${options.pr}: this clone is too shallow to tell whether it contains ${short}`
      : `Building pull request ${options.pr}: the branch does not contain the required commit ${short}`,
    {
      exitCode: EXIT.usage,
      hint: shallow ? "git fetch --unshallow" : "Rebase the branch onto the base branch, or merge it in",
    },
  );
}
