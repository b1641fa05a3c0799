/** Writes the status `showtime` of commits. It follows from what the labels say, and holds up no other work. */

import { AppError, toError } from "../../../lib/errors.ts";
import type { FullSha } from "../../../lib/ids.ts";
import type { LabelState } from "../../core/labels/mod.ts";
import {
  type HeadStatus,
  isStatus,
  STATUS_CONTEXT,
  type StatusFacts,
  wantedStatus,
} from "../../core/news/mod.ts";
import type { HeldLock } from "../lock/lock_lease.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { runUrlOf } from "./run_url.ts";

/** The facts that the status of the head follows from, after a change of the labels. */
export interface Reported extends Pick<StatusFacts, "stableOf" | "failure" | "update"> {
  readonly observed: ObservedPull;
  readonly lock: HeldLock;
  /** The labels that are believed. */
  readonly labels: LabelState;
}

/** Writes the status of the head commit if the labels ask for another one than it has. */
export async function reportHead(
  ports: SyncPorts,
  { observed, lock, labels, stableOf, failure, update }: Reported,
  signal: AbortSignal,
): Promise<void> {
  const { status: settings } = ports.settings;
  if (settings === undefined) return;
  const { snapshot: { open, headSha, headStatus }, known } = observed;
  const present = known.status?.sha === headSha && known.status.written !== "refused"
    ? known.status.written
    : headStatus;
  const { required } = settings;
  const wanted = wantedStatus({ open, headSha, labels, stableOf, failure, update, present, required });
  if (wanted !== undefined && !isStatus(present, wanted)) {
    await writeStatus(ports, { observed, lock, sha: headSha, status: wanted }, signal);
  }
}

/**
 * Writes a status. A failure is one warning: the next run that looks at the pull request writes the status. After a refusal
 * this run writes none. Throws AppError `lock_lost` if the lock is another run's by now.
 */
export async function writeStatus(
  ports: SyncPorts,
  { observed, lock, sha, status }: {
    readonly observed: ObservedPull;
    readonly lock: HeldLock;
    readonly sha: FullSha;
    readonly status: HeadStatus;
  },
  signal: AbortSignal,
): Promise<void> {
  const { known, snapshot } = observed;
  if (known.status?.written === "refused") return;
  lock.assertMine();
  const isHead = sha === snapshot.headSha;
  const page = isHead && status.state !== "success"
    ? runUrlOf(ports) ?? ports.links.pull(snapshot.number)
    : undefined;
  try {
    await ports.forge.writeStatus({
      sha,
      context: STATUS_CONTEXT,
      state: status.state,
      description: status.description,
      url: status.url ?? page,
    }, signal);
    if (isHead) known.status = { sha, written: status };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    known.status = { sha, written: "refused" };
    const { message } = toError(error);
    ports.terminal.warn(
      `The status "${STATUS_CONTEXT}" is not written. ${message}${
        error.hint === undefined ? "" : `. ${error.hint}`
      }`,
    );
  }
}
