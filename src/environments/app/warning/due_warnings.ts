import {
  type CleanupFacts,
  type CleanupPull,
  type DueWarning,
  judgeWarnings,
  WHOLE_CLEANUP,
} from "../../core/cleanup/mod.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import type { RepositoryIdentity } from "../../core/environment/ownership.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { factsOfPulls } from "../cleanup/pull_facts.ts";

/** The listings that a cleanup has read; undefined for a listing that failed. */
export interface WarningListings {
  readonly identity: RepositoryIdentity;
  readonly platform: readonly PlatformEnvironment[] | "as_labels" | undefined;
  readonly pulls: ReadonlyMap<PrNumber, CleanupPull> | undefined;
}

/** Finds the environments that are about to end, over the listings of a cleanup. Sends no request. */
export function dueWarnings(
  { forge, settings }: {
    readonly forge: { now(): number };
    readonly settings: CleanupFacts["settings"] & { readonly warnMs?: number | undefined };
  },
  { identity, platform, pulls }: WarningListings,
): readonly DueWarning[] {
  const { warnMs } = settings;
  if (warnMs === undefined || platform === undefined || pulls === undefined) return [];
  return factsOfPulls({ forge, settings }, { identity, platform, pulls })
    .flatMap((facts) => judgeWarnings(facts, { warnMs, options: WHOLE_CLEANUP }));
}
