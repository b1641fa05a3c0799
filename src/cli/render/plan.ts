import { describeStep, type Plan } from "../../environments/core/plan/mod.ts";
import { stripControls } from "../../lib/sanitize.ts";
import type { Style } from "./style.ts";
import { wrapText } from "./wrap_text.ts";

/** Renders a decision for people: action and reasons, and with `dryRun` the steps as sentences under `Would:`. */
export function renderPlan(
  plan: Plan,
  options: { readonly style: Style; readonly dryRun: boolean },
): readonly string[] {
  const { style, dryRun } = options;
  const lines = [
    `${
      style.bold(`#${plan.pr} ${plan.target.slice(0, 7)}`)
    }: ${plan.action} (${plan.reason}, rule ${plan.rule})`,
    ...plan.because.flatMap((sentence) =>
      wrapText(`   ${stripControls(sentence)}`, { columns: style.columns, indent: 3 })
    ),
  ];
  return dryRun ? [...lines, ...renderSteps(plan, style)] : lines;
}

/** Renders the steps of a plan as sentences, in order. */
export function renderSteps(plan: Plan, { columns }: Pick<Style, "columns">): readonly string[] {
  if (plan.steps.length === 0) return ["Would: write nothing"];
  return [
    "Would:",
    ...plan.steps.flatMap((step, index) =>
      wrapText(`  ${index + 1}. ${stripControls(describeStep(step))}`, { columns, indent: 5 })
    ),
  ];
}
