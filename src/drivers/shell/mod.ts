/**
 * Child processes on this machine: `docker`, `git` and `gh`, no other program.
 *
 * What must not happen here: a shell line (arguments are an array), knowledge of the programs' output,
 * killing by process id (the executable may only end children through their own handle), a token in a child's
 * environment that the caller did not name. Next: `run_child.ts`, `child_environment.ts`, then
 * `src/ports/shell.ts`.
 *
 * @module
 */

export { makeShell, type ShellOptions } from "./shell.ts";
