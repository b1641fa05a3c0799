import { playLifecycle } from "../../../environments/app/lifecycle_demo.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readSpeed } from "../../read_arguments.ts";

/** The pause between two scenes at the ordinary pace, in milliseconds. */
const PAUSE_MS = 1500;

/** Plays a whole life of an environment. */
export async function runTestLifecycle(env: CommandEnv): Promise<ExitCode> {
  const pr = env.args[0] === undefined ? undefined : env.pull();
  const realGithub = env.values.flag("real-github");
  const speed = env.values.read("speed", readSpeed) ?? 1;
  if (realGithub && pr === undefined) {
    throw usageError(
      "argument_missing",
      "Reading the command line: --real-github needs the pull request to play on",
      'Write it as in "showtime test-lifecycle 1234 --real-github"',
    );
  }
  const { flags, terminal, signal } = env;
  const story: string[] = [];
  const { stage, ports, end } = await (await env.wiring()).stage({ flags, terminal, pr, realGithub }, signal);
  try {
    await playLifecycle(ports, stage, {
      pauseMs: speed === Infinity ? 0 : PAUSE_MS / speed,
      tell: (line) => flags.json ? void story.push(line) : terminal.out(line),
    }, signal);
  } finally {
    await end();
  }
  if (flags.json) env.json({ story });
  return EXIT.done;
}
