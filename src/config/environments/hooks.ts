import type { Hooks } from "../../environments/core/environment/hooks.ts";
import type { Settings } from "./schema.ts";

/** Makes the hooks of environments from their settings; undefined if no command is configured. */
export function makeHooks(settings: Settings["environment"]["hooks"], timeoutMs: number): Hooks | undefined {
  const { after_start: afterStart, before_stop: beforeStop, when } = settings;
  if (afterStart === null && beforeStop === null) return undefined;
  return { afterStart: afterStart ?? undefined, beforeStop: beforeStop ?? undefined, when, timeoutMs };
}
