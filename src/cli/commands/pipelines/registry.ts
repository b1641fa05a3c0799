import type { Registry } from "../../command.ts";
import type { PipelinesCommand } from "../command_names.ts";
import { CHECK, SHOW } from "./file_entries.ts";
import { LAUNCHER } from "./launcher_entry.ts";
import { RUN } from "./run_entry.ts";

/** The registry of commands about pipelines. */
export const PIPELINE_COMMANDS: Registry<PipelinesCommand> = {
  pipeline: {
    summary: "run trees of steps: in order or side by side, with set-ups and tear-downs",
    description:
      "A pipeline is a tree of steps in a YAML or JSON file: each step runs a program, or has steps of its own, in order or " +
      "side by side, with a set-up before and a tear-down after. Steps may depend on which files changed. The files of the " +
      "builder of bass are read as well.",
    commands: { run: RUN, check: CHECK, show: SHOW, launcher: LAUNCHER },
  },
};
