/** A program that runs through the launcher as a person or another program starts it. */

import { commandLine } from "../../../src/drivers/launcher/command_line.ts";
import { programEnd } from "../../../src/drivers/launcher/program_end.ts";
import type { ProgramEnd, ProgramRequest } from "../../../src/pipelines/ports/programs.ts";
import type { Started } from "./run_watched.ts";

/** More than a pipe holds, and a line break at its start. */
const STOP = new Uint8Array(256 * 1024).fill(10);

/** Runs a program to its end with `showtime-run GRACE_SECONDS PROGRAM …`, and orders the end of what it leaves behind. */
export async function runByHand(
  { argv, cwd, env, onOutput }: ProgramRequest,
  { settings, signal = new AbortController().signal }: Started,
): Promise<ProgramEnd> {
  const line = commandLine({ argv, env }, { ...settings, setsid: undefined });
  const child = new Deno.Command(settings.path, {
    args: [String(settings.graceSeconds), ...line.args.slice(1)],
    cwd,
    clearEnv: true,
    env: { ...line.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const orders = child.stdin.getWriter();
  orders.closed.catch(() => undefined);
  // The watcher reads a line and no more. The pipe breaks when the watcher has ended.
  const end = async () => {
    try {
      for (;;) await orders.write(STOP);
    } catch {
      // No process of the group is left.
    }
  };
  let ending: Promise<void> | undefined;
  const stop = () => ending ??= end();
  signal.addEventListener("abort", stop, { once: true });
  const read = async (stream: "stdout" | "stderr") => {
    for await (const bytes of child[stream]) onOutput(bytes, stream);
  };
  const reading = [read("stdout"), read("stderr")];
  const status = await child.status;
  await stop();
  await Promise.all(reading);
  signal.removeEventListener("abort", stop);
  return programEnd(status);
}
