import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv, CommandSpec } from "../../command.ts";
import { renderCompletionScript, type ShellName, SHELLS } from "../../completion_script.ts";

/** Prints a shell's completion script. */
export const COMPLETIONS: CommandSpec = {
  name: "completions",
  args: [{ name: "shell", description: "one of", required: true, choices: SHELLS }],
  summary: "print a completion script for a shell",
  description:
    "Prints the script that completes commands, flags and the numbers of pull requests that have " +
    "environments.",
  examples: [
    ["completions bash >> ~/.bash_completion", "for bash"],
    ['completions zsh > "${fpath[1]}/_showtime"', "for zsh"],
    ["completions fish > ~/.config/fish/completions/showtime.fish", "for fish"],
    ["completions powershell >> $PROFILE", "for PowerShell"],
  ],
  options: [],
  needs: "nothing",
  run: runCompletions,
};

function runCompletions(env: CommandEnv): Promise<ExitCode> {
  // The parser has checked it against the choices.
  const shell = env.args[0] as ShellName;
  const script = renderCompletionScript(shell);
  if (env.flags.json) env.json({ shell, script });
  else env.lines(script.split("\n"));
  env.next('open a new shell, then press the tab key after "showtime "');
  return Promise.resolve(EXIT.done);
}
