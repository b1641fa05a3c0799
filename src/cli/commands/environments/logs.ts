import { openLogs } from "../../../environments/app/show/logs.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { exitCodeOfEnd } from "../../interrupted.ts";
import { readCount, readSha } from "../../read_arguments.ts";
import { renderJsonLine } from "../../render/mod.ts";

/** Prints an environment's log. */
export async function runLogs(env: CommandEnv): Promise<ExitCode> {
  const pr = await env.shownPull();
  const { values, signal, terminal } = env;
  const asked = {
    sha: values.read("sha", readSha),
    tail: values.read("tail", readCount),
    follow: values.flag("follow"),
  };
  let count = 0;
  try {
    const { ports } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
    const { view, lines } = await openLogs(ports, pr, asked, signal);
    for await (const line of lines) {
      count++;
      const text = stripControls(line);
      terminal.out(
        env.flags.json ? renderJsonLine({ pr, sha: view.sha ?? view.short_sha, line: text }) : text,
      );
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  // A signal is the usual end of following, and no failure.
  const code = asked.follow ? exitCodeOfEnd(signal) : undefined;
  if (code !== undefined) return code;
  signal.throwIfAborted();
  if (count === 0) terminal.say("The log is empty");
  if (asked.follow) {
    terminal.say("The log has ended: nothing writes to it any more");
    env.next(`"showtime status ${pr}" shows what there is now`);
  } else env.next(`"showtime logs ${pr} --follow" shows new lines as they come`);
  return EXIT.done;
}
