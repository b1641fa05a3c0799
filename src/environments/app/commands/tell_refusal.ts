import { AppError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { withLock } from "../lock/with_lock.ts";
import { DEFAULT_OPTIONS } from "../sync/make_policy.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { planOnce } from "../sync/sync_pull.ts";

/**
 * Says in Showtime's comment why a command is refused; `words` are safe in Markdown. The same `key` is said once. If the
 * comment cannot be written, the log of the run says so.
 */
export async function tellCommandRefusal(
  ports: SyncPorts,
  pr: PrNumber,
  { key, words }: { readonly key: string; readonly words: string },
  signal: AbortSignal,
): Promise<void> {
  if (!ports.settings.commentEnabled) return;
  try {
    const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
    const { observed } = await planOnce(ports, pr, options, signal);
    if (observed.record.notice === key) return;
    await withLock(ports, pr, {
      doing: "comment",
      work: async ({ writer, signal: both }) => {
        if (writer.record.notice === key) return;
        writer.remember({ notice: key });
        writer.say({ notice: words });
        await writer.write({ comment: true }, both);
      },
    }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    ports.terminal.warn(`The comment does not say why the command is refused: ${error.message}`);
  }
}
