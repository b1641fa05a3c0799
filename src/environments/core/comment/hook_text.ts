import { codeBlock, escapeMarkdown } from "../../../lib/sanitize.ts";

/** The failure of `before_stop`, as the comment shows it. */
export interface CommentHookFailure {
  readonly message: string;
  readonly hint: string | undefined;
  /** The last lines of the command's output. */
  readonly logTail: readonly string[];
}

/** The maximum length of a line of a log. */
const LINE_LIMIT = 500;

/** Says that commands failed which keep nothing alive. */
export function hookFailureText({ message, hint, logTail }: CommentHookFailure): string {
  const lines = [`⚠️ ${escapeMarkdown(message)}. The environment is removed all the same.`];
  if (hint !== undefined) lines.push(`Next step: ${escapeMarkdown(hint)}`);
  if (logTail.length > 0) lines.push(logTailText(logTail));
  return lines.join("\n\n");
}

/** Renders the last lines of a log, folded away. */
export function logTailText(lines: readonly string[]): string {
  return `<details><summary>The last lines of the log</summary>\n\n${
    codeBlock(lines.map(shorten))
  }\n\n</details>`;
}

/** Cuts a line of a log that is too long to read. */
function shorten(line: string): string {
  return line.length <= LINE_LIMIT ? line : `${line.slice(0, LINE_LIMIT)}…`;
}
