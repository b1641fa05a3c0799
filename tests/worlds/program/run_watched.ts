/** A program that runs through the launcher, alone in its build. */

import type { LauncherSettings } from "../../../src/drivers/launcher/command_line.ts";
import { runProgram } from "../../../src/drivers/launcher/run_program.ts";
import { Watch } from "../../../src/drivers/launcher/watch.ts";
import type { ProgramEnd, ProgramRequest } from "../../../src/pipelines/ports/programs.ts";

/** How a program is started, and what stops it. */
export interface Started {
  readonly settings: LauncherSettings;
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, with a watch of its own, which has ended when the promise settles. */
export async function runWatched(
  request: ProgramRequest,
  { settings, signal = new AbortController().signal }: Started,
): Promise<ProgramEnd> {
  await using watch = new Watch(settings);
  return await runProgram(request, { settings, watch }, signal);
}
