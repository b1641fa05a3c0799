/** Puts the environments of one pull request to sleep, or wakes them, under its lock. */

import type { PrNumber } from "../../../lib/ids.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import { type Plan, planSleeping, planWaking, viewShas } from "../../core/plan/mod.ts";
import { judgeSleep, type SleepChange } from "../../core/sleep/mod.ts";
import { Announcer } from "../announce/announcer.ts";
import { followUp, type LockedPull, withLock } from "../lock/with_lock.ts";
import { type ObservedPull, observePull } from "../observe/observe_pull.ts";
import { applyPlan } from "../sync/apply.ts";
import { DEFAULT_OPTIONS, makePolicy } from "../sync/make_policy.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { CHANGED, type Outcome } from "./cleanup.ts";
import { findRequests } from "./survey_sleep.ts";

/**
 * Takes the lock, judges the environments again and carries out the changes that are still due. An environment of which
 * the listings do not say why it sleeps is looked at without the lock first.
 */
export async function sleepPull(
  ports: SyncPorts,
  pr: PrNumber,
  { wanted, outcome }: { readonly wanted: readonly SleepChange[]; readonly outcome: Outcome },
  signal: AbortSignal,
): Promise<void> {
  if (wanted.every(({ change }) => change === "wake")) {
    const options = { request: undefined, sha: undefined, held: undefined, people: new Map() };
    if ((await judgeObserved(ports, await observePull(ports, pr, options, signal), signal)).length === 0) {
      return;
    }
  }
  const announcer = new Announcer(ports, pr, signal);
  const work = async (locked: LockedPull) => {
    announcer.atWork(locked.writer.observed);
    const due = await judgeObserved(ports, locked.writer.observed, signal);
    for (const { id, what } of wanted) {
      if (!due.some((each) => each.id === id)) outcome.kept.push({ what, why: CHANGED });
    }
    for (const change of due.filter(({ id }) => wanted.some((each) => each.id === id))) {
      if (await carryOut(ports, locked, change)) outcome.slept.push(describeDone(change));
      else outcome.kept.push({ what: change.what, why: CHANGED });
    }
  };
  try {
    await withLock(ports, pr, { doing: "cleanup", work }, signal);
  } catch (error) {
    await announcer.finish();
    throw error;
  }
  await followUp(ports, pr, { announcer }, signal);
}

async function judgeObserved(
  ports: SyncPorts,
  { observation }: ObservedPull,
  signal: AbortSignal,
): Promise<readonly SleepChange[]> {
  const { sleep: settings } = ports.settings;
  const { platform, pr, open, labels, record, now } = observation;
  if (settings === undefined || platform === "as_labels") return [];
  const environments: readonly PlatformEnvironment[] = platform;
  const requests = await findRequests(ports.platform, { environments, settings, now }, signal);
  return judgeSleep({
    now,
    pr,
    pull: { open, labels },
    platform,
    settings,
    record: { sleep: record.sleep },
    requests,
  });
}

/** Carries one change out; false if it is not due any more. Throws the failure of an environment that did not wake. */
async function carryOut(
  ports: SyncPorts,
  { writer, look, signal }: LockedPull,
  change: SleepChange,
): Promise<boolean> {
  const { observation } = writer.observed;
  const policy = makePolicy(ports, observation.pr, DEFAULT_OPTIONS);
  const view = viewShas(observation).get(change.short);
  if (view === undefined) return false;
  const because = [change.why];
  const plan: Plan | undefined = change.change === "sleep"
    ? planSleeping(observation, policy, { view, cause: change.cause, because })
    : planWaking(observation, policy, { view, because });
  if (plan === undefined) return false;
  const done = (sentence: string) => ports.terminal.detail(sentence);
  const applied = await applyPlan(writer, plan, { policy, look, done }, signal);
  if (applied.kind === "failed") throw applied.error;
  return applied.kind === "done";
}

/** Describes a change that was made, as the end of a sentence. */
function describeDone({ change, what, why }: SleepChange): string {
  return change === "sleep" ? `put ${what} to sleep: ${why}` : `woke ${what}: ${why}`;
}
