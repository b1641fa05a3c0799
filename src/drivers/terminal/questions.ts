/** Questions to a person. They are put on stderr, the stream of the talk: stdout stays the answer's. */

import { AppError, EXIT } from "../../lib/errors.ts";
import { stripControls } from "../../lib/sanitize.ts";
import type { AskOptions, Choices } from "../../ports/terminal.ts";

/** Asks for one of several. */
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
    // An empty answer is the proposal, which needs no check.
    validate: (value) => value === undefined || value.trim() === "" ? undefined : check(value.trim()),
    output: process.stderr,
  });
  if (isCancel(answer)) throw gone();
  return answer.trim();
}

function gone(): AppError {
  return new AppError("interrupted", "Asking: nobody answered", {
    exitCode: EXIT.interrupted,
    hint: "Nothing was changed; run it again",
  });
}
