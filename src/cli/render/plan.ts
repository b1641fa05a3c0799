import { describeStep, type Plan } from "../../core/plan/mod.ts";
import { stripControls } from "../../core/sanitize.ts";
import type { Style } from "./style.ts";

/** A decision for people: what, why, and with `dryRun` the steps as sentences under `Would:`. */
export function renderPlan(
  plan: Plan,
  options: { readonly style: Style; readonly dryRun: boolean },
): readonly string[] {
  const { style, dryRun } = options;
  const lines = [
    `${
      style.bold(`#${plan.pr} ${plan.target.slice(0, 7)}`)
    }: ${plan.action} (${plan.reason}, rule ${plan.rule})`,
    ...plan.because.map((sentence) => `   ${stripControls(sentence)}`),
  ];
  return dryRun ? [...lines, ...renderSteps(plan)] : lines;
}

/** The steps of a plan as sentences, in order. */
export function renderSteps(plan: Plan): readonly string[] {
  if (plan.steps.length === 0) return ["Would: write nothing"];
  return [
    "Would:",
    ...plan.steps.map((step, index) => `  ${index + 1}. ${stripControls(describeStep(step))}`),
  ];
}
