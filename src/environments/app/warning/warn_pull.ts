/** Warns of the end of environments of one pull request, once for each environment and each end. */

import type { PrNumber } from "../../../lib/ids.ts";
import { type DueWarning, judgeWarnings, WHOLE_CLEANUP } from "../../core/cleanup/mod.ts";
import type { ForgeWrite, MarkedComment } from "../../ports/forge.ts";
import { withLock } from "../lock/with_lock.ts";
import { factsOfObserved } from "../cleanup/pull_facts.ts";
import { ownWarnings } from "../observe/warnings.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { noteOf } from "./warning_note.ts";

/** The outcome of a cleanup that warnings are added to. */
export interface WarnOutcome {
  /** Sentences about warnings that were written. */
  readonly warned: string[];
}

/**
 * Writes the warnings that are not there yet, under the pull request's lock. The comment itself is the record: a run that
 * died before it was written leaves nothing, and the next run writes it.
 */
export async function warnPull(
  ports: SyncPorts,
  pr: PrNumber,
  { wanted, outcome }: { readonly wanted: readonly DueWarning[]; readonly outcome: WarnOutcome },
  signal: AbortSignal,
): Promise<void> {
  const { forge, settings } = ports;
  const before = await forge.readPull(pr, { actor: undefined, warnings: true }, signal);
  if (missing(before.warnings, { due: wanted, settings }).length === 0) return;
  await withLock(ports, pr, {
    doing: "cleanup",
    work: async ({ writer, signal: both }) => {
      const { observed, labels } = writer;
      const { snapshot } = observed;
      const now = forge.now();
      const facts = factsOfObserved(ports, observed, { now });
      const due = judgeWarnings(facts, { warnMs: settings.warnMs ?? 0, options: WHOLE_CLEANUP });
      const also = missing(snapshot.warnings, { due, settings }).flatMap((each): readonly ForgeWrite[] => {
        const { short, endsAt: warnedOf, what, why } = each;
        const older = ownWarnings(snapshot.warnings, settings.trustedBots).filter((one) =>
          one.short === short
        );
        const offered = older.at(-1)?.ttl;
        outcome.warned.push(`${what}: ${why.charAt(0).toLowerCase()}${why.slice(1)}`);
        return [
          // GitHub sends no notification for a mention in an edited comment.
          ...older.map(({ nodeId }): ForgeWrite => ({ kind: "delete_comment", nodeId })),
          noteOf(settings, { observed, labels, short, nodeId: undefined, warnedOf, offered, now }),
        ];
      });
      if (also.length > 0) await writer.write({ also }, both);
    },
  }, signal);
}

/** Returns the ends that no warning is about. */
function missing(
  warnings: readonly MarkedComment[],
  { due, settings }: {
    readonly due: readonly DueWarning[];
    readonly settings: Pick<SyncPorts["settings"], "trustedBots">;
  },
): readonly DueWarning[] {
  const own = ownWarnings(warnings, settings.trustedBots);
  return due.filter(({ short, endsAt }) =>
    !own.some((each) => each.short === short && each.warnedOf === endsAt)
  );
}
