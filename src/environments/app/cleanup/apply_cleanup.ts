/**
 * Removes the candidates of a cleanup. Each candidate is judged again on fresh data just before its removal.
 */

import { AppError } from "../../../lib/errors.ts";
import { formatLabel } from "../../core/labels/mod.ts";
import { lockLabel } from "../lock/held_lock.ts";
import { parseLockOwner, type RunView } from "../../core/lock.ts";
import {
  type CleanupCandidate,
  type CleanupOptions,
  type DeadLock,
  judgeLocks,
  type Kept,
  type PullCandidate,
  type UnusedCandidate,
  WHOLE_CLEANUP,
} from "../../core/cleanup/mod.ts";
import { refuseHalfDry } from "../sync/dry_rules.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { type CleanupPlan, judgeWorld, type Outcome, surveyWorld, tellFailure } from "./cleanup.ts";
import { warnPull } from "../warning/warn_pull.ts";
import { cleanPull } from "./clean_pull.ts";
import { extendVisited } from "./extend_visited.ts";
import { mendAddresses } from "./mend_addresses.ts";
import { sleepPull } from "./sleep_pull.ts";

/** The result of a cleanup. */
export interface CleanupResult {
  readonly removed: readonly string[];
  /** Sentences about addresses that were mended. */
  readonly mended: readonly string[];
  /** Sentences about environments that live on because they were visited. */
  readonly extended: readonly string[];
  /** Sentences about warnings that were written. */
  readonly warned: readonly string[];
  /** Sentences about environments that were put to sleep or woken. */
  readonly slept: readonly string[];
  readonly kept: readonly Kept[];
  /** Sentences about everything that could not be read or removed. */
  readonly incomplete: readonly string[];
}

/** Codes of failures after which a candidate stays: another run works on it, or Showtime does not own it. */
const LEAVING: readonly string[] = ["busy", "lock_lost", "stale_epoch", "not_ours", "real_environment"];

/**
 * Removes the candidates of a plan. A candidate that needs approval is removed only if `approved` contains
 * its id. With `force` environments of an archived repository are removed too, without a lock.
 */
export async function applyCleanup(
  ports: SyncPorts,
  plan: CleanupPlan,
  { approved, force = false }: { readonly approved: readonly string[]; readonly force?: boolean },
  signal: AbortSignal,
): Promise<CleanupResult> {
  refuseHalfDry(ports);
  const options = plan.options ?? WHOLE_CLEANUP;
  const outcome: Outcome = {
    removed: [],
    mended: [],
    extended: [],
    warned: [],
    slept: [],
    kept: [...plan.kept],
    incomplete: [...plan.incomplete],
  };
  const locks: DeadLock[] = [];
  const ofPulls: PullCandidate[] = [];
  const unused: UnusedCandidate[] = [];
  for (const each of plan.candidates) {
    if (each.needsApproval && !approved.includes(each.id)) {
      outcome.kept.push({ what: each.what, why: `${each.why}, but its removal was not approved` });
    } else if (each.kind === "lock") locks.push(each);
    else if (each.pr === undefined) unused.push(each);
    else ofPulls.push(each);
  }
  for (const each of locks) {
    const act = () => removeDeadLock(ports, each, { outcome, signal });
    await attempt(ports, { outcome, wanted: [each], act }, signal);
  }
  for (const [pr, wanted] of Map.groupBy(ofPulls, (each) => each.pr)) {
    const act = () => cleanPull(ports, pr, { wanted, options, outcome, force }, signal);
    await attempt(ports, { outcome, wanted, act }, signal);
    signal.throwIfAborted();
  }
  for (const [pr, wanted] of Map.groupBy(plan.addresses, (each) => each.pr)) {
    const act = () => mendAddresses(ports, pr, { wanted, outcome }, signal);
    await attempt(ports, { outcome, wanted, act, doing: "mended" }, signal);
    signal.throwIfAborted();
  }
  for (const [pr, wanted] of Map.groupBy(plan.visited, (each) => each.pr)) {
    const act = () => extendVisited(ports, pr, { wanted, options, outcome }, signal);
    await attempt(ports, { outcome, wanted, act, doing: "extended" }, signal);
    signal.throwIfAborted();
  }
  for (const [pr, wanted] of Map.groupBy(plan.warnings, (each) => each.pr)) {
    const act = () => warnPull(ports, pr, { wanted, outcome }, signal);
    await attempt(ports, { outcome, wanted, act, doing: "warned of" }, signal);
    signal.throwIfAborted();
  }
  for (const [pr, wanted] of Map.groupBy(plan.sleep, (each) => each.pr)) {
    const act = () => sleepPull(ports, pr, { wanted, outcome }, signal);
    await attempt(ports, { outcome, wanted, act, doing: "put to sleep or woken" }, signal);
    signal.throwIfAborted();
  }
  await removeUnused(ports, unused, { options, outcome, signal });
  return { ...outcome, incomplete: [...new Set(outcome.incomplete)] };
}

