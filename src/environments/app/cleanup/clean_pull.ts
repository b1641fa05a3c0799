/** Removes the cleanup candidates of one pull request under its lock. */

import { AppError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { judgePull, type PullCandidate } from "../../core/cleanup/mod.ts";
import { serviceNameOf } from "../../core/environment/names.ts";
import { formatLabel, type Label, type LabelState } from "../../core/labels/mod.ts";
import { type Plan, planPull, type Retirement, retirementOf, viewShas } from "../../core/plan/mod.ts";
import { cleanArchived, goesUnlocked } from "./clean_archived.ts";
import { CHANGED, type PullCleanup } from "./cleanup.ts";
import { factsOfObserved } from "./pull_facts.ts";
import { judgeAgain, removeService } from "./judge_again.ts";
import { Announcer } from "../announce/announcer.ts";
import { applyPlan } from "../sync/apply.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { takeLock } from "../lock/held_lock.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import { DEFAULT_OPTIONS, makePolicy } from "../sync/make_policy.ts";
import { retire } from "../record/retire.ts";
import { followUp, type LockedPull, withLock } from "../lock/with_lock.ts";
import { eitherSignal } from "../../../lib/either_signal.ts";

/**
 * Takes the pull request's lock, observes it, judges the candidates again and removes those that still
 * qualify.
 */
export async function cleanPull(
  ports: SyncPorts,
  pr: PrNumber,
  options: PullCleanup,
  signal: AbortSignal,
): Promise<void> {
  const announcer = new Announcer(ports, pr, signal);
  try {
    const work = (locked: LockedPull) => removeDoomed(ports, locked, { ...options, announcer });
    await withLock(ports, pr, { doing: "cleanup", work }, signal);
  } catch (error) {
    await announcer.finish();
    if (goesUnlocked(error, options)) return await cleanArchived(ports, pr, options, signal);
    if (!(error instanceof AppError) || error.code !== "pull_not_found") throw error;
    return await removeUnrecorded(ports, pr, options, signal);
  }
  await followUp(ports, pr, { announcer }, signal);
}

async function removeDoomed(
  ports: SyncPorts,
  locked: LockedPull,
  { wanted, options, outcome, announcer }: PullCleanup & { readonly announcer: Announcer },
): Promise<void> {
  const { writer } = locked;
  announcer.atWork(writer.observed);
  const { observation } = writer.observed;
  const fresh = judgePull(
    factsOfObserved(ports, writer.observed, { labels: observation.allLabels }),
    options,
  ).doomed;
  // The listing does not say who set which label, so a candidate must also qualify by the trusted labels
  // alone.
  const sure = judgePull(factsOfObserved(ports, writer.observed), options).doomed;
  const going: PullCandidate[] = [];
  for (const each of wanted) {
    const still = fresh.find(({ id, seen }) => id === each.id && seen === each.seen);
    const certain = each.kind === "closed" || sure.some(({ id }) => id === each.id);
    if (still === undefined || !certain) outcome.kept.push({ what: each.what, why: CHANGED });
    else going.push(still);
  }
  if (going.length === 0) return;
  if (going.some(({ kind }) => kind === "closed")) await removeClosed(ports, locked);
  else if (!await removeEnvironments(ports, locked, { going })) {
    outcome.kept.push(...going.map(({ what }) => ({ what, why: CHANGED })));
    return;
  }
  for (const each of going) {
    if (each.kind === "expired" && each.short !== undefined) announcer.end(each.short, "expired");
  }
  outcome.removed.push(...going.map(({ what }) => what));
}

/** Removes everything of a closed pull request, as a sync does. */
async function removeClosed(ports: SyncPorts, locked: LockedPull): Promise<void> {
  const { writer, look, signal } = locked;
  const { observation } = writer.observed;
  const policy = makePolicy(ports, observation.pr, DEFAULT_OPTIONS);
  const plan = planPull(observation, policy);
  if (plan.reason !== "pr_closed") return;
  await applyPlan(
    writer,
    plan,
    { policy, look, done: (sentence) => ports.terminal.detail(sentence) },
    signal,
  );
}

/** Thrown to keep environments that changed after they were marked as stopping. */
class Left extends Error {}

/** Removes environments one by one, as a stop does; false if the pull request changed meanwhile. */
async function removeEnvironments(
  ports: SyncPorts,
  locked: LockedPull,
  { going }: { readonly going: readonly PullCandidate[] },
): Promise<boolean> {
  const { writer, look, signal } = locked;
  const { observation } = writer.observed;
  const before = writer.labels;
  const plan = planOf(ports, writer.observed, { going });
  const retirements = plan.steps.flatMap((step) => step.kind === "retire" ? [step.retirement] : []);
  for (const each of going) {
    if (!("short" in each) || each.short === undefined) continue;
    writer.note(`\`${each.short}\` ${each.kind === "expired" ? "expired" : "was orphaned"}`);
  }
  const assertStillDue = async () => {
    const observed = await look();
    writer.see(observed);
    if (mark(observed) !== mark({ ...observed, observation })) throw new Left();
  };
  try {
    if (retirements.length > 0) await retire(writer, { plan, retirements, assertStillDue }, signal);
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    await restore(locked, before);
    return false;
  }
  await removeLastLabels(locked, retirements);
  return true;
}

/**
 * Formats the facts that a newer commit, a trigger or a close changes, so that two observations can be
 * compared.
 */
function mark({ observation }: Pick<ObservedPull, "observation">): string {
  const { open, headSha, labels } = observation;
  return [open, headSha, ...labels.triggers.map(({ name }) => name)].join("|");
}

/** Restores the status labels that the pull request carried before. */
async function restore({ writer, signal }: LockedPull, before: LabelState): Promise<void> {
  const add: Label[] = [];
  const shas = new Set<string>();
  for (const { label, name } of before.ours) {
    if (label.kind !== "status" || writer.names.includes(name)) continue;
    add.push(label);
    shas.add(label.sha);
  }
  const kept = new Set(before.ours.map(({ name }) => name));
  const remove = writer.labels.ours.flatMap(({ label, name }) =>
    label.kind === "status" && label.status === "stopping" && shas.has(label.sha) && !kept.has(name)
      ? [name]
      : []
  );
  await writer.write({ add, remove }, signal);
}

function planOf(
  ports: SyncPorts,
  observed: ObservedPull,
  { going }: { readonly going: readonly PullCandidate[] },
): Plan {
  const { observation } = observed;
  const policy = makePolicy(ports, observation.pr, DEFAULT_OPTIONS);
  const views = viewShas(observation);
  const retirements = going.flatMap((each): Retirement[] => {
    if (!("short" in each)) return [];
    const { short, deployed } = each;
    const view = short === undefined ? undefined : views.get(short);
    return view === undefined
      ? [{ short, deployed, image: undefined, labels: [] }]
      : [retirementOf(view, policy)];
  });
  return {
    pr: observation.pr,
    target: observation.target,
    action: "destroy_environment",
    reason: "expired",
    rule: 16,
    endsEverything: false,
    build: false,
    steps: retirements.map((retirement) => ({ kind: "retire", retirement })),
    because: going.map(({ why }) => why),
  };
}

/**
 * Removes the marker and pointers without an environment after the last environment; triggers and flags stay.
 */
async function removeLastLabels(
  { writer, signal }: LockedPull,
  retirements: readonly Retirement[],
): Promise<void> {
  const { platform } = writer.observed.observation;
  const left = writer.labels;
  const removed = new Set(
    retirements.flatMap(({ deployed }) => deployed === undefined ? [] : [serviceNameOf(deployed)]),
  );
  const serving = platform !== "as_labels" &&
    platform.some((each) => each.managed && !removed.has(each.service));
  if (serving || [...left.environments.values()].some((each) => each.status !== undefined)) return;
  const remove = left.ours.flatMap(({ label, name }) =>
    label.kind === "marker" || label.kind === "active" || label.kind === "preparing" ? [name] : []
  );
  if (remove.length > 0) await writer.write({ remove }, signal);
}

/** Removes services of a pull request that does not exist. It has no record to keep, only a lock. */
async function removeUnrecorded(
  ports: SyncPorts,
  pr: PrNumber,
  { wanted, options, outcome }: PullCleanup,
  signal: AbortSignal,
): Promise<void> {
  const { forge } = ports;
  const lock = await takeLock(ports, {
    pr,
    doing: "cleanup",
    turned: { kind: "command", trigger: undefined },
  }, signal);
  try {
    const both = eitherSignal(signal, lock.lost);
    const judged = await judgeAgain(ports, pr, options, both);
    const mine = await forge.readLock(formatLabel({ kind: "lock", pr }), both);
    for (const each of wanted) {
      const still = judged.fresh.find(({ id, seen }) => id === each.id && seen === each.seen);
      const key = still !== undefined && "short" in still ? still.deployed : undefined;
      if (
        key === undefined || judged.exists || !mine.some(({ nodeId }) => nodeId === lock.nodeId)
      ) {
        outcome.kept.push({ what: each.what, why: CHANGED });
        continue;
      }
      await removeService(ports, { key, epoch: lock.epoch, judged }, both);
      outcome.removed.push(each.what);
    }
  } finally {
    await lock.release();
  }
}
