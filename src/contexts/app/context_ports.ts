import type { Clock } from "../../ports/clock.ts";
import type { ContextSettings } from "../core/settings.ts";
import type { ContextCopy, ContextStore } from "../ports/context_store.ts";

/** The things that use-cases about contexts work with. */
export interface ContextPorts {
  readonly store: ContextStore;
  readonly copies: readonly ContextCopy[];
  readonly clock: Clock;
  /** Who writes: `SHOWTIME_ACTOR`, else `GITHUB_ACTOR`, else `unknown`. */
  readonly actor: string;
  readonly settings: Pick<ContextSettings, "redact" | "keep" | "configData">;
  /** Returns a number from 0 up to 1, for waits and for templates. */
  readonly random: () => number;
  readonly warn: (text: string) => void;
}
