import type { CommandEntry } from "../../../command.ts";
import { USES_STORE } from "../options.ts";
import { ORIGINAL_OPTIONS } from "./options.ts";

/** The command that takes the original tool's command line. */
export const ORIGINAL: CommandEntry = {
  ...USES_STORE,
  summary: "the command line of cicdstatemgr, for pipelines that have it",
  description:
    "Takes the flags and variables of cicdstatemgr. The first of these is done: --init-new, --load, --get, --generate, " +
    "--handle-event, --set. An executable that is called cicdstatemgr does this without the word.",
  examples: [
    ["cicdstatemgr --init-new run-7 --set state.key=value", "build a context"],
    ["cicdstatemgr --id run-7 --get state.key", "print a value"],
    ["cicdstatemgr --id run-7 --handle-event build=success", "fire an event"],
  ],
  args: [],
  options: ORIGINAL_OPTIONS,
  readsWords: true,
  load: async () => (await import("./run_original.ts")).runOriginal,
};
