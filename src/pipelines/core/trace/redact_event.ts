import type { BuildEvent } from "../build_event.ts";
import type { StepResult } from "../build_result.ts";

/**
 * Masks secrets that the build itself does not know, such as `GITHUB_TOKEN`, in the texts of an event that go to a collector.
 */
export function redactEvent(event: BuildEvent, redact: (text: string) => string): BuildEvent {
  switch (event.kind) {
    case "step_output":
      return { ...event, lines: redact(event.lines.join("\n")).split("\n") };
    case "warning":
      return { ...event, text: redact(event.text) };
    case "step_ended":
      return { ...event, result: withReason(event.result, redact) };
    case "build_ended":
      return { ...event, result: { ...event.result, root: withReason(event.result.root, redact) } };
    case "build_started":
    case "step_started":
      return event;
  }
}

function withReason(result: StepResult, redact: (text: string) => string): StepResult {
  return result.reason === undefined ? result : { ...result, reason: redact(result.reason) };
}
