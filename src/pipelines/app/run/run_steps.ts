import type { StepResult } from "../../core/build_result.ts";
import type { PipelineNode } from "../../core/pipeline.ts";
import { describeStatus, passes, worstStatus } from "../../core/step_status.ts";
import type { StepEnd } from "./build.ts";
import { type Place, stepOf } from "./place.ts";

/** The body of a node that has children. */
export type StepsWork = Extract<PipelineNode["work"], { readonly kind: "steps" }>;

/** Runs one node with everything in it. */
export type NodeRunner = (node: PipelineNode, place: Place) => Promise<StepResult>;

/** Runs the children of a node. The worst result wins. */
export async function runSteps(
  work: StepsWork,
  { place, runNode }: { readonly place: Place; readonly runNode: NodeRunner },
): Promise<StepEnd> {
  const steps = work.order === "sequential"
    ? await runInOrder(work, { place, runNode })
    : await runSideBySide(work, { place, runNode });
  const status = worstStatus(steps.map((each) => each.status));
  const cause = passes(status) ? undefined : steps.find((each) => each.status === status);
  return { status, reason: cause === undefined ? undefined : sentenceOf(cause), steps };
}

/** Runs steps one after the other. Those after one that did not pass are skipped, each with an entry. */
async function runInOrder(
  { steps }: StepsWork,
  { place, runNode }: { readonly place: Place; readonly runNode: NodeRunner },
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  let broken: StepResult | undefined;
  for (const node of steps) {
    // After a stop the node itself knows the reason why it is skipped.
    const result: StepResult = broken === undefined || place.stop.aborted
      ? await runNode(node, place)
      : place.build.skip(stepOf(node, place), sentenceOf(broken));
    if (!passes(result.status)) broken ??= result;
    results.push(result);
  }
  return results;
}

/** Runs all steps, at most so many at once as the node says. */
async function runSideBySide(
  { steps, maxParallel }: StepsWork,
  { place, runNode }: { readonly place: Place; readonly runNode: NodeRunner },
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const rest = steps.entries();
  const runner = async (): Promise<void> => {
    for (const [index, node] of rest) results[index] = await runNode(node, place);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(maxParallel, steps.length)) }, runner));
  return results;
}

function sentenceOf({ path, status }: StepResult): string {
  return `${path} ${describeStatus(status)}`;
}
