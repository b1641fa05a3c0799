/** The events of a build, in the order in which they happen. Views, traces and the server are made from them. */

import type { BuildResult, Step, StepResult } from "./build_result.ts";

/** One event. Instants are milliseconds since 1970; texts are masked and well-formed. */
export type BuildEvent =
  | {
    readonly kind: "build_started";
    readonly pipeline: string;
    readonly traceId: string;
    readonly at: number;
  }
  /** The node begins: its folder is entered, and then its set-up runs. */
  | { readonly kind: "step_started"; readonly step: Step; readonly at: number }
  /** Whole lines of output, without their line breaks. A line of more than 64 KB comes in pieces. */
  | {
    readonly kind: "step_output";
    readonly step: Step;
    readonly stream: "stdout" | "stderr";
    readonly lines: readonly string[];
    readonly at: number;
  }
  /** The step ended, or it was skipped and never started. Its children ended before it. */
  | { readonly kind: "step_ended"; readonly step: Step; readonly result: StepResult; readonly at: number }
  | { readonly kind: "warning"; readonly text: string; readonly at: number }
  | { readonly kind: "build_ended"; readonly result: BuildResult; readonly at: number };

/** Takes the events of a build, at once and without waiting. It never throws. */
export type BuildObserver = (event: BuildEvent) => void;
