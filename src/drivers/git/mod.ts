/**
 * The Git clone in the working folder, read through the `git` command.
 *
 * What must not happen here: a change of the clone, or a rule about which repository counts. Next: `clone.ts`, then
 * `src/ports/clone.ts`.
 *
 * @module
 */

export { makeClone } from "./clone.ts";
