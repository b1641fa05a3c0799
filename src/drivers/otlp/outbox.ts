import { type Ending, pause } from "./ending.ts";
import type { PostAnswer } from "./post.ts";

/** Items that wait to be sent, within bounds: the packages' own processors bound the number, but not the size. */
export interface Outbox<Item> {
  /** Takes an item, or drops and counts it if there is no room. */
  add(item: Item): void;
  /** Sends everything that waits, at once. Resolves when each message is answered or given up. */
  finish(): Promise<void>;
  /** Returns the number of items that did not arrive, and why. */
  losses(): Losses;
}

/** Items that did not arrive. */
export interface Losses {
  /** Dropped because there was no room. */
  readonly dropped: number;
  /** Given to the collector, which did not take them, or waiting when the time was over. */
  readonly failed: number;
  /** The last reason of the collector. */
  readonly reason: string | undefined;
}

/** The size of an item, how items are sent, and until when. */
export interface OutboxOptions<Item> {
  readonly sizeOf: (item: Item) => number;
  /** Sends items as one message. It may reject. */
  readonly send: (items: readonly Item[]) => Promise<PostAnswer>;
  readonly ending: Ending;
}

/** The size of everything that waits or is on its way. */
const MOST_BYTES = 8 * 1024 * 1024;
const MESSAGE_BYTES = 1024 * 1024;
/** An item waits for others at most this long. */
const COLLECT_MS = 1_000;

interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
}

/** Makes an outbox. While the build runs, one message is on its way at a time. */
export function makeOutbox<Item>({ sizeOf, send, ending }: OutboxOptions<Item>): Outbox<Item> {
  let waiting: Waiting<Item>[] = [];
  let [bytes, waitingBytes, dropped, failed] = [0, 0, 0, 0];
  let reason: string | undefined;
  let pumping: Promise<void> | undefined;
  let full = Promise.withResolvers<void>();

  const take = () => {
    let size = 0;
    const end = waiting.findIndex((each) => (size += each.bytes) >= MESSAGE_BYTES);
    const batch = end < 0 ? waiting : waiting.slice(0, end + 1);
    waiting = end < 0 ? [] : waiting.slice(end + 1);
    return batch;
  };

  const deliver = async (batch: readonly Waiting<Item>[]) => {
    const size = batch.reduce((sum, each) => sum + each.bytes, 0);
    waitingBytes -= size;
    try {
      const answer = await send(batch.map(({ item }) => item));
      failed += answer.kind === "taken" ? Math.min(answer.rejected, batch.length) : batch.length;
      reason = answer.reason ?? reason;
    } catch (error) {
      failed += batch.length;
      reason = error instanceof Error ? error.message : String(error);
    }
    bytes -= size;
  };

  const pump = async () => {
    while (waiting.length > 0 && !ending.hurry.aborted) {
      if (waitingBytes < MESSAGE_BYTES) await Promise.race([pause(COLLECT_MS, [ending.hurry]), full.promise]);
      if (!ending.hurry.aborted) await deliver(take());
    }
    pumping = undefined;
  };

  return {
    add(item) {
      const size = sizeOf(item);
      if (bytes + size > MOST_BYTES) {
        dropped++;
        return;
      }
      waiting.push({ item, bytes: size });
      bytes += size;
      waitingBytes += size;
      if (waitingBytes >= MESSAGE_BYTES) {
        full.resolve();
        full = Promise.withResolvers();
      }
      pumping ??= pump();
    },
    async finish() {
      const rest: Promise<void>[] = pumping === undefined ? [] : [pumping];
      while (waiting.length > 0) rest.push(deliver(take()));
      await Promise.all(rest);
    },
    losses: () => ({ dropped, failed, reason }),
  };
}
