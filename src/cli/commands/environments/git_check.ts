import { checkRequiredCommit } from "../../../environments/app/doctor/git_check.ts";
import { AppError, EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { warnOfPreset } from "./shared.ts";

/** Checks whether the branch contains the commit that the configuration requires. */
export async function runGitCheck(env: CommandEnv): Promise<ExitCode> {
  const { flags, terminal, signal } = env;
  const wiring = await env.wiring();
  const loaded = await wiring.config({ flags, terminal, pr: undefined });
  warnOfPreset(env, loaded);
  const { config } = loaded;
  const required = config.requiredCommit;
  const answer = required === undefined
    ? undefined
    : await checkRequiredCommit(await wiring.shell(), { required, folder: config.build.context }, signal);
  const contained = answer === undefined || answer.kind === "contained";
  if (flags.json) {
    const detail = answer?.kind ?? "not_required";
    env.json({ required_commit: required ?? null, head: answer?.head ?? null, contained, detail });
    return contained ? EXIT.done : EXIT.failed;
  }
  if (required === undefined || answer === undefined) {
    env.lines(["The configuration requires no commit"]);
  } else if (contained) {
    env.lines([`${answer.head?.slice(0, 7)} contains the required commit ${required.slice(0, 7)}`]);
  } else {
    throw new AppError(
      "required_commit_missing",
      `Looking for the required commit: ${answer.head?.slice(0, 7) ?? "this branch"} ${
        answer.kind === "unknown" ? "may or may not contain" : "does not contain"
      } ${required.slice(0, 7)}`,
      {
        hint: answer.kind === "unknown"
          ? 'The clone is shallow or lacks that commit: run "git fetch --unshallow origin" and try again'
          : "Rebase the branch on the base branch, or merge that into it",
      },
    );
  }
  env.next('"showtime start <pr>" builds it');
  return EXIT.done;
}
