import type { Registry } from "../../command.ts";
import type { PipelinesCommand } from "../command_names.ts";
import { LAUNCHER } from "./launcher_entry.ts";

/** The registry of commands about pipelines. */
export const PIPELINE_COMMANDS: Registry<PipelinesCommand> = {
  pipeline: {
    summary: "run trees of steps",
    commands: { launcher: LAUNCHER },
  },
};
