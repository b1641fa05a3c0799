/** The plans that remove everything, because the pull request is closed or a stop was asked for. */

import { keyOf } from "../environment/names.ts";
import { litter } from "./idle.ts";
import { retirementOf } from "./housekeeping.ts";
import type { Plan, Step } from "./plan.ts";
import { result, type Situation } from "./situation.ts";

/** Plans by rules 1 and 2; undefined if the pull request is open and no stop was asked for. */
export function planEnd(situation: Situation): Plan | undefined {
  const { observation, policy, views, triggers } = situation;
  const stop = triggers.find((each) => each.trigger === "stop" && each.authorized);
  if (observation.open && stop === undefined) return undefined;
  const names = observation.labels.ours.filter(({ label }) =>
    !["blocked", "lock", "limits_lock"].includes(label.kind)
  )
    .map(({ name }) => name);
  const steps: Step[] = [...views.values()].map((view) => ({
    kind: "retire",
    retirement: retirementOf(view, policy),
  }));
  if (observation.platform !== "as_labels") {
    for (const legacy of observation.platform.filter((each) => each.legacy)) {
      steps.push({
        kind: "retire",
        retirement: { short: undefined, deployed: keyOf(legacy), image: undefined, labels: [] },
      });
    }
  }
  const held = new Set(
    steps.flatMap((step) => step.kind === "retire" ? step.retirement.labels.map(({ name }) => name) : []),
  );
  const rest = names.filter((name) => !held.has(name));
  if (rest.length > 0) steps.push({ kind: "remove_labels", names: rest });
  if (steps.length === 0) {
    const left = litter(situation);
    return result(situation, {
      ...(left.length === 0 ? { rule: 17, reason: "no_environment" } : { rule: 16, reason: "housekeeping" }),
      action: "no_action",
      steps: left,
      because: ["Showtime has nothing on this pull request"],
    });
  }
  return observation.open
    ? result(situation, {
      rule: 2,
      reason: "stop_requested",
      action: "destroy_environment",
      endsEverything: true,
      steps,
      because: [`${stop?.by ?? "A person"} asked to stop`],
    })
    : result(situation, {
      rule: 1,
      reason: "pr_closed",
      action: "destroy_environment",
      endsEverything: true,
      steps,
      because: ["The pull request is closed"],
    });
}
