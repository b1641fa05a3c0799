/**
 * The programs of steps, started through the script `showtime-run`, the one program that may start others.
 *
 * What must not happen here: a shell line, knowledge of what a program prints, killing by process id (the executable may
 * end only its own children), a program that is started in another way, a step's secret in an argument list. Next:
 * `run_program.ts`, then `showtime-run` itself.
 *
 * @module
 */

export { type Launcher, type LauncherOptions, openLauncher } from "./open_launcher.ts";
