/**
 * Child processes on this machine: `docker`, `git` and `gh`, nothing else.
 *
 * What must not happen here: a shell line (arguments are an array), knowledge of what the programs say, killing by
 * process id (the executable may only end children through their own handle). Next: `run_child.ts`, then
 * `src/ports/shell.ts`.
 *
 * @module
 */

export { makeShell, type ShellOptions } from "./shell.ts";
