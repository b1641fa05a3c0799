/** Removes environments of an archived repository, where GitHub takes no lock and no labels. */

import { AppError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { PullCandidate } from "../../core/cleanup/mod.ts";
import { keyOf, serviceNameOf } from "../../core/environment/names.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import type { PullCleanup } from "./cleanup.ts";
import { judgeAgain, removeService } from "./judge_again.ts";

/** Whether a cleanup that failed with this error may go on without a lock, because a person forces it. */
export function goesUnlocked(error: unknown, { force }: Pick<PullCleanup, "force">): boolean {
  return force && error instanceof AppError && error.code === "forge_archived";
}

/**
 * Removes the candidates of a pull request from the platform. No lock is needed: no run can take one there, and no run
 * deploys without one. The labels stay.
 */
export async function cleanArchived(
  ports: SyncPorts,
  pr: PrNumber,
  { wanted, options, outcome }: PullCleanup,
  signal: AbortSignal,
): Promise<void> {
  const judged = await judgeAgain(ports, pr, options, signal);
  for (const each of wanted) {
    const going = judged.fresh.some(({ id }) => id === each.id) ? servicesOf(each, judged.deployed) : [];
    if (going.length === 0) {
      outcome.kept.push({
        what: each.what,
        why: "The platform has nothing of it, and its labels cannot be removed",
      });
      continue;
    }
    for (const service of going) {
      await removeService(ports, { key: keyOf(service), epoch: service.epoch ?? 0, judged }, signal);
    }
    outcome.removed.push(each.what);
  }
  ports.terminal.warn(`The labels of #${pr} stay, because the repository is archived`);
}

/** Returns the environments with Showtime's tag that a candidate is about. */
function servicesOf(
  candidate: PullCandidate,
  deployed: readonly PlatformEnvironment[],
): readonly PlatformEnvironment[] {
  const own = deployed.filter(({ managed }) => managed);
  if (candidate.kind === "closed") return own;
  const key = "deployed" in candidate ? candidate.deployed : undefined;
  return key === undefined ? [] : own.filter(({ service }) => service === serviceNameOf(key));
}
