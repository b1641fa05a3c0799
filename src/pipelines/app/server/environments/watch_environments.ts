import type { Announcements } from "../../../../lib/waiting/announcements.ts";
import type { EnvironmentPorts } from "./environment_ports.ts";
import { readWanted } from "./wanted_store.ts";

/** The shortest time between two looks at the store, in milliseconds: workers that print much announce all the time. */
const PAUSE_MS = 500;
/** Time, labels and other programs change environments without a word to this server. */
const IDLE_MS = 60_000;

/**
 * Calls `listener` when the environments may have changed, until `signal` aborts: after a hook, after the end of a sync on
 * any server, while syncs run or wait, and once a minute. A call comes again after `keptMs`, because the list that a
 * reader gets may be that old. `acted` announces the hooks and the changes of this server's own board.
 */
export async function watchEnvironments(
  ports: Pick<EnvironmentPorts, "store" | "queue" | "clock" | "inForce">,
  { listener, acted, keptMs }: {
    readonly listener: () => void;
    readonly acted: Announcements;
    readonly keptMs: number;
  },
  signal: AbortSignal,
): Promise<void> {
  const { queue, clock } = ports;
  // The wait begins before each look, so that no change falls between the two.
  let [changed, own] = [queue.changed(signal), acted.next(signal)];
  let seen = await wantedNow(ports, signal);
  let due = clock.sleep(seen.isBusy ? keptMs : IDLE_MS, signal);
  while (!signal.aborted) {
    const woken = await Promise.race([
      changed.then(() => "changed" as const),
      own.then(() => "acted" as const),
      due.then(() => "due" as const),
    ]);
    if (woken === "changed") {
      await clock.sleep(PAUSE_MS, signal);
      changed = queue.changed(signal);
    }
    if (woken === "acted") own = acted.next(signal);
    const now = await wantedNow(ports, signal);
    const isOther = now.text !== seen.text || woken === "acted";
    seen = now;
    if (!isOther && woken === "changed") continue;
    due = clock.sleep(isOther || now.isBusy ? keptMs : IDLE_MS, signal);
    listener();
  }
}

/** Returns the syncs that all listed repositories want. */
async function wantedNow(
  ports: Pick<EnvironmentPorts, "store" | "inForce">,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly isBusy: boolean }> {
  const { repositories } = ports.inForce() ?? { repositories: [] };
  const wanted = await Promise.all(repositories.map((each) => readWanted(ports, each, signal)));
  return {
    text: JSON.stringify([repositories, wanted]),
    isBusy: wanted.some((each) => each.length > 0),
  };
}
