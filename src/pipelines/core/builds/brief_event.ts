import type { BuildEvent } from "../build_event.ts";

/**
 * Returns an event without what earlier events of its build have already: the output of steps, and the results of the steps
 * in them. With these the end of a build would be larger than all of its output.
 */
export function briefEvent(event: BuildEvent): BuildEvent {
  if (event.kind === "step_ended") return { ...event, result: { ...event.result, log: [], steps: [] } };
  if (event.kind !== "build_ended") return event;
  const { result } = event;
  return { ...event, result: { ...result, root: { ...result.root, log: [], steps: [] } } };
}
