import type { Registry } from "../../command.ts";
import type { EnvironmentCommand } from "../command_names.ts";
import { CHANGING } from "./entries/changing.ts";
import { MAINTAINING } from "./entries/maintaining.ts";
import { SHOWING } from "./entries/showing.ts";

/** The commands about environments. */
export const ENVIRONMENT_COMMANDS: Registry<EnvironmentCommand> = {
  ...CHANGING,
  ...SHOWING,
  ...MAINTAINING,
};
