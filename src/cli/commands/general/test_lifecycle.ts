import { playLifecycle } from "../../../environments/app/lifecycle_demo.ts";
import { EXIT, type ExitCode, toError, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderJsonLine } from "../../render/mod.ts";
import { serveToTheEnd } from "../../serve_to_the_end.ts";
import { readSpeed } from "../../read_arguments.ts";

/** The pause between two scenes at the ordinary pace, in milliseconds. */
const PAUSE_MS = 1500;

/** Plays a whole life of an environment. */
export async function runTestLifecycle(env: CommandEnv): Promise<ExitCode> {
  const pr = env.args[0] === undefined ? undefined : env.pull();
  const realGithub = env.values.flag("real-github");
  const forPeople = env.values.flag("browser");
  const speed = env.values.read("speed", readSpeed) ?? 1;
  if (realGithub && pr === undefined) {
    throw usageError(
      "argument_missing",
      "Reading the command line: --real-github needs the pull request to play on",
      'Write it as in "showtime test-lifecycle 1234 --real-github"',
    );
  }
  const { flags, terminal, signal } = env;
  if (realGithub && forPeople) {
    throw usageError(
      "flags_conflict",
      "Reading the command line: --browser plays on the simulator, and --real-github does not",
      "Give one of them",
    );
  }
  if (realGithub && (flags.dryRun || flags.dryRunGithub)) {
    throw usageError(
      "flags_conflict",
      "Reading the command line: --real-github writes labels, and a dry run writes none",
      "Leave --real-github out: the play on the simulator writes nothing to GitHub",
    );
  }
  const story: string[] = [];
  const tell = (line: string) => flags.json ? void story.push(line) : terminal.out(line);
  const options = { flags, terminal, pr, realGithub, forPeople };
  const { stage, ports, page, end } = await (await env.wiring()).stage(options, signal);
  if (forPeople) {
    for (const line of stage.setting) terminal.say(line);
    terminal.out(flags.json ? renderJsonLine({ page }) : `Open ${page} in a browser`);
    env.next('press "Start" on that page; Ctrl-C removes everything');
    return await serveToTheEnd(whenAborted(signal).then(end), signal);
  }
  try {
    await playLifecycle(ports, stage, { pauseMs: speed === Infinity ? 0 : PAUSE_MS / speed, tell }, signal);
  } catch (error) {
    // The failure of the play says more than one of the clearing up after it.
    await end().catch((failure: unknown) =>
      terminal.warn(`Clearing up after the play failed: ${toError(failure).message}`)
    );
    throw error;
  }
  await end();
  if (flags.json) env.json({ story });
  return EXIT.done;
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
