/**
 * The housekeeping of every run that holds the lock: it finishes environments that are stopping, retires the
 * others once the target is healthy, repairs labels and pointers, and removes triggers that are satisfied.
 */

import type { ShortSha } from "../../../lib/ids.ts";
import { keyOf } from "../environment/names.ts";
import type { Label, NamedLabel } from "../labels/mod.ts";
import { decideActive } from "./active/decide_active.ts";
import { diffLabels, hasLabel, type LabelChange, labelsFor } from "./desired.ts";
import type { Observation, Policy } from "./observation.ts";
import { isOnOtherMachine } from "./active/other_machine.ts";
import type { Retirement, Step } from "./plan.ts";
import { findRecorded, findUnchanged } from "./paths/unchanged.ts";
import { wantedTtl } from "./settings.ts";
import type { ShaView } from "./state.ts";

/** Returns everything of an environment that has to be removed with it. */
export function retirementOf(view: ShaView, policy: Policy): Retirement {
  const hook = view.deployed === undefined ? undefined : policy.hooks?.beforeStop;
  return {
    short: view.short,
    deployed: view.deployed && keyOf(view.deployed),
    image: ownImage(view, policy),
    labels: view.labeled?.labels ?? [],
    ...(hook === undefined ? {} : { hook }),
  };
}

/** Returns the image that Showtime built for a SHA; undefined if it runs an image that a person named. */
function ownImage(view: ShaView, policy: Policy): string | undefined {
  const built = policy.imageOf(view.short);
  return view.deployed?.image === undefined || view.deployed.image === built ? built : undefined;
}

/** Plans the housekeeping for a pull request on which nothing is brought up. */
export function planHousekeeping(
  observation: Observation,
  context: {
    readonly policy: Policy;
    readonly views: ReadonlyMap<ShortSha, ShaView>;
    readonly target: ShortSha;
    readonly satisfied: readonly string[];
    /** The active environment, if neither it nor its image is left. */
    readonly lost?: ShortSha | undefined;
  },
): readonly Step[] {
  const { policy, views, target, satisfied, lost } = context;
  const { state } = views.get(target) ?? {};
  const sleeps = state === "asleep" && decideActive(observation, { views, target, lost }) === target;
  const targetRuns = state === "running" || sleeps;
  const steps: Step[] = [];
  for (const view of views.values()) {
    if (view.deployed?.unsettled === true && view.state !== "stopping") {
      steps.push({ kind: "settle", environment: keyOf(view.deployed) });
    }
  }
  const repair = planRepair(observation, { policy, views, target, targetRuns, lost });
  if (repair.add.length > 0 || repair.remove.length > 0) {
    steps.push({ kind: "repair_labels", add: repair.add, remove: repair.remove });
  }
  if (satisfied.length > 0) steps.push({ kind: "consume_triggers", names: satisfied });
  for (const view of views.values()) {
    if (mustGo(view, { target, targetRuns })) {
      steps.push({ kind: "retire", retirement: retirementOf(view, policy) });
    }
  }
  return steps;
}

/** Whether an environment has no reason to stay. */
function mustGo(view: ShaView, place: { readonly target: ShortSha; readonly targetRuns: boolean }): boolean {
  if (view.state === "stopping") return true;
  if (view.short === place.target) return false;
  // Its labels have no status, and the platform does not have it.
  return place.targetRuns || view.state === "absent";
}

/** Finds the labels to add and to remove so that they match the state. */
function planRepair(
  observation: Observation,
  context: {
    readonly policy: Policy;
    readonly views: ReadonlyMap<ShortSha, ShaView>;
    readonly target: ShortSha;
    readonly targetRuns: boolean;
    readonly lost: ShortSha | undefined;
  },
): LabelChange {
  const { policy, views, target, targetRuns, lost } = context;
  const add: Label[] = [];
  const remove: NamedLabel[] = [];
  const active = decideActive(observation, { views, target, lost });
  const serving = { observation, policy, views, target };
  const server = (findUnchanged(serving) ?? findRecorded(serving))?.short;
  let living = false;
  for (const view of views.values()) {
    if (mustGo(view, { target, targetRuns })) continue;
    const present = view.labeled?.labels ?? [];
    if (view.state === "absent") {
      remove.push(...present);
      continue;
    }
    living = true;
    if (isOnOtherMachine(observation, view)) continue;
    const serves = view.short === server ? target : undefined;
    const wanted = repairedLabels(observation, { policy, view, active, target, lost, serves });
    const change = diffLabels(present, wanted);
    add.push(...change.add);
    remove.push(...change.remove);
  }
  const marker: Label = { kind: "marker" };
  if (living && !hasLabel(observation.allLabels, marker)) add.push(marker);
  // The marker stays until everything is removed, because the pull request is found by it.
  const nothing = [...views.values()].every((view) => view.state === "absent");
  if (!living && nothing && hasLabel(observation.allLabels, marker)) {
    remove.push(...observation.labels.ours.filter(({ label }) => label.kind === "marker"));
  }
  return { add, remove };
}

/** Returns the labels that a SHA should carry. A status in progress is left to the run that resumes it. */
function repairedLabels(
  observation: Observation,
  context: {
    readonly policy: Policy;
    readonly view: ShaView;
    readonly active: ShortSha | undefined;
    readonly target: ShortSha;
    readonly lost: ShortSha | undefined;
    /** The head, if the environment serves it too. */
    readonly serves: ShortSha | undefined;
  },
): readonly Label[] {
  const { policy, view, active, target, lost, serves } = context;
  const { labeled, deployed } = view;
  const createdAt = labeled?.createdAt;
  const known = labeled?.status === "unknown" ? undefined : labeled?.status;
  const running = view.state === "running";
  // An environment that is neither there nor brought back must not claim to run.
  const gone = view.state === "drifted" && deployed === undefined && view.short !== target &&
    (view.short !== active || view.short === lost);
  const status = running
    ? "running"
    : view.state === "asleep"
    ? "asleep"
    : gone || view.short === lost
    ? "failed"
    : known ?? (view.state === "in_progress" ? "deploying" : "failed");
  // What the platform does not have, or has stopped, has no address: it may be a stranger's by now.
  const withdrawn = deployed === undefined || view.state === "asleep" ||
    (deployed.address === undefined && (view.state === "failed" || view.short === lost));
  const kept = withdrawn && observation.platform !== "as_labels" ? undefined : labeled?.address;
  const ttlPolicy = view.short === target ? policy : { ...policy, ttl: undefined };
  return labelsFor({
    sha: view.short,
    status,
    createdAt: createdAt !== undefined && createdAt <= observation.now ? createdAt : deployed?.createdAt,
    ttl: wantedTtl(observation, { policy: ttlPolicy, short: view.short }),
    requestedBy: labeled?.requestedBy ?? deployed?.requestedBy,
    address: running ? deployed?.address ?? labeled?.address : kept,
    active: active === view.short,
    serves,
    preparing: view.state === "in_progress" && observation.labels.preparing.includes(view.short),
  });
}
