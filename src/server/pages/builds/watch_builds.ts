import type { ServerContext } from "../../http/server_context.ts";
import type { Watch } from "../live_events.ts";
import { eitherSignal } from "../../../lib/either_signal.ts";

/** The shortest time between two news of a page, in milliseconds. */
const PAUSE_MS = 500;

/** Makes the watch of pages that show many builds. Workers that print much do not make it call more often. */
export function watchBuilds({ ports, signal }: ServerContext): Watch {
  return (listener) => {
    const left = new AbortController();
    const watched = eitherSignal(signal, left.signal);
    const follow = async () => {
      while (!watched.aborted) {
        await ports.queue.changed(watched);
        listener();
        await ports.clock.sleep(PAUSE_MS, watched);
        // A change during the pause would be missed.
        listener();
      }
    };
    follow().catch(() => {});
    return () => left.abort();
  };
}
