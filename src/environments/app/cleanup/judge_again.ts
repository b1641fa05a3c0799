/** Judges a pull request anew where nothing can be recorded in its labels, and removes services of it. */

import type { PrNumber } from "../../../lib/ids.ts";
import { type CleanupOptions, judgePull, type PullCandidate } from "../../core/cleanup/mod.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import { type EnvironmentKey, serviceNameOf } from "../../core/environment/names.ts";
import type { RepositoryIdentity } from "../../core/environment/ownership.ts";
import { showHooks } from "../record/hook_report.ts";
import { identifyRepository, splitByOwner } from "../identify_repository.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { cleanupPull } from "./cleanup.ts";

/** The result of a second look at a pull request. */
export interface JudgedAgain {
  /** Whether the pull request exists. */
  readonly exists: boolean;
  readonly identity: RepositoryIdentity;
  /** The repository's own environments of this number. */
  readonly deployed: readonly PlatformEnvironment[];
  /** The candidates that qualify now. */
  readonly fresh: readonly PullCandidate[];
}

/** Reads the platform and the pull request again, and judges its candidates. */
export async function judgeAgain(
  ports: SyncPorts,
  pr: PrNumber,
  options: CleanupOptions,
  signal: AbortSignal,
): Promise<JudgedAgain> {
  const { repo, forge, platform, settings } = ports;
  const listed = await platform.list({ repo, pr, others: true }, signal);
  const [pull] = await forge.readPulls([pr], signal);
  const identity = await identifyRepository(ports, listed, signal);
  const deployed = splitByOwner(listed, identity).own;
  const facts = {
    ...identity,
    now: forge.now(),
    pr,
    pull: pull === undefined ? undefined : cleanupPull(pull),
    platform: deployed,
    settings,
  };
  return { exists: pull !== undefined, identity, deployed, fresh: judgePull(facts, options).doomed };
}

/** Removes a service, and its image if Showtime built it for this pull request. */
export async function removeService(
  { platform, images, settings, terminal }: SyncPorts,
  { key, epoch, judged: { identity, deployed } }: {
    readonly key: EnvironmentKey;
    readonly epoch: number;
    readonly judged: JudgedAgain;
  },
  signal: AbortSignal,
): Promise<void> {
  const { pr, short } = key;
  await platform.destroy(key, { ...identity, epoch, hooks: showHooks(terminal) }, signal);
  const image = deployed.find(({ service }) => service === serviceNameOf(key))?.image;
  if (image === undefined || short === undefined || image !== settings.imageOf(pr, short)) return;
  const removal = await images.remove(image, { ...identity, inUse: true }, signal);
  if (removal.kind === "kept") terminal.warn(`Image ${image} is kept: ${removal.reason}`);
}
