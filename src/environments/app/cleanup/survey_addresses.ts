/** Looks for addresses that the platform no longer has, over the listings of a cleanup. Changes nothing. */

import {
  type AddressChange,
  type CleanupCandidate,
  type CleanupPull,
  judgeAddresses,
  type Reached,
} from "../../core/cleanup/mod.ts";
import { readSilence } from "../../core/labels/mod.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { LockSubject } from "../../core/lock.ts";
import type { LabelDefinition } from "../../ports/forge.ts";
import type { PlatformReader } from "../../ports/platform.ts";

/** The listings that the survey compares; undefined for a listing that failed. */
export interface AddressListings {
  readonly platform: readonly PlatformEnvironment[] | "as_labels" | undefined;
  readonly pulls: ReadonlyMap<PrNumber, CleanupPull> | undefined;
  readonly definitions: readonly LabelDefinition[] | undefined;
  readonly locks: readonly { readonly pr: LockSubject }[];
}

/**
 * Compares the addresses on labels with the platform's. Environments that the cleanup removes are left out.
 * The platform was listed before the pull requests.
 */
export async function findAddressChanges(
  platform: Pick<PlatformReader, "reach">,
  { world, candidates }: {
    readonly world: AddressListings;
    readonly candidates: readonly CleanupCandidate[];
  },
  signal: AbortSignal,
): Promise<readonly AddressChange[]> {
  const { platform: listed, pulls, definitions } = world;
  if (listed === undefined || listed === "as_labels" || pulls === undefined) return [];
  const going = candidates.filter((each) => !each.needsApproval);
  const goes = ({ pr, short }: AddressChange) =>
    going.some((each) => each.pr === pr && "short" in each && each.short === short);
  const numbers = [...pulls.keys()].filter((pr) => pulls.get(pr)?.open === true);
  const named = listed.filter((each) =>
    each.managed && !each.legacy && numbers.includes(each.pr) && each.short !== undefined &&
    pulls.get(each.pr)?.labels.environments.has(each.short) === true
  );
  const reached = await reachAll(platform, named, signal);
  const silent = new Set(
    (definitions ?? []).flatMap(({ name, description }) =>
      readSilence(description) === undefined ? [] : [name]
    ),
  );
  const found = numbers.flatMap((pr) =>
    judgeAddresses({
      pr,
      pull: pulls.get(pr),
      platform: listed.filter((each) => each.pr === pr),
      reached,
      // A lock whose holder is gone is removed first.
      locked: world.locks.some((each) => each.pr === pr) &&
        !candidates.some((each) => each.kind === "lock" && each.pr === pr),
      isSilent: ({ labels }) =>
        labels.some(({ label, name }) => label.kind === "address" && silent.has(name)),
    })
  );
  return found.filter((each) => !goes(each));
}

async function reachAll(
  platform: Pick<PlatformReader, "reach">,
  environments: readonly PlatformEnvironment[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Reached>> {
  if (environments.length === 0) return new Map();
  const found = await platform.reach(environments, signal);
  return new Map(environments.flatMap(({ service }, index) => {
    const seen = found[index];
    return seen === undefined ? [] : [[service, seen]];
  }));
}
