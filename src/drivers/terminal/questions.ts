/** Questions to a person. They go to stderr, since stdout holds only the command's result. */

import { AppError, EXIT } from "../../lib/errors.ts";
import { stripControls } from "../../lib/sanitize.ts";
import type { AskOptions, Choices } from "../../ports/terminal.ts";

/** Asks for one of several choices. */
export async function chooseOne<T extends string>(question: string, options: Choices<T>): Promise<T> {
  const { select, isCancel } = await import("@clack/prompts");
  const { default: process } = await import("node:process");
  const answer = await select<string>({
    message: stripControls(question),
    options: options.choices.map(({ value, label }) => ({ value, label: stripControls(label) })),
    initialValue: options.initial,
    output: process.stderr,
  });
  if (isCancel(answer)) throw gone();
  return options.choices.find(({ value }) => value === answer)?.value ?? options.initial;
}

/** Asks for a line of text. */
export async function askLine(question: string, { initial, check }: AskOptions): Promise<string> {
  const { text, isCancel } = await import("@clack/prompts");
  const { default: process } = await import("node:process");
  const answer = await text({
    message: stripControls(question),
    placeholder: stripControls(initial),
    defaultValue: initial,
    // An empty answer accepts the proposal, which needs no check.
    validate: (value) => value === undefined || value.trim() === "" ? undefined : check(value.trim()),
    output: process.stderr,
  });
  if (isCancel(answer)) throw gone();
  return answer.trim();
}

function gone(): AppError {
  return new AppError("interrupted", "Asking: the question was cancelled", {
    exitCode: EXIT.interrupted,
    hint: "Nothing was changed; run it again",
  });
}
