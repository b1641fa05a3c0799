import type { NamedCommand } from "../command.ts";
import type { Values } from "../values.ts";
import type { GlobalFlags } from "../wiring_types.ts";

/** A command line as it was understood: a text to print, or a command to run. */
export type Invocation =
  | { readonly kind: "text"; readonly text: string }
  | {
    readonly kind: "command";
    readonly command: NamedCommand;
    /** In the order of {@link CommandEntry.args}. */
    readonly args: readonly (string | undefined)[];
    readonly values: Values;
    readonly flags: GlobalFlags;
  };
