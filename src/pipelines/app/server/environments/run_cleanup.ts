import { applyCleanup } from "../../../../environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../../environments/app/cleanup/cleanup.ts";
import { toError } from "../../../../lib/errors.ts";
import type { EnvironmentPorts } from "./environment_ports.ts";

/** Cleans a repository up, as `showtime cleanup` does without a terminal: orphans stay. Says what it did and what failed. */
export async function runCleanup(
  ports: EnvironmentPorts,
  repository: string,
  signal: AbortSignal,
): Promise<void> {
  const say = (text: string) => ports.say(`${repository}: cleanup: ${text}`);
  try {
    await ports.withRun({ repository, pr: undefined, event: undefined }, async (run) => {
      const plan = await planCleanup(run, WHOLE_CLEANUP, signal);
      const result = await applyCleanup(run, plan, { approved: [] }, signal);
      const { removed, mended, extended, warned, slept, incomplete } = result;
      for (const each of removed) say(`removed ${each}`);
      for (const each of mended) say(`mended ${each}`);
      for (const each of extended) say(`extended ${each}`);
      for (const each of warned) say(`warned of ${each}`);
      for (const each of slept) say(each);
      for (const each of incomplete) say(each);
    }, signal);
  } catch (error) {
    if (!signal.aborted) say(toError(error).message);
  }
}
