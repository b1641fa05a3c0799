/** Counts the environments of a repository, on the platform and by the labels that announce them. Changes nothing. */

import { formatLabel, readLabels } from "../../core/labels/mod.ts";
import {
  type Census,
  isLimited,
  type Observation,
  type Plan,
  planPull,
  type Policy,
  startedBy,
  takeCensus,
} from "../../core/plan/mod.ts";
import type { ForgeReader, StartsSnapshot } from "../../ports/forge.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import { identifyRepository, type IdentityPorts, splitByOwner } from "../identify_repository.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/** The ports and values that a count uses. */
export interface CensusPorts extends IdentityPorts {
  readonly forge: IdentityPorts["forge"] & Pick<ForgeReader, "readStarts">;
  readonly platform: Pick<PlatformReader, "list">;
  /** The labels stand in for the platform (a dry run of the platform). */
  readonly platformAsLabels: boolean;
}

/** A count, and the locks that were read with it. */
export interface TakenCensus extends Pick<StartsSnapshot, "locks"> {
  readonly census: Census;
}

/** Counts the environments of all pull requests but the one that asks. */
export async function readCensus(
  ports: CensusPorts,
  { asking }: { readonly asking: Observation["pr"] },
  signal: AbortSignal,
): Promise<TakenCensus> {
  const [starts, listed] = await Promise.all([
    ports.forge.readStarts(formatLabel({ kind: "marker" }), signal),
    ports.platformAsLabels ? [] : ports.platform.list({ repo: ports.repo, others: true }, signal),
  ]);
  const { own } = splitByOwner(listed, await identifyRepository(ports, listed, signal));
  const pulls = new Map(starts.pulls.map(({ number, labels }) => [number, readLabels(labels)] as const));
  return { locks: starts.locks, census: takeCensus({ asking, platform: own, pulls }) };
}

/** A decision, and what it was made of. */
interface Decided {
  readonly plan: Plan;
  readonly observed: ObservedPull;
  readonly policy: Policy;
}

/** Decides again with a count, if the plan starts an environment and limits are configured. */
export async function countWithoutLock<Decision extends Decided>(
  ports: CensusPorts,
  decision: Decision,
  signal: AbortSignal,
): Promise<Decision> {
  const { plan, observed, policy } = decision;
  if (startedBy(plan, { observation: observed.observation, policy }) === undefined) return decision;
  const { census } = await readCensus(ports, { asking: plan.pr }, signal);
  return withCensus(decision, census);
}

/** Decides again with a count. */
export function withCensus<Decision extends Decided>(decision: Decision, census: Census): Decision {
  const { observed, policy } = decision;
  const observation = { ...observed.observation, census };
  return { ...decision, observed: { ...observed, observation }, plan: planPull(observation, policy) };
}

/** Counts where limits are configured, whether or not the plan starts an environment: what would change it may. */
export async function countForVariations<Decision extends Decided>(
  ports: CensusPorts,
  decision: Decision,
  signal: AbortSignal,
): Promise<Decision> {
  const { observed: { observation }, policy, plan } = decision;
  if (!isLimited(policy) || observation.census !== undefined || !observation.open) return decision;
  return withCensus(decision, (await readCensus(ports, { asking: plan.pr }, signal)).census);
}
