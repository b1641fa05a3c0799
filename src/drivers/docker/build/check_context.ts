import { join, resolve } from "node:path";
import { AppError, EXIT, usageError } from "../../../lib/errors.ts";
import { GIT_PLACE_QUESTION, parseGitPlace } from "../../../lib/git/git_place.ts";
import type { FullSha, PrNumber } from "../../../lib/ids.ts";
import type { Shell, ShellResult } from "../../../ports/shell.ts";
import { findChangedFiles, type Git } from "./changed_files.ts";
import { refuseLinkOut, refuseLinks } from "./configured_path.ts";
import type { BuildSettings } from "./build_settings.ts";

/** The context, and the commit that it is checked against. */
export interface CheckOptions {
  readonly shell: Shell;
  readonly config: BuildSettings;
  readonly pr: PrNumber;
  readonly sha: FullSha;
  /**
   * Every context in a Git work tree must be at the commit. Set in Actions, where no person sees the build.
   */
  readonly strict: boolean;
}

/**
 * Checks that the build context is at the requested commit. A context that is a Git work tree must be at that
 * commit without changes. The same holds for a folder within a work tree if its repository has the commit, or
 * if `strict` is set. A folder outside of any work tree is built as it is. Throws AppError with exit code 2:
 * `context_not_found`, `dockerfile_missing`, `link_refused`, `wrong_commit` or `required_commit_missing`.
 */
export async function checkContext(options: CheckOptions, signal: AbortSignal): Promise<void> {
  const { config, sha, shell, strict } = options;
  const context = await requireFiles(config);
  const git: Git = (args, more = {}) => {
    const command = { program: "git", args: ["-C", context, ...args], env: { LC_ALL: "C" } } as const;
    return shell.run({ ...command, timeoutMs: 60_000, ...more }, signal);
  };
  const top = await topLevel(git, context);
  const remedy = `git fetch origin pull/${options.pr}/head && git checkout ${sha}`;
  if (top === undefined) return;
  const head = (await git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])).stdout.trim();
  if (!strict && top !== context && head !== sha && !await belongsTo(git, sha)) return;
  if (head !== sha) {
    throw new AppError(
      "wrong_commit",
      `Building ${sha.slice(0, 7)}: the build context "${config.context}" is at ${
        head.slice(0, 7) || "no commit"
      }`,
      {
        exitCode: EXIT.usage,
        hint: remedy,
      },
    );
  }
  await requireClean(git, { config, sha, top, strict });
  await requireAncestor(git, { config, pr: options.pr });
}

async function requireFiles(config: BuildSettings): Promise<string> {
  let context: string;
  await refuseLinks(config.context, "build context");
  try {
    context = await Deno.realPath(config.context);
    // A folder that may not be read fails here, and not in the middle of a build.
    for await (const _ of Deno.readDir(context)) break;
  } catch (cause) {
    throw new AppError(
      "context_not_found",
      `Building an image: the build context "${config.context}" ${describeFailure(cause)}`,
      {
        cause,
        exitCode: EXIT.usage,
        hint: "Run it in the checkout, or correct build.context",
      },
    );
  }
  // Docker prints lines that it cannot parse as a Dockerfile, so a link must not expose other files of this
  // machine.
  for (const name of [config.file, ".dockerignore", `${config.file}.dockerignore`]) {
    await refuseLinkOut(config.context, { file: name, what: name === config.file ? "Dockerfile" : "file" });
  }
  const file = join(context, config.file);
  try {
    if ((await Deno.stat(file)).isFile) {
      (await Deno.open(file)).close();
      return context;
    }
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) {
      throw usageError(
        "dockerfile_missing",
        `Building an image: the Dockerfile "${config.file}" ${describeFailure(cause)}`,
        `Make ${resolve(file)} readable, or correct build.file`,
      );
    }
  }
  throw usageError(
    "dockerfile_missing",
    `Building an image: there is no Dockerfile "${config.file}" in "${config.context}"`,
    `Correct build.file (looked for ${resolve(file)})`,
  );
}

