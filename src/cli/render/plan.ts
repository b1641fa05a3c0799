import {
  describeCodes,
  describeDecision,
  describeStep,
  type Plan,
} from "../../environments/core/plan/mod.ts";
import { stripControls } from "../../lib/sanitize.ts";
import type { Style } from "./style.ts";
import { wrapText } from "./wrap_text.ts";

/**
 * Renders a decision for people: what is done and why, and with `dryRun` the steps as sentences under
 * `Would:`. `codes` adds the codes that JSON has.
 */
export function renderPlan(
  plan: Plan,
  options: { readonly style: Style; readonly dryRun: boolean; readonly codes: boolean },
): readonly string[] {
  const { style, dryRun, codes } = options;
  const about = `#${plan.pr} ${plan.target.slice(0, 7)}`;
  const [first = "", ...rest] = wrapText(
    `${about}: ${describeDecision(plan)}${codes ? ` (${describeCodes(plan)})` : ""}`,
    { columns: style.columns, indent: 3 },
  );
  const lines = [
    style.bold(about) + first.slice(about.length),
    ...rest,
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
