import { applyCleanup } from "../../../../environments/app/cleanup/apply_cleanup.ts";
import { planCleanup } from "../../../../environments/app/cleanup/cleanup.ts";
import { toError } from "../../../../lib/errors.ts";
import type { EnvironmentPorts } from "./environment_ports.ts";

/** The options of `showtime cleanup` without flags. */
const OPTIONS = {
  respectTtl: true,
  askedMaxAgeMs: undefined,
  olderThanMs: undefined,
  labels: true,
  platformOrphans: true,
  closedPulls: true,
  addresses: true,
  labelLimit: undefined,
};

/** Cleans a repository up, as `showtime cleanup` does without a terminal: orphans stay. Says what it did and what failed. */
export async function runCleanup(
  ports: EnvironmentPorts,
  repository: string,
  signal: AbortSignal,
): Promise<void> {
  const say = (text: string) => ports.say(`${repository}: cleanup: ${text}`);
  try {
    await ports.withRun({ repository, pr: undefined, event: undefined }, async (run) => {
      const plan = await planCleanup(run, OPTIONS, signal);
      const { removed, mended, warned, incomplete } = await applyCleanup(run, plan, { approved: [] }, signal);
      for (const each of removed) say(`removed ${each}`);
      for (const each of mended) say(`mended ${each}`);
      for (const each of warned) say(`warned of ${each}`);
      for (const each of incomplete) say(each);
    }, signal);
  } catch (error) {
    if (!signal.aborted) say(toError(error).message);
  }
}
