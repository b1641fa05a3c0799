import { AppError, EXIT, type ExitCode } from "../../../../lib/errors.ts";
import type { CommandEnv } from "../../../command.ts";
import { actOriginal } from "./act_original.ts";
import { ORIGINAL_PAGE } from "./page.ts";
import { asOriginalError } from "./original_errors.ts";
import { type OriginalWords, readOriginalWords } from "./original_words.ts";

/** The names of levels that the original tool takes. The value says whether warnings are printed. */
const LEVELS: ReadonlyMap<string, boolean> = new Map([
  ...["NOTSET", "DEBUG", "INFO", "WARN", "WARNING"].map((name) => [name, true] as const),
  ...["ERROR", "CRITICAL", "FATAL"].map((name) => [name, false] as const),
]);

/** Runs a command line of the original tool. Help that follows from an error goes to stderr. */
export async function runOriginal(env: CommandEnv): Promise<ExitCode> {
  // The parser's package is loaded for help alone.
  const help = async () => {
    const { commandHelp } = await import("../../../reading/parse_command.ts");
    const { version } = env.about;
    return commandHelp({ ...ORIGINAL_PAGE, name: "cicdstatemgr" }, { version, columns: undefined });
  };
  let words: OriginalWords | undefined;
  try {
    words = readOriginalWords(env.args.map((word) => word ?? ""));
  } catch (error) {
    env.terminal.say(await help());
    throw error;
  }
  if (words === undefined) {
    env.lines([await help()]);
    return EXIT.done;
  }
  const level = words.texts("log-level").at(-1) ?? "DEBUG";
  const warns = LEVELS.get(level);
  if (warns === undefined) throw levelUnknown(level);
  try {
    await actOriginal(env, words, { warns });
    return EXIT.done;
  } catch (error) {
    if (!env.signal.aborted) env.terminal.say(await help());
    throw asOriginalError(error);
  }
}

function levelUnknown(level: string): AppError {
  return new AppError("level_unknown", `Reading --log-level: ${JSON.stringify(level)} is no level`, {
    hint: `The levels are ${[...LEVELS.keys()].join(", ")}`,
  });
}
