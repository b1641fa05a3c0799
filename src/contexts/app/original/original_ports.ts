import type { ContextId } from "../../core/context_id.ts";
import type { AppFiles } from "../../ports/app_files.ts";
import type { ContextPorts } from "../context_ports.ts";
import type { EventPorts } from "../events/event_ports.ts";

/** The things that the original tool's actions work with. */
export interface OriginalPorts extends Omit<ContextPorts, "settings">, EventPorts {
  readonly appFiles: AppFiles;
  /** Whether the copy that the original tool reads is absent: the copies are then written. */
  readonly lacksCopy: () => Promise<boolean>;
}

/** The words of a command line of the original tool that several actions have. */
export interface OriginalCall {
  readonly id: ContextId;
  /** The texts of `--set`. */
  readonly pairs: readonly string[];
  readonly event: { readonly pipeline: string; readonly event: string } | undefined;
  /** The texts of `--tmpl-ctx-var`. */
  readonly vars: readonly string[];
  readonly secretsAllowed: boolean;
}

/** How long a write is tried while others write, in milliseconds. */
export const WAIT_MS = 30_000;
