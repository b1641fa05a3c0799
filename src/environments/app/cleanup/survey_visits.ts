/** Looks for environments that live on because they were visited, over the listings of a cleanup. Changes nothing. */

import {
  type CleanupFacts,
  type CleanupOptions,
  findNearEnds,
  judgeVisits,
  type VisitedEnvironment,
  visitsSince,
} from "../../core/cleanup/mod.ts";
import type { NewestRequest } from "../../core/environment/environment.ts";
import { keyOf } from "../../core/environment/names.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import type { AppSettings } from "../run.ts";
import { factsOfPulls, type PullListings } from "./pull_facts.ts";

/** The settings that decide about visits. */
export type VisitSettings = Pick<AppSettings, "defaultTtl" | "maxAgeMs" | "warnMs" | "ttlFrom">;

/** The ports and values of the survey. */
interface VisitPorts {
  readonly platform: Pick<PlatformReader, "newestRequests">;
  readonly forge: { now(): number };
  readonly settings: VisitSettings;
}

/** Whether requests let environments live on in a cleanup with these options. */
export function countsVisits({ ttlFrom }: VisitSettings, { respectTtl }: CleanupOptions): boolean {
  return ttlFrom === "traffic" && respectTtl;
}

/** Finds the environments that live on. Nothing is asked if no environment is near its end. */
export async function findVisited(
  ports: VisitPorts,
  listings: PullListings,
  options: CleanupOptions,
  signal: AbortSignal,
): Promise<readonly VisitedEnvironment[]> {
  return await visitedAmong(ports, factsOfPulls(ports, listings), options, signal);
}

/** Asks for the newest requests of the environments that are near their end, and judges them. */
export async function visitedAmong(
  { platform, settings }: Omit<VisitPorts, "forge">,
  all: readonly CleanupFacts[],
  options: CleanupOptions,
  signal: AbortSignal,
): Promise<readonly VisitedEnvironment[]> {
  const withinMs = settings.warnMs ?? 0;
  const near = all.flatMap((facts) =>
    findNearEnds(facts, { withinMs, options }).flatMap((each) => {
      const { deployed } = each;
      return deployed === undefined ? [] : [{ deployed, since: visitsSince(each, facts) }];
    })
  );
  if (near.length === 0) return [];
  const since = Math.min(...near.map((each) => each.since));
  const found = await platform.newestRequests(near.map(({ deployed }) => keyOf(deployed)), { since }, signal);
  const newest = new Map<string, NewestRequest>(
    near.map(({ deployed }, index) => [deployed.service, found[index]]),
  );
  return all.flatMap((facts) => judgeVisits(facts, { newest, withinMs, options }));
}
