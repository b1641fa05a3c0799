import type { BuildEvent } from "../build_event.ts";
import type { Step, StepResult, StepStatus } from "../build_result.ts";

/** A step of a build that may still run. */
export interface BuildStep extends Step {
  readonly status: StepStatus | "running";
  readonly reason: string | undefined;
  readonly exitCode: number | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Undefined while it runs. */
  readonly durationMs: number | undefined;
  /** The number of lines that it has printed. */
  readonly lines: number;
  readonly steps: readonly BuildStep[];
}

interface GrowingStep {
  step: BuildStep;
  readonly children: string[];
}

/** Builds the tree of steps from the events of one attempt, in their order. */
export class StepTree {
  readonly #steps = new Map<string, GrowingStep>();
  readonly #roots: string[] = [];
  readonly #warnings: string[] = [];

  /** Adds an event. */
  add(event: BuildEvent): void {
    switch (event.kind) {
      case "step_started":
        return this.#put({ ...begun(event.step, event.at) });
      case "step_output": {
        const known = this.#steps.get(event.step.id);
        if (known !== undefined) known.step = { ...known.step, lines: known.step.lines + event.lines.length };
        return;
      }
      case "step_ended":
        return this.#end(event.result);
      case "warning":
        return void this.#warnings.push(event.text);
    }
  }

  /** Returns a step without those in it; undefined if it is not known. */
  step(id: string): BuildStep | undefined {
    return this.#steps.get(id)?.step;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** The steps without a parent in the tree, each with those in it. */
  roots(): readonly BuildStep[] {
    return this.#roots.flatMap((id) => this.#build(id));
  }

  #end(
    { id, parentId, name, path, kind, status, reason, exitCode, startedAt, durationMs }: StepResult,
  ): void {
    const lines = this.#steps.get(id)?.step.lines ?? 0;
    const step = { id, parentId, name, path, kind };
    this.#put({ ...begun(step, startedAt), status, reason, exitCode, durationMs, lines });
  }

  #put(step: BuildStep): void {
    const known = this.#steps.get(step.id);
    if (known !== undefined) {
      known.step = step;
      return;
    }
    this.#steps.set(step.id, { step, children: [] });
    const parent = step.parentId === undefined ? undefined : this.#steps.get(step.parentId);
    (parent?.children ?? this.#roots).push(step.id);
  }

  #build(id: string): readonly BuildStep[] {
    const known = this.#steps.get(id);
    if (known === undefined) return [];
    return [{ ...known.step, steps: known.children.flatMap((child) => this.#build(child)) }];
  }
}

function begun({ id, parentId, name, path, kind }: Step, startedAt: number): BuildStep {
  return {
    id,
    parentId,
    name,
    path,
    kind,
    status: "running",
    reason: undefined,
    exitCode: undefined,
    startedAt,
    durationMs: undefined,
    lines: 0,
    steps: [],
  };
}
