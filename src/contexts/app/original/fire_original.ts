import { AppError, EXIT } from "../../../lib/errors.ts";
import { ORIGINAL_RULES } from "../../core/events/event_rules.ts";
import { fireEvent } from "../fire_event.ts";
import { type OriginalCall, type OriginalPorts, WAIT_MS } from "./original_ports.ts";
import { readOriginalVariables } from "./original_variables.ts";

/**
 * Fires the event of a call by the original tool's rules, if it has one. An answer other than 2xx is a
 * warning. Throws AppError `event_failed` (exit code 1) for a handler that failed; those after it have not
 * run.
 */
export async function fireOriginal(
  ports: OriginalPorts,
  { id, event, vars, secretsAllowed }: OriginalCall,
  signal: AbortSignal,
): Promise<void> {
  if (event === undefined) return;
  const { configData } = ports.settings;
  const { handlers, warnings } = await fireEvent(ports, {
    ...event,
    id,
    vars: (tree) => readOriginalVariables(tree, vars, { configData }),
    key: undefined,
    unsure: "send",
    waitMs: WAIT_MS,
    dryRun: false,
    secretsAllowed,
    rules: ORIGINAL_RULES,
  }, signal);
  for (const warning of warnings) ports.warn(warning);
  for (const { handler, state, why, hint, exitCode } of handlers) {
    const words = `${handler}: ${why ?? state}`;
    if (exitCode !== EXIT.done) {
      throw new AppError("event_failed", `Firing ${event.event} of ${event.pipeline}: ${words}`, {
        ...hint === undefined ? {} : { hint },
      });
    }
    if (state === "failed") ports.warn(words);
  }
}
