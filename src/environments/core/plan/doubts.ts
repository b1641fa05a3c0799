/**
 * The part of a plan that deals with labels that are not believed: forged ones go, uncertain ones stay as
 * they are.
 */

import { isShaCarrying, type LabelState, type NamedLabel } from "../labels/mod.ts";
import type { DoubtedLabels } from "./believe.ts";
import { hasLabel } from "./desired.ts";
import type { Plan, Step } from "./plan.ts";

/** Adds to a plan, which was made without the doubted labels, the steps and sentences about those labels. */
export function heedDoubts(
  plan: Plan,
  { doubts, allLabels }: { readonly doubts: DoubtedLabels; readonly allLabels: LabelState },
): Plan {
  const { forged, uncertain, overlong, pretended } = doubts;
  const steps = uncertain.length === 0 ? plan.steps : spare(plan.steps, { uncertain, allLabels });
  const gone = plan.reason === "housekeeping" && steps.length === 0;
  const heeded: Plan = {
    ...plan,
    ...(gone ? { rule: 17, reason: "up_to_date" as const } : {}),
    steps,
    because: [
      ...plan.because,
      ...(forged.length === 0 ? [] : [`${count(forged.length)} set by an account that may not set them`]),
      ...(uncertain.length === 0 ? [] : [
        `${
          count(uncertain.length)
        } set by an account whose permission could not be read: not believed for now`,
      ]),
      ...overlong.map(({ name }) =>
        `"${name}" is ignored: the account that set it may not ask for so long a time`
      ),
      ...(pretended.length === 0
        ? []
        : ["The labels of an environment that a dry run pretended are removed"]),
    ],
  };
  const going = [...forged, ...pretended.filter((each) => !forged.some(({ name }) => name === each.name))];
  if (going.length === 0) return heeded;
  const quiet = heeded.rule === 17 && steps.length === 0;
  return {
    ...heeded,
    ...(quiet ? { rule: 16, reason: "housekeeping" as const } : {}),
    steps: [{ kind: "repair_labels", add: [], remove: going }, ...steps],
  };
}

function count(labels: number): string {
  return `${labels} ${labels === 1 ? "of Showtime's labels was" : "of Showtime's labels were"}`;
}

/** Keeps the steps that add to the record on GitHub: while labels are uncertain, nothing of it is removed. */
function spare(
  steps: readonly Step[],
  on: { readonly uncertain: readonly NamedLabel[]; readonly allLabels: LabelState },
): readonly Step[] {
  const { uncertain, allLabels } = on;
  const shas = new Set(uncertain.map(({ label }) => isShaCarrying(label)));
  return steps.flatMap((step): readonly Step[] => {
    if (step.kind === "repair_labels") {
      const add = step.add.filter((label) => !hasLabel(allLabels, label));
      return add.length === 0 ? [] : [{ ...step, add, remove: [] }];
    }
    const { short, deployed } = step.kind === "retire"
      ? step.retirement
      : { short: undefined, deployed: undefined };
    return short !== undefined && deployed === undefined && shas.has(short) ? [] : [step];
  });
}