/** Runs one removal, or mends the addresses of one pull request. If it fails, the failure is recorded in the outcome and the cleanup continues. */
async function attempt(
  ports: SyncPorts,
  { outcome, wanted, act, doing = "removed" }: {
    readonly outcome: Outcome;
    readonly wanted: readonly Pick<CleanupCandidate, "what">[];
    readonly act: () => Promise<void>;
    readonly doing?: "removed" | "mended" | "extended" | "warned of" | "put to sleep or woken";
  },
  signal: AbortSignal,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof AppError)) signal.throwIfAborted();
    const archived = error instanceof AppError && error.code === "forge_archived";
    const remedy = archived ? '; "showtime cleanup --force" removes environments from the platform' : "";
    const why = tellFailure(ports, error) + remedy;
    for (const { what } of wanted) {
      if (outcome.removed.includes(what) || outcome.kept.some((each) => each.what === what)) continue;
      if (error instanceof AppError && LEAVING.includes(error.code)) outcome.kept.push({ what, why });
      else outcome.incomplete.push(`${what} could not be ${doing}: ${why}`);
    }
  }
}

/** Deletes a dead lock by its node id, if that definition still exists and its holder is still dead. */
async function removeDeadLock(
  ports: SyncPorts,
  candidate: DeadLock,
  { outcome, signal }: { readonly outcome: Outcome; readonly signal: AbortSignal },
): Promise<void> {
  const { subject, nodeId } = candidate;
  const records = await ports.forge.readLock(formatLabel(lockLabel(subject)), signal);
  const record = records.find((each) => each.nodeId === nodeId);
  if (record === undefined) {
    outcome.kept.push({ what: candidate.what, why: "It is gone already, or another run has taken it" });
    return;
  }
  const run = await runOf(ports, record.description, signal);
  if (judgeLocks([{ pr: subject, record, run }], ports.forge.now()).doomed.length === 0) {
    outcome.kept.push({ what: candidate.what, why: "Its holder is at work again" });
    return;
  }
  await ports.forge.deleteDefinition(nodeId, signal);
  outcome.removed.push(candidate.what);
}

async function runOf(
  ports: SyncPorts,
  description: string,
  signal: AbortSignal,
): Promise<RunView | undefined> {
  const run = parseLockOwner(description)?.run;
  return run === undefined ? undefined : await ports.forge.readRun(run.id, signal);
}

/**
 * Removes label definitions, leftovers and images. They belong to no pull request, so all listings are read
 * again first.
 */
async function removeUnused(
  ports: SyncPorts,
  wanted: readonly UnusedCandidate[],
  { options, outcome, signal }: {
    readonly options: CleanupOptions;
    readonly outcome: Outcome;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  if (wanted.length === 0) return;
  const world = await surveyWorld(ports, options, signal);
  const fresh = new Set(
    judgeWorld(ports, world, { ...options, labelLimit: undefined }).candidates.map((each) => each.id),
  );
  outcome.incomplete.push(...world.incomplete);
  const going = wanted.filter((each) => fresh.has(each.id));
  for (const each of wanted) {
    if (fresh.has(each.id)) continue;
    // A definition that was deleted together with its environment needs no mention.
    const gone = each.kind === "label" &&
      world.definitions?.every(({ name }) => name !== each.name) === true;
    if (!gone) {
      outcome.kept.push({ what: each.what, why: "Something uses it by now, or it could not be seen again" });
    }
  }
  const labels = going.filter((each) => each.kind === "label");
  const names = new Set(labels.map((each) => each.name));
  const ids = (world.definitions ?? []).filter(({ name }) => names.has(name)).map(({ nodeId }) => nodeId);
  if (ids.length > 0) {
    const act = async () => {
      await ports.forge.deleteDefinitions(ids, signal);
      outcome.removed.push(...labels.map((each) => each.what));
    };
    await attempt(ports, { outcome, wanted: labels, act }, signal);
  }
  for (const each of going.filter((one) => one.kind === "leftover")) {
    const act = async () => {
      await ports.platform.removeLeftover(each.leftover, world.identity, signal);
      outcome.removed.push(each.what);
    };
    await attempt(ports, { outcome, wanted: [each], act }, signal);
  }
  for (const each of going.filter((one) => one.kind === "image")) {
    const act = async () => {
      const removal = await ports.images.remove(each.image, { ...world.identity, inUse: false }, signal);
      if (removal.kind === "kept") outcome.kept.push({ what: each.what, why: removal.reason });
      else outcome.removed.push(each.what);
    };
    await attempt(ports, { outcome, wanted: [each], act }, signal);
  }
}
