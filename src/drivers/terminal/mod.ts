/**
 * The terminal: the program talks to people, on streams that the caller passes.
 *
 * What must not happen here: wording (the command line writes it), and reading the process's own streams or
 * variables, except for the answer to a question. Text on stderr is cleaned of control characters, since it
 * may quote people; in Actions no line of it can be a workflow command. Next: `terminal.ts`, `spinner.ts`,
 * then `src/ports/terminal.ts`.
 *
 * @module
 */

export { findAbilities, type TerminalOptions } from "./abilities.ts";
export { makeTerminal } from "./terminal.ts";
export { writeAll } from "./write_all.ts";
