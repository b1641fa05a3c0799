import { AppError } from "../../lib/errors.ts";
import type { RemoteAnswer } from "../../lib/git/git_remote.ts";
import { parseFullSha } from "../../lib/ids.ts";
import { stripControls } from "../../lib/sanitize.ts";
import type { Clone, ClonedHead, PushedBranch } from "../../ports/clone.ts";
import type { Shell, ShellResult } from "../../ports/shell.ts";

const TIMEOUT_MS = 10_000;
const NO_GIT: ShellResult = { code: 127, stdout: "", stderr: "git is not installed", timedOut: false };

/** Makes the port to the clone that the working folder is in. */
export function makeClone(shell: Shell): Clone {
  return {
    remote: (signal) => findRemote(shell, signal),
    head: (signal) => readHead(shell, signal),
    pushed: (signal) => findPushed(shell, signal),
    async notedDefaultBranch(signal) {
      const noted = await ask(shell, ["symbolic-ref", "--short", "refs/remotes/origin/HEAD"], signal);
      return noted.code === 0 ? /^origin\/(\S+)$/.exec(noted.stdout.trim())?.[1] : undefined;
    },
  };
}

async function findRemote(shell: Shell, signal: AbortSignal): Promise<RemoteAnswer> {
  const origin = await ask(shell, ["remote", "get-url", "origin"], signal);
  if (origin.code === 0) return { kind: "found", url: firstLine(origin.stdout) };
  const refusal = readRefusal(origin);
  if (refusal !== undefined) return refusal;
  const listed = await ask(shell, ["remote"], signal);
  const names = listed.stdout.split(/\r?\n/).filter((name) => name !== "");
  const [only, second] = names;
  if (only === undefined) return { kind: "no_remote" };
  if (second !== undefined) return { kind: "several", names };
  const single = await ask(shell, ["remote", "get-url", "--", only], signal);
  if (single.code === 0) return { kind: "found", url: firstLine(single.stdout) };
  return { kind: "failed", words: firstLine(single.stderr) };
}

/** Reads why Git does not look at the clone; undefined if it did look. */
function readRefusal(result: ShellResult): RemoteAnswer | undefined {
  if (result === NO_GIT) return { kind: "no_git" };
  const { code, stderr } = result;
  const owned = /(?:dubious ownership in repository at|unsafe repository \()\s*'([^']+)'/.exec(stderr)?.[1];
  if (owned !== undefined) {
    // Git writes the command in the form that the system needs.
    const advised = /^\s*(git config --global --add safe\.directory .+)$/m.exec(stderr)?.[1]?.trim();
    const fix = advised ?? `git config --global --add safe.directory ${owned}`;
    return { kind: "not_trusted", fix: stripControls(fix) };
  }
  if (/not a git repository/i.test(stderr)) return { kind: "no_clone" };
  // Exit code 2 says that there is no remote of that name. Older versions of Git say so with 128.
  if (code === 2 || /no such remote/i.test(stderr)) return undefined;
  return { kind: "failed", words: firstLine(stderr).replace(/^(?:fatal|error): /, "") };
}

async function readHead(shell: Shell, signal: AbortSignal): Promise<ClonedHead | undefined> {
  const found = await ask(shell, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], signal);
  const sha = found.code === 0 ? parseFullSha(found.stdout.trim()) : undefined;
  return sha === undefined ? undefined : { sha, branch: await readBranch(shell, signal) };
}

async function readBranch(shell: Shell, signal: AbortSignal): Promise<string | undefined> {
  const { code, stdout } = await ask(shell, ["symbolic-ref", "--quiet", "--short", "HEAD"], signal);
  return code === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
}

async function findPushed(shell: Shell, signal: AbortSignal): Promise<PushedBranch | undefined> {
  const branch = await readBranch(shell, signal);
  if (branch === undefined) return undefined;
  const setting = async (name: string) => {
    const { code, stdout } = await ask(shell, ["config", "--get", name], signal);
    return code === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
  };
  const merge = await setting(`branch.${branch}.merge`);
  const pull = /^refs\/pull\/([1-9]\d{0,9})\//.exec(merge ?? "")?.[1];
  // The order in which Git itself looks for the remote of a push.
  const own = await setting(`branch.${branch}.pushRemote`) ?? await setting("remote.pushDefault");
  const followed = await setting(`branch.${branch}.remote`);
  const remote = own ?? followed ?? "origin";
  const address = await ask(shell, ["remote", "get-url", "--push", "--", remote], signal);
  const url = address.code === 0 ? firstLine(address.stdout) : /[:/]/.test(remote) ? remote : undefined;
  const followedName = /^refs\/heads\/(\S+)$/.exec(merge ?? "")?.[1];
  const there = { remote, branch, followed: remote === followed ? followedName : undefined };
  return {
    branch: await nameOnRemote(shell, there, signal),
    url,
    pull: pull === undefined ? undefined : Number(pull),
  };
}

/**
 * Finds the name that a branch has on its remote. A branch that follows the default branch was made from it and not
 * pushed to it.
 */
async function nameOnRemote(
  shell: Shell,
  there: { readonly remote: string; readonly branch: string; readonly followed: string | undefined },
  signal: AbortSignal,
): Promise<string> {
  const { remote, branch, followed } = there;
  if (followed === undefined || followed === branch) return branch;
  const ref = (name: string) => `refs/remotes/${remote}/${name}`;
  const pushed = await ask(shell, ["rev-parse", "--verify", "--quiet", ref(branch)], signal);
  if (pushed.code === 0) return branch;
  const noted = await ask(shell, ["symbolic-ref", "--quiet", ref("HEAD")], signal);
  return noted.stdout.trim() === ref(followed) ? branch : followed;
}

/** Asks Git in English. A missing program is an answer too. */
async function ask(shell: Shell, args: readonly string[], signal: AbortSignal): Promise<ShellResult> {
  try {
    return await shell.run({ program: "git", args, env: { LC_ALL: "C" }, timeoutMs: TIMEOUT_MS }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) return NO_GIT;
    throw error;
  }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/)[0]?.trim() ?? "";
}
