/** Removes environments of an archived repository, where GitHub takes no lock and no labels. */

import { AppError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { type CleanupFacts, judgePull, type PullCandidate } from "../../core/cleanup/mod.ts";
import { keyOf, serviceNameOf } from "../../core/environment/names.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import type { RepositoryIdentity } from "../../core/environment/ownership.ts";
import { identifyRepository, splitByOwner } from "../identify_repository.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { cleanupPull, type PullCleanup } from "./cleanup.ts";

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
  const { repo, forge, platform, settings } = ports;
  const listed = await platform.list({ repo, pr, others: true }, signal);
  const identity = await identifyRepository(ports, listed, signal);
  const deployed = splitByOwner(listed, identity).own;
  const [pull] = await forge.readPulls([pr], signal);
  const facts: CleanupFacts = {
    ...identity,
    now: forge.now(),
    pr,
    pull: pull === undefined ? undefined : cleanupPull(pull),
    platform: deployed,
    settings,
  };
  const fresh = judgePull(facts, options).doomed;
  for (const each of wanted) {
    const going = fresh.some(({ id }) => id === each.id) ? servicesOf(each, deployed) : [];
    if (going.length === 0) {
      outcome.kept.push({
        what: each.what,
        why: "The platform has nothing of it, and its labels cannot be removed",
      });
      continue;
    }
    for (const service of going) await removeService(ports, { deployed: service, identity }, signal);
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

async function removeService(
  { platform, images, settings, terminal }: SyncPorts,
  { deployed, identity }: { readonly deployed: PlatformEnvironment; readonly identity: RepositoryIdentity },
  signal: AbortSignal,
): Promise<void> {
  const { pr, short, image, epoch = 0 } = deployed;
  await platform.destroy(keyOf(deployed), { ...identity, epoch }, signal);
  if (image === undefined || short === undefined || image !== settings.imageOf(pr, short)) return;
  const removal = await images.remove(image, { ...identity, inUse: true }, signal);
  if (removal.kind === "kept") terminal.warn(`Image ${image} is kept: ${removal.reason}`);
}
