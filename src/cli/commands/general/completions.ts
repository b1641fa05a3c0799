import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderCompletionScript } from "../../completion/completion_script.ts";
import type { ShellName } from "../../completion/shells.ts";

/** Prints a shell's completion script and nothing else: shells evaluate the output. */
export function runCompletions(env: CommandEnv): Promise<ExitCode> {
  // The parser has checked the argument against the choices.
  const shell = env.args[0] as ShellName;
  const script = renderCompletionScript(shell);
  if (env.flags.json) env.json({ shell, script });
  else env.lines(script.split("\n"));
  return Promise.resolve(EXIT.done);
}
