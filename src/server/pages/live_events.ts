import type { Context } from "hono";
import { streamSSE } from "hono/streaming";

/** Calls a listener after each change until the function that it returns is called. */
export type Watch = (listener: () => void) => () => void;

/** The time after which a silent stream says that it is still there, in milliseconds. */
const BEAT_MS = 15_000;

/**
 * Answers with a stream of server-sent events, one after each change, until the reader leaves or
 * `signal` aborts. Changes that come
 * together are one event: a page reads its whole state anew.
 */
export function streamChanges(context: Context, watch: Watch, signal: AbortSignal): Response {
  return streamSSE(context, async (stream) => {
    let changed = Promise.withResolvers<string>();
    const end = watch(() => changed.resolve("change"));
    const leave = () => changed.resolve("end");
    stream.onAbort(leave);
    signal.addEventListener("abort", leave, { once: true });
    try {
      // The reader may have missed a change since its page was made.
      await stream.writeSSE({ event: "change", data: "", retry: 1000 });
      while (!stream.aborted && !signal.aborted) {
        const beat = Promise.withResolvers<string>();
        const timer = setTimeout(() => beat.resolve("beat"), BEAT_MS);
        const event = await Promise.race([changed.promise, beat.promise]);
        clearTimeout(timer);
        if (event === "change") changed = Promise.withResolvers<string>();
        if (event !== "end") await stream.writeSSE({ event, data: "" });
      }
    } finally {
      signal.removeEventListener("abort", leave);
      end();
    }
  });
}
