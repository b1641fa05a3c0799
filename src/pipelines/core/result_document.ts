import { formatIso } from "../../lib/instant.ts";
import type { BuildResult, StepKind, StepResult, StepStatus } from "./build_result.ts";

/** The result of a build as `--json` prints it and `--result` writes it. Null where a value does not exist. */
export interface ResultDocument {
  readonly pipeline: string;
  readonly status: StepStatus;
  readonly exit_code: number;
  readonly trace_id: string;
  /** In UTC, as `2026-01-31T12:00:00.000Z`. */
  readonly started_at: string;
  readonly duration_ms: number;
  readonly warnings: readonly string[];
  /** One step: the root of the pipeline. */
  readonly steps: readonly StepDocument[];
}

/** A step in a {@link ResultDocument}. */
export interface StepDocument {
  readonly name: string;
  readonly path: string;
  readonly kind: StepKind;
  readonly status: StepStatus;
  readonly reason: string | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly duration_ms: number;
  readonly log: readonly string[];
  readonly steps: readonly StepDocument[];
}

/** Makes the document of a result. `exitCode` is the exit code of the command. */
export function resultDocument(result: BuildResult, exitCode: number): ResultDocument {
  return {
    pipeline: result.pipeline,
    status: result.status,
    exit_code: exitCode,
    trace_id: result.traceId,
    started_at: formatIso(result.startedAt),
    duration_ms: result.durationMs,
    warnings: result.warnings,
    steps: [stepDocument(result.root)],
  };
}

function stepDocument(step: StepResult): StepDocument {
  return {
    name: step.name,
    path: step.path,
    kind: step.kind,
    status: step.status,
    reason: step.reason ?? null,
    exit_code: step.exitCode ?? null,
    signal: step.signal ?? null,
    duration_ms: step.durationMs,
    log: step.log,
    steps: step.steps.map(stepDocument),
  };
}
