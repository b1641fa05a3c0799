/** Lets the visited environments of one pull request live on, under its lock. */

import type { PrNumber } from "../../../lib/ids.ts";
import { formatInstant } from "../../../lib/instant.ts";
import type { CleanupOptions, VisitedEnvironment } from "../../core/cleanup/mod.ts";
import { formatLabel, withLabel, withoutLabels } from "../../core/labels/mod.ts";
import type { Label } from "../../core/labels/label.ts";
import { Announcer } from "../announce/announcer.ts";
import { followUp, type LockedPull, withLock } from "../lock/with_lock.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { renewedNotes } from "../warning/warning_note.ts";
import { CHANGED, type Outcome } from "./cleanup.ts";
import { factsOfObserved } from "./pull_facts.ts";
import { visitedAmong } from "./survey_visits.ts";

/** Takes the lock, judges the environments again and writes their new time-to-live into labels, comment and warnings. */
export async function extendVisited(
  ports: SyncPorts,
  pr: PrNumber,
  { wanted, options, outcome }: {
    readonly wanted: readonly VisitedEnvironment[];
    readonly options: CleanupOptions;
    readonly outcome: Outcome;
  },
  signal: AbortSignal,
): Promise<void> {
  const work = async ({ writer, signal: both }: LockedPull) => {
    const facts = factsOfObserved(ports, writer.observed, { now: ports.forge.now() });
    const due = await visitedAmong(ports, [facts], options, both);
    for (const { what, short } of wanted) {
      if (!due.some((each) => each.short === short)) outcome.kept.push({ what, why: CHANGED });
    }
    for (const each of due.filter(({ short }) => wanted.some((one) => one.short === short))) {
      await extend(ports, { writer, signal: both }, each);
      outcome.extended.push(describeExtended(each));
    }
  };
  await withLock(ports, pr, { doing: "cleanup", work }, signal);
  await followUp(ports, pr, { announcer: new Announcer(ports, pr, signal) }, signal);
}

async function extend(
  ports: SyncPorts,
  { writer, signal }: Pick<LockedPull, "writer" | "signal">,
  { short, ttl, endsAt, why }: VisitedEnvironment,
): Promise<void> {
  const added: Label = { kind: "ttl", sha: short, ttl };
  const remove = writer.labels.ours.flatMap(({ label, name }) =>
    label.kind === "ttl" && label.sha === short ? [name] : []
  );
  const labels = withLabel(withoutLabels(writer.labels, remove), { name: formatLabel(added), label: added });
  writer.note(`\`${short}\` lives until ${formatInstant(endsAt)}: ${lower(why)}`);
  const facts = { observed: writer.observed, labels, short, now: ports.forge.now() };
  await writer.write(
    { add: [added], remove, comment: true, also: renewedNotes(ports.settings, facts) },
    signal,
  );
}

/** Describes an extension that was made, as the end of a sentence. */
function describeExtended({ what, endsAt, why }: VisitedEnvironment): string {
  return `${what} until ${formatInstant(endsAt)}: ${lower(why)}`;
}

function lower(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
