import type { RunDecision } from "../../core/plan_run.ts";
import type { BuildEvent } from "../../core/build_event.ts";
import type { Step, StepResult } from "../../core/build_result.ts";
import { maskText, type SecretsToMask } from "../../core/output/secrets_to_mask.ts";
import type { PipelineNode } from "../../core/pipeline.ts";
import { OutputVariables } from "../../core/step_outputs.ts";
import type { BuildPorts, BuildRequest } from "../run_request.ts";

/** The end of a step, without what is known from its beginning. */
export type StepEnd = Pick<StepResult, "status"> & Partial<Omit<StepResult, "status" | keyof Step>>;

/** One running build: what all of its steps share. */
export class Build {
  readonly ports: BuildPorts;
  readonly request: BuildRequest;
  readonly secrets: SecretsToMask;
  readonly decide: (node: PipelineNode) => RunDecision;
  readonly outputs = new OutputVariables();
  readonly warnings: string[] = [];

  /** Makes a build of which nothing has run. */
  constructor(
    { ports, request, secrets, decide }: Pick<Build, "ports" | "request" | "secrets" | "decide">,
  ) {
    this.ports = ports;
    this.request = request;
    this.secrets = secrets;
    this.decide = decide;
  }

  /** Whether a step sees all secrets, as it does in a bare file. */
  get showsAllSecrets(): boolean {
    return this.request.pipeline.format === "bare";
  }

  now(): number {
    return this.ports.clock.now();
  }

  emit(event: BuildEvent): void {
    this.request.observe(event);
  }

  /** Adds a warning, masked, to the result. */
  warn(text: string): void {
    const masked = this.mask(text);
    this.warnings.push(masked);
    this.emit({ kind: "warning", text: masked, at: this.now() });
  }

  mask(text: string): string {
    return maskText(text.toWellFormed(), this.secrets.patterns);
  }

  /** Begins a step. Returns the instant. */
  start(step: Step): number {
    const at = this.now();
    this.emit({ kind: "step_started", step, at });
    return at;
  }

  /** Ends a step and reports its result. A step that is skipped has no instant at which it started. */
  end(step: Step, { startedAt, ...end }: StepEnd): StepResult {
    const at = this.now();
    const result: StepResult = {
      ...step,
      exitCode: undefined,
      signal: undefined,
      log: [],
      steps: [],
      ...end,
      reason: end.reason === undefined ? undefined : this.mask(end.reason),
      startedAt: startedAt ?? at,
      // A clock that is set back makes no negative duration.
      durationMs: startedAt === undefined ? 0 : Math.max(0, at - startedAt),
    };
    this.emit({ kind: "step_ended", step, result, at });
    return result;
  }

  /** Reports that a step is skipped. */
  skip(step: Step, reason: string): StepResult {
    return this.end(step, { status: "skipped", reason });
  }
}
