/**
 * The terminal: where the program talks to people, on streams that are handed in.
 *
 * What must not happen here: anything of what is said (wording is the command line's), reading the process's own
 * streams or variables but for a question's answer. Everything said but the answer is cleaned of control characters,
 * since it may quote people; in Actions no line of it can be a workflow command. Next: `terminal.ts`, `spinner.ts`,
 * `src/ports/terminal.ts`.
 *
 * @module
 */

export { findAbilities, type TerminalOptions } from "./abilities.ts";
export { makeTerminal } from "./terminal.ts";
