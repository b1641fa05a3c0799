/** The environments of a repository as the limits count them: each pull request once. */

import type { PrNumber } from "../../../../lib/ids.ts";
import type { PlatformEnvironment, SizeName } from "../../environment/environment.ts";
import type { LabeledEnvironment, LabelState } from "../../labels/mod.ts";

/** The environment of a pull request. While a newer commit comes up beside it, it counts once. */
export interface CountedPull {
  readonly pr: PrNumber;
  /** Milliseconds since 1970; undefined if it is not known. */
  readonly createdAt: number | undefined;
  /** As a tag or a label has it, perhaps cut. */
  readonly requestedBy: string | undefined;
  readonly size: SizeName | undefined;
  /** Whether it costs something: it does not while it is asleep. */
  readonly awake: boolean;
}

/** The environments of the other pull requests, oldest first. */
export type Census = readonly CountedPull[];

/** The sources of a count: what the platform has, and what labels announce. */
export interface CensusSources {
  /** The pull request that asks: it does not count against itself. */
  readonly asking: PrNumber;
  /** This repository's environments; empty in a dry run of the platform. */
  readonly platform: readonly PlatformEnvironment[];
  /** The labels of open pull requests. An environment counts from its intent on, before the platform has it. */
  readonly pulls: ReadonlyMap<PrNumber, LabelState>;
}

/** Counts the environments of the other pull requests. */
export function takeCensus({ asking, platform, pulls }: CensusSources): Census {
  const deployed = Map.groupBy(
    platform.filter((each) => each.managed || each.legacy),
    ({ pr }) => pr,
  );
  const numbers = new Set([
    ...deployed.keys(),
    ...[...pulls].flatMap(([pr, labels]) => lives(labels) ? [pr] : []),
  ]);
  numbers.delete(asking);
  return [...numbers].map((pr) => countPull(pr, { deployed: deployed.get(pr) ?? [], labels: pulls.get(pr) }))
    .sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || a.pr - b.pr);
}

/** Whether the labels announce an environment. One that failed or is being removed counts only if the platform has it. */
function lives({ environments }: LabelState): boolean {
  return [...environments.values()].some(({ status }) =>
    status !== undefined && !["failed", "stopping", "unknown"].includes(status)
  );
}

function countPull(
  pr: PrNumber,
  { deployed, labels }: {
    readonly deployed: readonly PlatformEnvironment[];
    readonly labels: LabelState | undefined;
  },
): CountedPull {
  const labeled = [...labels?.environments.values() ?? []].filter(({ status }) => status !== undefined);
  const times = [...deployed, ...labeled].flatMap(({ createdAt }) =>
    createdAt === undefined ? [] : [createdAt]
  );
  const newest = [...deployed].sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))[0];
  return {
    pr,
    createdAt: times.length === 0 ? undefined : Math.min(...times),
    requestedBy: newest?.requestedBy ??
      labeled.find(({ requestedBy }) => requestedBy !== undefined)?.requestedBy,
    size: newest?.settings.size,
    awake: isAwake(deployed, labeled),
  };
}

/** Whether a pull request has an environment that does not sleep, or is about to have one. */
function isAwake(
  deployed: readonly PlatformEnvironment[],
  labeled: readonly Pick<LabeledEnvironment, "status">[],
): boolean {
  const sleeps = (status: LabeledEnvironment["status"]) =>
    ["asleep", "failed", "stopping", "unknown"].includes(status ?? "");
  return deployed.some(({ sleep }) => sleep === undefined) || labeled.some(({ status }) => !sleeps(status));
}