function describeFailure(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "is not there";
  if (cause instanceof Deno.errors.NotADirectory) return "is not a folder";
  if (cause instanceof Deno.errors.PermissionDenied) return "may not be read by this user";
  return "cannot be read";
}

/** Returns the work tree that the context is in; undefined outside of any. Throws if Git cannot say. */
async function topLevel(git: Git, context: string): Promise<string | undefined> {
  let result: ShellResult;
  try {
    result = await git(["rev-parse", ...GIT_PLACE_QUESTION]);
  } catch (error) {
    const hasOwn = await Deno.stat(join(context, ".git")).then(() => true, () => false);
    if (error instanceof AppError && error.code === "program_not_found" && !hasOwn) return undefined;
    throw error;
  }
  if (result.code === 0) {
    const place = parseGitPlace(result.stdout);
    if (place !== undefined) return await Deno.realPath(place.top);
  }
  if (result.code === 0 || /cannot use bare repository/i.test(result.stderr)) {
    throw usageError(
      "wrong_commit",
      `Building an image: "${context}" is in a folder that looks like a Git repository without a work tree`,
      "Remove its HEAD, config, objects and refs from the branch, or correct build.context",
    );
  }
  if (/not a git repository|must be run in a work tree/i.test(result.stderr)) return undefined;
  throw new AppError(
    "wrong_commit",
    `Building an image: Git cannot read the commit of "${context}" (${result.stderr.trim().split("\n")[0]})`,
    {
      exitCode: EXIT.usage,
      hint: `git config --global --add safe.directory ${context}`,
    },
  );
}

/** Whether a folder within a work tree is tracked by a repository that has this commit. */
async function belongsTo(git: Git, sha: FullSha): Promise<boolean> {
  if ((await git(["cat-file", "-e", `${sha}^{commit}`])).code !== 0) return false;
  return (await git(["ls-files", "--", "."])).stdout.trim() !== "";
}

async function requireClean(
  git: Git,
  options: {
    readonly config: BuildSettings;
    readonly sha: FullSha;
    readonly top: string;
    readonly strict: boolean;
  },
): Promise<void> {
  const changed = await findChangedFiles(git, options.top);
  const cannotSay = typeof changed === "string";
  const names = cannotSay ? [] : [...changed.files, ...changed.submodules];
  if (!cannotSay && names.length === 0) return;
  const shown = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  throw new AppError(
    "wrong_commit",
    `Building ${options.sha.slice(0, 7)}: files in "${options.config.context}" differ from that commit (${
      cannotSay ? changed : shown
    })`,
    {
      exitCode: EXIT.usage,
      hint: cannotSay
        ? "Make `git status` work in the build context"
        : changed.files.length === 0
        ? "Run `git submodule update --init --recursive`"
        : options.strict
        ? "An earlier step of the workflow changed them: leave that step out, or undo it with `git stash`"
        : "Run `git stash`, or commit the files and push",
    },
  );
}

async function requireAncestor(
  git: Git,
  options: { readonly config: BuildSettings; readonly pr: PrNumber },
): Promise<void> {
  const required = options.config.requiredCommit;
  if (required === undefined || required === "") return;
  if ((await git(["merge-base", "--is-ancestor", required, "HEAD"])).code === 0) return;
  const shallow = (await git(["rev-parse", "--is-shallow-repository"])).stdout.trim() === "true";
  const short = required.slice(0, 7);
  throw new AppError(
    "required_commit_missing",
    shallow
      ? `Building pull request ${options.pr}: this clone is too shallow to show whether it contains ${short}`
      : `Building pull request ${options.pr}: the branch does not contain the required commit ${short}`,
    {
      exitCode: EXIT.usage,
      hint: shallow ? "git fetch --unshallow" : "Rebase the branch onto the base branch, or merge it in",
    },
  );
}
