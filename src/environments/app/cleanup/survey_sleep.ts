/** Looks for environments that sleep or wake by time, over the listings of a cleanup. Changes nothing. */

import type { CleanupCandidate, CleanupPull, LockFacts } from "../../core/cleanup/mod.ts";
import type { NewestRequest, PlatformEnvironment } from "../../core/environment/environment.ts";
import { keyOf } from "../../core/environment/names.ts";
import { judgeSleep, type SleepChange, type SleepSettings } from "../../core/sleep/mod.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import type { ForgeReader } from "../../ports/forge.ts";
import type { AppSettings } from "../run.ts";

/** The listings that the survey looks at; undefined for a listing that failed. */
interface SleepListings {
  readonly platform: readonly PlatformEnvironment[] | "as_labels" | undefined;
  readonly pulls: ReadonlyMap<PrNumber, CleanupPull> | undefined;
  readonly locks: readonly Pick<LockFacts, "pr">[];
}

/** Finds the environments to put to sleep and to wake. One that the cleanup removes, or a run works on, is left out. */
export async function findSleepChanges(
  ports: {
    readonly platform: Pick<PlatformReader, "newestRequests">;
    readonly forge: Pick<ForgeReader, "now">;
    readonly settings: Pick<AppSettings, "sleep">;
  },
  { world, candidates }: { readonly world: SleepListings; readonly candidates: readonly CleanupCandidate[] },
  signal: AbortSignal,
): Promise<{ readonly changes: readonly SleepChange[]; readonly incomplete: readonly string[] }> {
  const { platform, pulls, locks } = world;
  const { sleep: settings } = ports.settings;
  if (settings === undefined || platform === undefined || platform === "as_labels" || pulls === undefined) {
    return { changes: [], incomplete: [] };
  }
  const going = candidates.filter((each) => !each.needsApproval).flatMap((each) =>
    "short" in each ? [`${each.pr}:${each.short}`] : []
  );
  const dead = candidates.filter(({ kind }) => kind === "lock").map(({ pr }): unknown => pr);
  const worked = new Set<unknown>(locks.flatMap(({ pr }) => dead.includes(pr) ? [] : [pr]));
  const now = ports.forge.now();
  const open = platform.filter((each) =>
    pulls.get(each.pr)?.open === true && !worked.has(each.pr) && !going.includes(`${each.pr}:${each.short}`)
  );
  const requests = await findRequests(ports.platform, { environments: open, settings, now }, signal);
  const changes = [...Map.groupBy(open, ({ pr }) => pr)].flatMap(([pr, own]) =>
    judgeSleep({ now, pr, pull: pulls.get(pr), platform: own, settings, record: undefined, requests })
  );
  const uncounted = [...requests.values()].filter((newest) => newest === undefined).length;
  return {
    changes,
    incomplete: uncounted === 0 ? [] : [
      `The requests of ${uncounted} ${
        uncounted === 1 ? "environment" : "environments"
      } are not counted, so they do not sleep for want of requests: they have no target group of a load balancer`,
    ],
  };
}

/** Finds the newest requests of the configured time, by service. Environments that are younger, or asleep, are not asked about. */
export async function findRequests(
  platform: Pick<PlatformReader, "newestRequests">,
  { environments, settings: { afterMs }, now }: {
    readonly environments: readonly PlatformEnvironment[];
    readonly settings: SleepSettings;
    readonly now: number;
  },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NewestRequest>> {
  if (afterMs === undefined) return new Map();
  const since = now - afterMs;
  const old = environments.filter(({ managed, legacy, sleep, startedAt, createdAt }) =>
    managed && !legacy && sleep === undefined && (startedAt ?? createdAt ?? now) <= since
  );
  const newest = old.length === 0 ? [] : await platform.newestRequests(old.map(keyOf), { since }, signal);
  return new Map(old.map(({ service }, index) => [service, newest[index]]));
}
