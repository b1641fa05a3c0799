import { shortSha } from "../../../../lib/ids.ts";
import { formatLabel, type Label, withLabel, withoutLabels } from "../../labels/mod.ts";
import { planPull } from "../decide.ts";
import type { Observation, Policy } from "../observation.ts";
import type { Plan } from "../plan.ts";

/**
 * Whether the same run builds an image after the wake of a plan: a newer commit waited for it. A workflow has to check
 * that commit out before.
 */
export function buildsAfterWake(
  observation: Observation,
  { policy, plan }: { readonly policy: Policy; readonly plan: Plan },
): boolean {
  const woken = plan.steps.find((step) => step.kind === "wake")?.bringUp;
  if (woken === undefined) return false;
  const short = shortSha(woken.sha);
  const consumed = plan.steps.flatMap((step) => step.kind === "consume_triggers" ? step.names : []);
  const running: Label = { kind: "status", sha: short, status: "running" };
  const asleep = observation.allLabels.ours.flatMap(({ name, label }) =>
    label.kind === "status" && label.sha === short ? [name] : []
  );
  const relabel = (labels: Observation["labels"]) =>
    withLabel(withoutLabels(labels, [...consumed, ...asleep]), {
      name: formatLabel(running),
      label: running,
    });
  const platform = observation.platform === "as_labels"
    ? observation.platform
    : observation.platform.map((each) =>
      each.short === short ? { ...each, healthy: true, sleep: undefined } : each
    );
  const labels = relabel(observation.labels);
  return planPull({
    ...observation,
    labels,
    allLabels: relabel(observation.allLabels),
    platform,
    request: undefined,
  }, policy)
    .build;
}
