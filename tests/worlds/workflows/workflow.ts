/** A workflow or an action as GitHub reads it, as far as these tests play it. */

import { parse } from "yaml";

/** What stands in a map of a workflow: text, or what YAML makes a number or a boolean. */
export type Scalars = Readonly<Record<string, string | number | boolean>>;

/** A step of a job. */
export interface WorkflowStep {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Scalars;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Scalars;
}

/** A job. */
export interface WorkflowJob {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress"?: boolean };
  readonly strategy?: { readonly matrix: Readonly<Record<string, string>> };
  readonly env?: Scalars;
  readonly outputs?: Readonly<Record<string, string>>;
  /** Undefined where the job is another workflow, which `uses` names. */
  readonly steps?: readonly WorkflowStep[];
  readonly uses?: string;
  readonly "runs-on": string | readonly string[];
  readonly "timeout-minutes"?: number;
}

/** A workflow. */
export interface Workflow {
  readonly name?: string;
  readonly on: Readonly<Record<string, { readonly types?: readonly string[] } | null>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly defaults?: { readonly run?: { readonly shell?: string } };
  readonly concurrency?: { readonly group: string };
  readonly env?: Scalars;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

/** Reads a workflow; what a linter would find is not looked for here. */
export function readWorkflow(text: string): Workflow {
  const document: unknown = parse(text);
  if (typeof document !== "object" || document === null || !("jobs" in document) || !("on" in document)) {
    throw new Error("Reading a workflow: it has no jobs, or no events");
  }
  return document as Workflow;
}

/** Whether an event starts a workflow. */
export function startsWorkflow(
  workflow: Workflow,
  { event, action }: { readonly event: string; readonly action: string | undefined },
): boolean {
  if (!(event in workflow.on)) return false;
  const types = workflow.on[event]?.types;
  return types === undefined || (action !== undefined && types.includes(action));
}
