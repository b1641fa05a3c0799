import type { Shell } from "../../ports/shell.ts";
import { AppError } from "../../lib/errors.ts";

/** Makes the question whether Git would track a file: it is in the index, or no rule ignores it. */
export function makeTrackedCheck(shell: Shell): (path: string, signal: AbortSignal) => Promise<boolean> {
  return async (path, signal) => {
    try {
      const { code } = await shell.run({
        program: "git",
        args: ["check-ignore", "--quiet", "--", path],
        timeoutMs: 60_000,
      }, signal);
      // 0: ignored. 1: not ignored. 128: no repository, so nothing tracks the file.
      return code === 1;
    } catch (error) {
      if (error instanceof AppError && error.code === "program_not_found") return false;
      throw error;
    }
  };
}
