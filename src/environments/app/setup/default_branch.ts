import { AppError } from "../../../lib/errors.ts";
import type { Shell } from "../../../ports/shell.ts";

const BRANCH_IF_UNKNOWN = "main";
const TIMEOUT_MS = 10_000;

/** Finds the default branch of the clone in the working folder; `main` if Git cannot run or find it. */
export async function findDefaultBranch(shell: Shell, signal: AbortSignal): Promise<string> {
  const args = ["symbolic-ref", "--short", "refs/remotes/origin/HEAD"];
  try {
    const { code, stdout } = await shell.run({ program: "git", args, timeoutMs: TIMEOUT_MS }, signal);
    const branch = /^origin\/(\S+)$/.exec(stdout.trim())?.[1];
    return code === 0 && branch !== undefined ? branch : BRANCH_IF_UNKNOWN;
  } catch (error) {
    if (error instanceof AppError) return BRANCH_IF_UNKNOWN;
    throw error;
  }
}
