import type { StepKind } from "./build_result.ts";
import type { PipelineNode } from "./pipeline.ts";
import { partsOf, planRun, type RunChoice, type RunDecision } from "./plan_run.ts";

/** A node of a plan, with what is in it: set-up first, then children, then tear-down. */
export interface PlannedNode {
  readonly node: PipelineNode;
  readonly kind: StepKind;
  readonly decision: RunDecision;
  readonly parts: readonly PlannedNode[];
}

/**
 * Plans a whole tree before it runs. A node in a skipped one is skipped with it. Throws AppError `step_unknown` (exit code
 * 2).
 */
export function planTree(root: PipelineNode, choice: RunChoice): PlannedNode {
  const decide = planRun(root, choice);
  const plan = (node: PipelineNode, { kind, above }: PlanPlace): PlannedNode => {
    const decision = above ?? decide(node);
    const below = decision.run ? undefined : SKIPPED_ABOVE;
    const parts = partsOf(node).map((part) => plan(part, { kind: kindIn(node, part), above: below }));
    return { node, kind, decision, parts };
  };
  return plan(root, { kind: root.work.kind, above: undefined });
}

interface PlanPlace {
  readonly kind: StepKind;
  /** The decision for what is in a skipped node. */
  readonly above: RunDecision | undefined;
}

const SKIPPED_ABOVE: RunDecision = { run: false, reason: "a step above it is skipped" };

function kindIn(parent: PipelineNode, part: PipelineNode): StepKind {
  if (part === parent.setup) return "setup";
  return part === parent.teardown ? "teardown" : part.work.kind;
}
