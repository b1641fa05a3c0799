/**
 * The command line: from words to a command, from an answer to text, from a failure to a message and an exit code.
 *
 * What must not happen here: a decision about environments (that is `src/environments/core/plan`), a call to a vendor, a driver
 * that is built (`Wiring` brings them when they are needed). stdout carries the answer, stderr the talk; `run.ts`
 * alone prints failures, and everything written passes its redactor. `program.ts` alone knows the parser package.
 *
 * Read `run.ts`, then `command.ts`, then any file of `commands/`, then `wiring_types.ts` for what is asked of drivers.
 *
 * @module
 */

export { Interrupted } from "./interrupted.ts";
export { run } from "./run.ts";
export type {
  About,
  CliHost,
  CliIo,
  GlobalFlags,
  LifecycleOptions,
  RunningSimulator,
  SimulateOptions,
  TerminalSettings,
  Wiring,
  WiringHost,
  WiringRequest,
} from "./wiring_types.ts";
