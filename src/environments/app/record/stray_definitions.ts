/** Removes label definitions that a run made for a commit and did not come to attach. */

import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import { shortSha } from "../../../lib/ids.ts";
import { isShaCarrying, parseLabel } from "../../core/labels/mod.ts";
import type { HeldLock } from "../lock/lock_lease.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";

/** How long the removal may take after an interruption, in milliseconds. The lock has to be released in 5 s. */
const AFTER_ABORT_MS = 2_000;

/**
 * Removes the definitions that carry these commits and that no open pull request has. The caller holds the lock of the
 * pull request, so that no run is about to attach them.
 */
export async function dropStrayDefinitions(
  ports: Pick<SyncPorts, "forge">,
  lock: HeldLock,
  { pr, shorts }: { readonly pr: PrNumber; readonly shorts: readonly ShortSha[] },
  signal: AbortSignal,
): Promise<void> {
  if (shorts.length === 0) return;
  const { definitions } = await ports.forge.retirementInfo(pr, { shas: shorts }, signal);
  const stray = definitions.filter(({ name, openPulls }) => {
    const sha = isShaCarrying(parseLabel(name));
    return sha !== undefined && shorts.includes(sha) && openPulls.length === 0;
  });
  if (stray.length === 0) return;
  lock.assertMine();
  await ports.forge.deleteDefinitions(stray.map(({ nodeId }) => nodeId), signal);
}

/** Lists the commits of a pull request that have no label on it. */
export function unlabeledCommits({ observation, record }: ObservedPull): readonly ShortSha[] {
  const { commits, headSha, target, allLabels } = observation;
  const known = [...commits, headSha, target, ...Object.values(record.shas ?? {})].map((sha) =>
    shortSha(sha)
  );
  return [...new Set(known)].filter((short) => !allLabels.environments.has(short));
}

/**
 * Does {@link dropStrayDefinitions} for a commit whose labels could not be attached, as far as that is possible. The
 * caller's signal may have aborted.
 */
export async function dropAfterFailure(
  ports: Pick<SyncPorts, "forge">,
  lock: HeldLock,
  of: { readonly pr: PrNumber; readonly shorts: readonly ShortSha[] },
): Promise<void> {
  if (lock.lost.aborted) return;
  try {
    await dropStrayDefinitions(ports, lock, of, AbortSignal.timeout(AFTER_ABORT_MS));
  } catch {
    // The run that takes over, or the cleanup, removes them.
  }
}
