import { stripControls } from "../lib/sanitize.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { wrapText } from "./render/wrap_text.ts";

/** The word that a terminal writes before a warning. */
const WARNING = "warning: ";

/** A word at the start of a line under which its text is indented. */
const HEADING = /^(?:Next|error|hint|warning): /;

/** Breaks lines of talk between their words. Text after a heading such as `Next:` stays in its column. */
export type WrapTalk = (text: string) => readonly string[];

/** Makes the function for a terminal of that width. A line keeps its indentation. */
export function makeWrapTalk(columns: number, wrap: typeof wrapText): WrapTalk {
  return (text) =>
    text.split(/\r?\n/).flatMap((each) => {
      const line = stripControls(each);
      const start = line.length - line.trimStart().length;
      return wrap(line, { columns, indent: HEADING.exec(line)?.[0].length ?? start + 2 });
    });
}

/** Returns the terminal with talk that is broken between words. Logs and the answer stay as they are. */
export function wrapTerminal(terminal: Terminal, wrapTalk: WrapTalk): Terminal {
  const wrapped = (text: string) => wrapTalk(text).join("\n");
  return {
    ...terminal,
    say: (text) => terminal.say(wrapped(text)),
    notice: (text) => terminal.notice(wrapped(text)),
    detail: (text) => terminal.detail(wrapped(text)),
    warn: (text) => terminal.warn(wrapped(WARNING + text).slice(WARNING.length)),
  };
}
