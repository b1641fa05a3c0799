/** The events that a platform reports about the hooks that it runs. */

import type { AppError } from "../../lib/errors.ts";

/** Receives the output of one command. */
export interface HookOutput {
  /** Receives a line, in which secrets are masked. */
  line(text: string): void;
  /** Called when the command has ended. */
  end(): void;
}

/** Receives the events of hooks. */
export interface HookEvents {
  /** Called when a command begins, with a title such as `Running after_start in pr-1-abc123f`. */
  readonly onHook?: ((title: string) => HookOutput) | undefined;
  /** Receives the failure of `before_stop`, which keeps nothing alive. */
  readonly onHookFailed?: ((failure: AppError) => void) | undefined;
}
